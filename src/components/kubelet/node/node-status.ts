/**
 * Registers the node and keeps its status up to date.
 * Models: pkg/kubelet/kubelet_node_status.go `registerWithAPIServer`, `tryRegisterWithAPIServer`, `syncNodeStatus`, `tryUpdateNodeStatus`
 * Not modelled: the check every ten seconds that finds nothing (a check is made on the next tenth second after something has changed, and the report every
 *   five minutes is on a timer of its own).
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { twoWayMergePatch } from '../../../api/patch/three-way-merge.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import { isConditionTrue } from '../../../api/conditions.ts';
import type { Node, ObjectReference } from '../../../api/types.ts';
import type { Answer } from '../../../client/controller.ts';
import { objectOf } from '../../../client/controller.ts';
import { STATUS_CHECK_MS, STATUS_REPORT_MS } from '../options.ts';
import type { NodeSelf } from '../state.ts';
import { ask, record, set, setTimer } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { renewLease } from './node-lease.ts';
import { hasStatusChanged, initialNode, nodeLabels, nodeStatusAt, ownNode } from './node-self.ts';

const CHANNEL = 'node';
export const REGISTER_TIMER = 'node-register';
export const CHECK_TIMER = 'node-check';
export const REPORT_TIMER = 'node-report';
const MAX_STEP_MS = 7000;
const FIRST_STEP_MS = 100;

const setNode = (turn: Turn, change: Partial<NodeSelf>): void => {
  set(turn, { node: { ...turn.state.node, ...change } });
};

const nodeReference = (turn: Turn): ObjectReference => ({ kind: 'Node', name: turn.plan.options.node, uid: turn.plan.options.node });

const recordNode = (turn: Turn, reason: string, message: string): void => record(turn, nodeReference(turn), 'Normal', reason, message);

const statusEvent = (turn: Turn, event: string): void => recordNode(turn, event, `Node ${turn.plan.options.node} status is now: ${event}`);

export const register = (turn: Turn): void => ask(turn, CHANNEL, { verb: 'create', resource: 'nodes', body: initialNode(turn) }, { kind: 'node-create' });

export const startNode = (turn: Turn): void => {
  recordNode(turn, 'Starting', 'Starting kubelet.');
  for (const event of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']) statusEvent(turn, event);
  recordNode(turn, 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
  register(turn);
};

const retryRegistration = (turn: Turn): void => {
  const { attempts } = turn.state.node;
  setTimer(turn, REGISTER_TIMER, Math.min(MAX_STEP_MS, FIRST_STEP_MS * 2 ** attempts));
  setNode(turn, { attempts: attempts + 1 });
};

const registered = (turn: Turn, object: Node): void => {
  setNode(turn, { object, registered: true, attempts: 0, reportedMs: turn.env.nowMs });
  setTimer(turn, REPORT_TIMER, STATUS_REPORT_MS);
  checkNode(turn);
  // Why not before: a lease is made with its node as owner, or not yet.
  renewLease(turn);
};

const patchStatus = (turn: Turn, before: Node): void => {
  const after: Node = { ...before, status: nodeStatusAt(turn, before.status) };
  const patch = twoWayMergePatch({ status: before.status ?? {} }, { status: after.status }, 'Node');
  setNode(turn, { isPatching: true, isCheckDue: false });
  ask(turn, CHANNEL, {
    verb: 'patch', resource: 'nodes', name: before.metadata.name, subresource: 'status', patchType: 'strategic', body: isRight(patch) ? patch.right : { status: after.status },
  }, { kind: 'node-status-patch' });
};

/** Sends the status if it is not what the API shows. */
export const checkNode = (turn: Turn): void => {
  const { registered: isRegistered, isPatching } = turn.state.node;
  const node = ownNode(turn) ?? turn.state.node.object;
  setNode(turn, { isCheckDue: false });
  if (!isRegistered || isPatching || node === undefined) return;
  if (hasStatusChanged(node.status, nodeStatusAt(turn, node.status))) patchStatus(turn, node);
};

/** Five minutes without a report: one is due even if nothing has changed. */
export const reportNode = (turn: Turn): void => {
  const node = ownNode(turn) ?? turn.state.node.object;
  setTimer(turn, REPORT_TIMER, STATUS_REPORT_MS);
  if (turn.state.node.registered && !turn.state.node.isPatching && node !== undefined) patchStatus(turn, node);
};

/** Something that the status shows may have changed: looked at on the next tenth second. */
export const nodeMayHaveChanged = (turn: Turn): void => {
  const { isCheckDue, registered: isRegistered } = turn.state.node;
  if (isCheckDue || !isRegistered) return;
  const node = ownNode(turn);
  if (node !== undefined && !hasStatusChanged(node.status, nodeStatusAt(turn, node.status))) return;
  setNode(turn, { isCheckDue: true });
  setTimer(turn, CHECK_TIMER, STATUS_CHECK_MS - turn.env.nowMs % STATUS_CHECK_MS);
};

/** The runtime answers: the node is ready, and says so at once. */
export const nodeIsReady = (turn: Turn): void => checkNode(turn);

const onCreated = (turn: Turn, answer: Answer): void => {
  const created = objectOf(answer) as Node | undefined;
  if (created !== undefined) return registered(turn, created);
  if (answer.kind === 'refused' && answer.status.reason === 'AlreadyExists') {
    return ask(turn, CHANNEL, { verb: 'get', resource: 'nodes', name: turn.plan.options.node }, { kind: 'node-get' });
  }
  return retryRegistration(turn);
};

/** A node of that name exists, from an earlier start: its labels are brought up to date. */
const onFound = (turn: Turn, answer: Answer): void => {
  const found = objectOf(answer) as Node | undefined;
  if (found === undefined) return retryRegistration(turn);
  const labels = { ...found.metadata.labels, ...nodeLabels(turn.plan.options) };
  if (semanticEqual(labels, found.metadata.labels ?? {})) return registered(turn, found);
  return ask(turn, CHANNEL, {
    verb: 'patch', resource: 'nodes', name: found.metadata.name, subresource: 'status', patchType: 'strategic', body: { metadata: { labels: nodeLabels(turn.plan.options) } },
  }, { kind: 'node-register-patch' });
};

const onPatched = (turn: Turn, answer: Answer): void => {
  const node = objectOf(answer) as Node | undefined;
  setNode(turn, { isPatching: false, ...(node === undefined ? {} : { object: node, reportedMs: turn.env.nowMs }) });
  if (node === undefined) {
    setNode(turn, { isCheckDue: true });
    return setTimer(turn, CHECK_TIMER, STATUS_CHECK_MS);
  }
  const isReady = isConditionTrue(node.status?.conditions, 'Ready');
  if (isReady && !turn.state.node.announced) {
    setNode(turn, { announced: true });
    statusEvent(turn, 'NodeReady');
  }
  return undefined;
};

export const nodeAnswered = (turn: Turn, kind: 'node-create' | 'node-get' | 'node-register-patch' | 'node-status-patch', answer: Answer): void => {
  switch (kind) {
    case 'node-create': return onCreated(turn, answer);
    case 'node-get': return onFound(turn, answer);
    case 'node-register-patch': {
      const patched = objectOf(answer) as Node | undefined;
      return patched === undefined ? retryRegistration(turn) : registered(turn, patched);
    }
    case 'node-status-patch': return onPatched(turn, answer);
  }
};
