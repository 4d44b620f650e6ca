/**
 * Watches the heartbeats of nodes: marks silent nodes Unknown, their pods not ready, and puts on the taints that keep pods away or evict them.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go
 * Not modelled: reconcileNodeLabels' legacy labels. The zone queues are one queue of nodes, each held to its zone's rate; taints that a pass of
 *   monitorNodeHealth swaps on the spot are swapped in the step after it.
 */
import type { Node, Pod, Taint } from '../../../api/types.ts';
import { SECOND_MS } from '../../../api/time.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Answer, Change, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import { isNotFound } from '../pod-control/errors.ts';
import type { Memory } from './memory.ts';
import { emptyMemory } from './memory.ts';
import type { Checked } from './monitor.ts';
import { PODS_BY_NODE, podsByNodeIndex } from '../pod-status/pods-by-node.ts';
import { REACHABLE, checkNode, classifyNodes, judgeNodes, markPod, markedNotReady, writeStatus } from './monitor.ts';
import { afterUpdate, readyCondition } from './node-health.ts';
import type { SwapNext, SwapStage } from './swap.ts';
import { resumeSwap, startSwap } from './swap.ts';
import type { TaintSwap } from './taints.ts';
import { hasTaint, isEmptySwap, noScheduleSwap, notReadyNoExecute, unreachableNoExecute } from './taints.ts';
import { newZone, takeToken, zoneKey } from './zones.ts';

type Stage =
  | SwapStage
  /** `silent`: whose update is being written. `live`: who is read again after a refused update. */
  | { readonly kind: 'writing'; readonly all: readonly Checked[]; readonly silent: readonly Checked[]; readonly tries: number }
  | { readonly kind: 'rereading'; readonly all: readonly Checked[]; readonly live: readonly Checked[]; readonly tries: number }
  | { readonly kind: 'marking'; readonly pods: readonly Pod[] };

type NodePlan = Plan<Memory, Stage>;

/** --node-monitor-period, and NodeHealthUpdateRetry. */
const MONITOR_PERIOD_MS = 5 * SECOND_MS;
const UPDATE_RETRIES = 5;

const nothing = (memory: Memory): Change<Memory> => ({ memory, ops: [] });

const swapPlan = (memory: Memory, next: SwapNext): NodePlan => {
  switch (next.kind) {
    case 'ask': return { kind: 'ask', memory, ops: [], requests: [next.request], mode: 'parallel', stage: next.stage };
    case 'swapped': return done(memory);
    // Upstream logs it and waits for the node's next event.
    case 'failed': return done(memory, [{ op: 'observe', fact: 'sync-error', data: next.error }]);
    default: return next satisfies never;
  }
};

const handlePod = (memory: Memory, pod: Pod, before: Pod | undefined): Change<Memory> => {
  const { nodeName } = pod.spec;
  const isNew = nodeName !== undefined && nodeName !== '' && before?.spec.nodeName !== nodeName;
  return isNew ? { memory, ops: [{ op: 'add', queue: 'pod-update', key: keyOf(pod) }] } : nothing(memory);
};

/** A pod that was bound to a node that is not ready, after that node's pods were marked. */
const reconcilePod = (memory: Memory, key: string, { caches, nowMs }: ControllerContext): NodePlan => {
  const { namespace, name } = splitKey(key);
  const pod = caches.lister<Pod>('pods').get(namespace, name);
  const health = memory.health.get(pod?.spec.nodeName ?? '');
  if (pod === undefined || health?.ready === undefined || health.ready.status === 'True') return done(memory);
  const marked = markedNotReady(pod, nowMs);
  return marked === undefined ? done(memory) : markPods(memory, [], [marked]);
};

const markPods = (memory: Memory, ops: readonly Op[], pods: readonly Pod[]): NodePlan =>
  ({ kind: 'ask', memory, ops, requests: pods.map(markPod), mode: 'parallel', stage: { kind: 'marking', pods } });

