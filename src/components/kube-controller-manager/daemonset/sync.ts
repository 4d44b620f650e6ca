/**
 * One sync of a DaemonSet, step by step: its revision, its pods, a rolling update, old revisions, and last its status.
 * Models: pkg/controller/daemon/daemon_controller.go syncDaemonSet, updateDaemonSet, manage, updateDaemonSetStatus
 * Not modelled: one list of nodes for the whole sync; each step reads the cache as it then stands.
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import type { DaemonSet, Node, Pod } from '../../../api/types.ts';
import { unreachable } from '../../../base/assert.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { ask, errorOf, finish, objectOf, withOps } from '../../../client/controller.ts';
import { deleteExpectations, satisfied } from '../../../client/expectations.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../pod-control/claiming.ts';
import { podsByOwner } from '../pod-control/owner-index.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import {
  collisionCountBumped, constructHistory, existingRevisionRead, latestDaemonSetRead, revisionClaimed, revisionCreated, revisionLabelled, revisionRenumbered,
  revisionsDeduped,
} from './construct-history.ts';
import { deleteRevisionRequest, revisionsToDelete } from './history.ts';
import { podsByNode, unboundWithoutNode } from './node-pods.ts';
import type { DaemonPlan, DaemonStage, ForPods, ForWork, Run, Sync } from './state.ts';
import { withExpectations } from './state.ts';
import type { Counts } from './status.ts';
import { countDaemonPods, isStatusCurrent, statusRequest } from './status.ts';
import { podsCreated, podsDeleted, syncNodes } from './sync-nodes.ts';

/** Further attempts at writing the status. Source: `StatusUpdateRetries`. */
const STATUS_UPDATE_RETRIES = 1;

const nodesOf = (run: Run): readonly Node[] => run.context.caches.lister<Node>('nodes').list();

const selectsEverything = (ds: DaemonSet): boolean => {
  const { selector } = ds.spec;
  return selector !== undefined && Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
};

export const syncDaemonSet = (run: Run, key: string): DaemonPlan => {
  const { namespace, name } = splitKey(key);
  const ds = run.context.caches.lister<DaemonSet>('daemonsets.apps').get(namespace, name);
  if (ds === undefined) return finish(withExpectations(run, deleteExpectations(run.memory.expectations, key)), undefined);
  if (selectsEverything(ds)) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
    return finish(withOps(run, [{ op: 'event', regarding: ds, type: 'Warning', reason: 'SelectingAll', message }]), undefined);
  }
  return ds.metadata.deletionTimestamp === undefined ? constructHistory(run, ds, withRevision) : finish(run, undefined);
};

/** While pods are on their way only the status is written, and without saying that this generation has been acted upon. */
const withRevision = (run: Run, sync: Sync): DaemonPlan =>
  listPods(run, sync, satisfied(run.memory.expectations, keyOf(sync.ds), run.context.nowMs) ? 'manage' : 'status-only');

/** Claims the pods, then goes on to what they were listed for. */
const listPods = (run: Run, sync: Sync, next: ForPods): DaemonPlan => {
  const { ds } = sync;
  const selector = selectorOf(ds.spec.selector);
  return goOnClaiming(run, sync, startClaiming<Pod>({
    owner: ds, ownerResource: 'daemonsets.apps', resource: 'pods',
    candidates: podsByOwner(run.context.caches.lister<Pod>('pods'), ds, { includeOrphans: true }),
    matches: (pod) => isRight(selector) && matchesSelector(selector.right, pod.metadata.labels),
  }), next);
};

const goOnClaiming = (run: Run, sync: Sync, claiming: Claiming<Pod>, next: ForPods): DaemonPlan => {
  const request = claimRequest(claiming);
  if (request !== undefined) return ask(run, [request], { kind: 'claim-pods', sync, claiming, next });
  const error = claimError(claiming);
  if (error === undefined) return usePods(run, sync, claimedObjects(claiming), next);
  const told = `couldn't get node to daemon pod mapping for daemon set ${JSON.stringify(sync.ds.metadata.name)}: ${error}`;
  switch (next) {
    case 'manage': case 'roll': return listPods(run, { ...sync, error: told }, 'status');
    case 'cleanup': return listPods(run, { ...sync, error: `failed to clean up revisions of DaemonSet: ${told}` }, 'status');
    case 'status': case 'status-only': return finish(run, sync.error ?? told);
    default: return unreachable(next);
  }
};

const usePods = (run: Run, sync: Sync, pods: readonly Pod[], next: ForPods): DaemonPlan => {
  switch (next) {
    case 'manage': return manage(run, sync, pods);
    case 'roll': return roll(run, sync, pods);
    case 'cleanup': return cleanUp(run, sync, pods);
    case 'status': return updateStatus(run, sync, pods, sync.ds.metadata.generation);
    case 'status-only': return updateStatus(run, sync, pods, undefined);
    default: return unreachable(next);
  }
};

const manage = (run: Run, sync: Sync, pods: readonly Pod[]): DaemonPlan => {
  const { ds, hash } = sync;
  const nodes = nodesOf(run);
  const byNode = podsByNode(pods, false);
  const createOn: string[] = [];
  const remove: Pod[] = [];
  let current = run;
  for (const node of nodes) {
    const { nowMs } = run.context;
    const decision = run.policy.onNode({ ds, node, pods: byNode.get(node.metadata.name), hash, nowMs, backoff: current.memory.backoff });
    if (decision.create) createOn.push(node.metadata.name);
    remove.push(...decision.remove);
    current = withOps(current, decision.ops);
    if (decision.backoff !== current.memory.backoff) current = { ...current, memory: { ...current.memory, backoff: decision.backoff } };
  }
  remove.push(...unboundWithoutNode(new Set(nodes.map((node) => node.metadata.name)), byNode));
  return syncNodes(current, sync, { createOn, remove, errors: [] }, 'manage', afterWork);
};