const marked = (memory: Memory, queue: string, pods: readonly Pod[], answers: readonly Answer[]): NodePlan => {
  const ops: Op[] = [];
  let { retry } = memory;
  let error: string | undefined;
  answers.forEach((answer, i) => {
    const pod = pods[i] as Pod;
    if (isNotFound(answer)) return;
    error ??= errorOf(answer);
    if (errorOf(answer) !== undefined) retry = retry.set(pod.spec.nodeName ?? '', true);
    ops.push({ op: 'event', regarding: pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  });
  const next = retry === memory.retry ? memory : { ...memory, retry };
  return queue === 'pod-update' && error !== undefined ? failed(next, error, ops) : done(next, ops);
};

const monitor = (memory: Memory, { caches, nowMs }: ControllerContext): NodePlan => {
  const nodes = caches.lister<Node>('nodes').list();
  const [classified, ops] = classifyNodes(memory, nodes);
  let next = classified;
  const all = nodes.map((node) => {
    const [after, checked] = checkNode(next, node, caches, nowMs);
    next = after;
    return checked;
  });
  return writeSilent(next, ops, all, all, 0, caches, nowMs);
};

const writeSilent = (
  memory: Memory, ops: readonly Op[], all: readonly Checked[], looked: readonly Checked[], tries: number, caches: ControllerContext['caches'], nowMs: number,
): NodePlan => {
  const silent = looked.filter(({ check }) => check.update !== undefined);
  if (silent.length === 0) return judge(memory, ops, all, caches, nowMs);
  return { kind: 'ask', memory, ops, requests: silent.map(({ check }) => writeStatus(check.update as Node)), mode: 'parallel', stage: { kind: 'writing', all, silent, tries } };
};

const judge = (memory: Memory, ops: readonly Op[], all: readonly Checked[], caches: ControllerContext['caches'], nowMs: number): NodePlan => {
  const verdict = judgeNodes(memory, all, caches, nowMs);
  const said = [...ops, ...verdict.ops];
  return verdict.marked.length === 0 ? done(verdict.memory, said) : markPods(verdict.memory, said, verdict.marked);
};

const without = (all: readonly Checked[], dropped: readonly Checked[]): readonly Checked[] => {
  const names = new Set(dropped.map(({ node }) => node.metadata.name));
  return all.filter(({ node }) => !names.has(node.metadata.name));
};

const written = (memory: Memory, stage: Stage & { kind: 'writing' }, answers: readonly Answer[], { caches, nowMs }: ControllerContext): NodePlan => {
  const refused = stage.silent.filter((_, i) => errorOf(answers[i] as Answer) !== undefined);
  const health = stage.silent.reduce((map, { node, check }, i) => {
    const object = objectOf(answers[i] as Answer) as Node | undefined;
    return object === undefined ? map : map.set(node.metadata.name, afterUpdate(check.health, object, nowMs));
  }, memory.health);
  const next = { ...memory, health };
  if (refused.length === 0) return judge(next, [], stage.all, caches, nowMs);
  const others = without(stage.all, refused);
  if (stage.tries + 1 >= UPDATE_RETRIES) return judge(next, [], others, caches, nowMs);
  const requests = refused.map(({ node }) => ({ verb: 'get', resource: 'nodes', name: node.metadata.name }) as const);
  return { kind: 'ask', memory: next, ops: [], requests, mode: 'parallel', stage: { kind: 'rereading', all: others, live: refused, tries: stage.tries + 1 } };
};

const reread = (memory: Memory, stage: Stage & { kind: 'rereading' }, answers: readonly Answer[], { caches, nowMs }: ControllerContext): NodePlan => {
  let next = memory;
  const live = answers.map((answer) => objectOf(answer) as Node | undefined).filter((node) => node !== undefined).map((node) => {
    const [after, checked] = checkNode(next, node, caches, nowMs);
    next = after;
    return checked;
  });
  return writeSilent(next, [], [...stage.all, ...live], live, stage.tries, caches, nowMs);
};

const noExecuteTaintsOf = ({ spec: { taints } }: Node): readonly Taint[] => [unreachableNoExecute, notReadyNoExecute].filter((taint) => hasTaint(taints, taint));

/** Which of the two NoExecute taints a node should bear, by its Ready condition, and whether it may bear it without waiting for its zone's rate. */
const noExecuteSwap = (node: Node): TaintSwap & { readonly isInstant: boolean } => {
  const status = readyCondition(node)?.status;
  const { taints } = node.spec;
  const [add, opposite] = status === 'False' ? [notReadyNoExecute, unreachableNoExecute] : [unreachableNoExecute, notReadyNoExecute];
  if (status === undefined) return { add: [], remove: [], isInstant: true };
  if (status === 'True') return { add: [], remove: noExecuteTaintsOf(node), isInstant: true };
  const isSwapped = hasTaint(taints, opposite);
  return { add: hasTaint(taints, add) ? [] : [add], remove: isSwapped ? [opposite] : [], isInstant: isSwapped };
};

const taintNoExecute = (memory: Memory, name: string, { caches, nowMs }: ControllerContext): NodePlan => {
  const node = caches.lister<Node>('nodes').get('', name);
  if (node === undefined) return done(memory);
  const swap = noExecuteSwap(node);
  if (isEmptySwap(swap)) return done(memory);
  if (swap.isInstant) return swapPlan(memory, startSwap(name, swap));
  const key = zoneKey(node);
  const token = takeToken(memory.zones[key] ?? newZone(nowMs), nowMs);
  if ('waitMs' in token) return done(memory, token.waitMs === undefined ? [] : [{ op: 'add-after', queue: 'noexecute', key: name, afterMs: token.waitMs }]);
  return swapPlan({ ...memory, zones: { ...memory.zones, [key]: token.zone } }, startSwap(name, swap));
};

const markReachable = (memory: Memory, name: string, { caches }: ControllerContext): NodePlan => {
  const node = caches.lister<Node>('nodes').get('', name);
  return node === undefined ? done(memory) : swapPlan(memory, startSwap(name, { add: [], remove: noExecuteTaintsOf(node) }));
};

const taintNoSchedule = (memory: Memory, name: string, { caches }: ControllerContext): NodePlan => {
  const node = caches.lister<Node>('nodes').get('', name);
  return node === undefined ? done(memory) : swapPlan(memory, startSwap(name, noScheduleSwap(node)));
};

/** The controller with its types, for specs. */
export const typedNodeLifecycleController: ControllerOf<Memory, Stage> = {
  name: 'node-controller',
  queues: [
    { name: 'node-update', workers: 8 }, { name: 'pod-update', workers: 4 }, { name: 'monitor', workers: 1 },
    { name: 'noexecute', workers: 1 }, { name: REACHABLE, workers: 1 },
  ],
  informers: [
    { resource: 'nodes', handles: true },
    { resource: 'pods', handles: true, indexes: { [PODS_BY_NODE]: podsByNodeIndex } },
    { resource: 'leases.coordination.k8s.io', handles: false },
  ],
  periodic: [{ queue: 'monitor', key: 'monitor', everyMs: MONITOR_PERIOD_MS }],
  initial: emptyMemory,
  handle: (memory, notification) => {
    if (notification.kind === 'delete') {
      const { name } = notification.object.metadata;
      return notification.resource === 'nodes' && memory.retry.has(name) ? nothing({ ...memory, retry: memory.retry.delete(name) }) : nothing(memory);
    }
    if (notification.resource === 'nodes') return { memory, ops: [{ op: 'add', queue: 'node-update', key: notification.object.metadata.name }] };
    return handlePod(memory, notification.object as Pod, notification.kind === 'update' ? notification.before as Pod : undefined);
  },
  reconcile: (memory, queue, key, context) => {
    switch (queue) {
      case 'node-update': return taintNoSchedule(memory, key, context);
      case 'pod-update': return reconcilePod(memory, key, context);
      case 'noexecute': return taintNoExecute(memory, key, context);
      case REACHABLE: return markReachable(memory, key, context);
      default: return monitor(memory, context);
    }
  },
  resume: (memory, queue, _key, stage, answers, context) => {
    switch (stage.kind) {
      case 'swap': return swapPlan(memory, resumeSwap(stage, answers[0] as Answer, context.nowMs));
      case 'writing': return written(memory, stage, answers, context);
      case 'rereading': return reread(memory, stage, answers, context);
      case 'marking': return marked(memory, queue, stage.pods, answers);
      default: return stage satisfies never;
    }
  },
};

export const nodeLifecycleController = (): Controller => erase(typedNodeLifecycleController);