/** A rolling update only begins when nothing else is on its way; after an error nothing but the status follows. */
const afterWork = (run: Run, sync: Sync, work: ForWork): DaemonPlan => {
  if (sync.error !== undefined) return listPods(run, sync, 'status');
  const rolls = work === 'manage' && sync.ds.spec.updateStrategy?.type === 'RollingUpdate'
    && satisfied(run.memory.expectations, keyOf(sync.ds), run.context.nowMs);
  return listPods(run, sync, rolls ? 'roll' : 'cleanup');
};

const roll = (run: Run, sync: Sync, pods: readonly Pod[]): DaemonPlan => {
  const { ds, hash } = sync;
  const { remove, createOn } = run.policy.roll({ ds, nodes: nodesOf(run), byNode: podsByNode(pods, false), hash, nowMs: run.context.nowMs });
  return syncNodes(run, sync, { createOn, remove, errors: [] }, 'roll', afterWork);
};

const cleanUp = (run: Run, sync: Sync, pods: readonly Pod[]): DaemonPlan => {
  const surplus = revisionsToDelete(sync.ds, sync.old, pods);
  return surplus.length === 0 ? listPods(run, sync, 'status') : ask(run, surplus.map(deleteRevisionRequest), { kind: 'delete-revisions', sync });
};

const revisionsDeleted = (run: Run, sync: Sync, answers: readonly Answer[]): DaemonPlan => {
  const error = answers.map(errorOf).find((one) => one !== undefined);
  return listPods(run, error === undefined ? sync : { ...sync, error: `failed to clean up revisions of DaemonSet: ${error}` }, 'status');
};

const updateStatus = (run: Run, sync: Sync, pods: readonly Pod[], observedGeneration: number | undefined): DaemonPlan => {
  const counts = countDaemonPods(sync.ds, nodesOf(run), podsByNode(pods, false), sync.hash, run.context.nowMs);
  return isStatusCurrent(sync.ds, counts) ? statusStored(run, sync, counts)
    : ask(run, [statusRequest(sync.ds, counts, observedGeneration)], { kind: 'store-status', sync, counts, observedGeneration, attempt: 0 });
};

/** A guard against clock skew: available pods are counted again when they must have become so. */
const statusStored = (run: Run, sync: Sync, counts: Counts): DaemonPlan => {
  const minReadySeconds = sync.ds.spec.minReadySeconds ?? 0;
  const again = minReadySeconds > 0 && counts.numberReady !== counts.numberAvailable;
  return finish(again ? withOps(run, [{ op: 'add-after', key: keyOf(sync.ds), afterMs: minReadySeconds * 1000 }]) : run, sync.error);
};

const statusFailed = (run: Run, { ds, error }: Sync, why: string): DaemonPlan =>
  finish(run, error ?? `error storing status for daemon set ${keyOf(ds)}: ${why}`);

type StatusStage = Extract<DaemonStage, { kind: 'store-status' | 'reread-status' }>;

const statusAnswered = (run: Run, { sync, counts, observedGeneration, attempt }: StatusStage, answer: Answer): DaemonPlan => {
  const error = errorOf(answer);
  if (error === undefined) return statusStored(run, sync, counts);
  if (attempt >= STATUS_UPDATE_RETRIES) return statusFailed(run, sync, error);
  const { namespace, name } = splitKey(keyOf(sync.ds));
  return ask(run, [{ verb: 'get', resource: 'daemonsets.apps', namespace, name }], { kind: 'reread-status', sync, counts, observedGeneration, attempt: attempt + 1 });
};

const statusReread = (run: Run, { sync, counts, observedGeneration, attempt }: StatusStage, answer: Answer): DaemonPlan => {
  const latest = objectOf(answer) as DaemonSet | undefined;
  if (latest === undefined) return statusFailed(run, sync, errorOf(answer) ?? 'no object');
  return ask(run, [statusRequest(latest, counts, observedGeneration)], { kind: 'store-status', sync, counts, observedGeneration, attempt });
};

const NO_ANSWER: Answer = { kind: 'unknown-outcome', message: 'no answer' };

export const resumeDaemonSet = (run: Run, stage: DaemonStage, answers: readonly Answer[]): DaemonPlan => {
  const first = answers[0] ?? NO_ANSWER;
  switch (stage.kind) {
    case 'claim-revisions': return revisionClaimed(run, stage, first, withRevision);
    case 'label-revision': return revisionLabelled(run, stage, first, withRevision);
    case 'dedup-revisions': return revisionsDeduped(run, stage, answers, withRevision);
    case 'renumber-revision': return revisionRenumbered(run, stage, first, withRevision);
    case 'create-revision': return revisionCreated(run, stage, first, withRevision);
    case 'get-revision': return existingRevisionRead(run, stage, first, withRevision);
    case 'get-daemonset': return latestDaemonSetRead(run, stage, first);
    case 'bump-collision-count': return collisionCountBumped(run, stage, first);
    case 'claim-pods': return goOnClaiming(run, stage.sync, claimAnswered(stage.claiming, first), stage.next);
    case 'create-pods': return podsCreated(run, stage, answers, afterWork);
    case 'delete-pods': return podsDeleted(run, stage, answers, afterWork);
    case 'delete-revisions': return revisionsDeleted(run, stage.sync, answers);
    case 'store-status': return statusAnswered(run, stage, first);
    case 'reread-status': return statusReread(run, stage, first);
    default: return unreachable(stage);
  }
};
