/**
 * One sync of a ReplicaSet: claim pods, create or delete, write the status; each request is one step of the statechart.
 * Models: pkg/controller/replicaset/replica_set.go syncReplicaSet; replica_set_utils.go updateReplicaSetStatus
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import { SECOND_MS } from '../../../api/time.ts';
import type { Pod, ReplicaSet } from '../../../api/types.ts';
import { placeOf, splitKey } from '../../../client/caches.ts';
import type { Answer, Op } from '../../../client/controller.ts';
import { ask, done, errorOf, failed, finish, objectOf, withOps } from '../../../client/controller.ts';
import { uidDeleteExpectations } from '../../../client/expectations.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { filterActivePods } from '../pod-control/active-pods.ts';
import { minNextAvailabilityCheck } from '../pod-control/availability.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../pod-control/claiming.ts';
import { podsByOwner } from '../pod-control/owner-index.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import type { ReplicaSetSyncAction, ReplicaSetSyncEvent } from './machine.ts';
import { replicaSetSync } from './machine.ts';
import { batchAnswered, batchRequests, deleteRequests, deletesAnswered, startCreating, startDeleting, surplus } from './manage-replicas.ts';
import { isSameStatus } from './policy/calculate-status.ts';
import type { ReplicaSetPlan, ReplicaSetSync, Turn } from './sync-data.ts';
import { PODS, REPLICA_SETS } from './sync-data.ts';

type State = ReplicaSetSync['state'];

/** Why the state goes beside the sync until requests are sent: most syncs send none, and copy nothing then. */
const askIn = (sync: ReplicaSetSync, turn: Turn, state: State, requests: readonly ApiRequest[]): ReplicaSetPlan =>
  ask(turn, requests, sync.state === state ? sync : { ...sync, state }, 'parallel');

const askClaim = (sync: ReplicaSetSync, turn: Turn, state: State): ReplicaSetPlan => {
  const request = claimRequest(sync.claiming);
  return askIn(sync, turn, state, request === undefined ? [] : [request]);
};

const askBatch = (before: ReplicaSetSync, beforeTurn: Turn, state: State): ReplicaSetPlan => {
  const [sync, turn] = before.creating === undefined ? startCreating(before, beforeTurn) : [before, beforeTurn];
  const requests = sync.creating === undefined ? [] : batchRequests(sync.rs, sync.creating);
  return requests.length === 0 ? resumeSync({ ...sync, state }, [], turn) : askIn(sync, turn, state, requests);
};

const askDeletes = (before: ReplicaSetSync, beforeTurn: Turn, state: State): ReplicaSetPlan => {
  const [sync, turn] = startDeleting(before, beforeTurn);
  return askIn(sync, turn, state, deleteRequests(sync));
};

/** The status is computed once: a second write, after a conflict, sends the same on the fresh object. */
const askStatus = (before: ReplicaSetSync, turn: Turn, state: State): ReplicaSetPlan => {
  const { nowMs } = turn.context;
  const status = before.status ?? turn.policy.calculateStatus(before.rs, before.pods, before.manageError, nowMs);
  if (state === 'writingStatus' && isSameStatus(before.rs, status)) return take(before, { type: 'statusUnchanged' }, turn, state);
  const sync: ReplicaSetSync = before.status === undefined ? { ...before, status, evaluatedAtMs: nowMs } : before;
  const request: ApiRequest = { verb: 'update', resource: REPLICA_SETS, subresource: 'status', ...placeOf(sync.rs), body: { ...sync.rs, status } };
  return askIn(sync, turn, state, [request]);
};

const askFresh = (sync: ReplicaSetSync, turn: Turn, state: State): ReplicaSetPlan => askIn(sync, turn, state, [{ verb: 'get', resource: REPLICA_SETS, ...placeOf(sync.rs) }]);

/** Ready pods that are not yet available: look again when the first of them is, at the latest after minReadySeconds. */
const nextSync = (sync: ReplicaSetSync, turn: Turn): readonly Op[] => {
  const minReadySeconds = sync.rs.spec.minReadySeconds ?? 0;
  const status = sync.rs.status;
  if (minReadySeconds <= 0 || (status?.readyReplicas ?? 0) === (status?.availableReplicas ?? 0)) return [];
  const { nowMs } = turn.context;
  const afterMs = minNextAvailabilityCheck(sync.pods, minReadySeconds, sync.evaluatedAtMs ?? nowMs, nowMs) ?? minReadySeconds * SECOND_MS;
  return [{ op: 'add-after', key: sync.key, afterMs }];
};

const finishSync = (sync: ReplicaSetSync, turn: Turn): ReplicaSetPlan =>
  finish(sync.manageError === undefined ? withOps(turn, nextSync(sync, turn)) : turn, sync.manageError);

const fail = (sync: ReplicaSetSync, turn: Turn): ReplicaSetPlan => failed(turn.memory, sync.error ?? '', turn.ops);

const perform: Readonly<Record<ReplicaSetSyncAction, (sync: ReplicaSetSync, turn: Turn, state: State) => ReplicaSetPlan>> =
  { askClaim, askBatch, askDeletes, askStatus, askFresh, finish: finishSync, fail };

const take = (sync: ReplicaSetSync, event: ReplicaSetSyncEvent, turn: Turn, from: State = sync.state): ReplicaSetPlan => {
  const { state, actions } = replicaSetSync.next(from, event);
  const action = actions[0];
  // Invariant: every transition of the statechart has one action, and every event sent here is handled in its state.
  if (action === undefined) throw new Error(`replicaset-sync: event ${event.type} is not handled in state ${from}`);
  return perform[action](sync, turn, state);
};

const goOnClaiming = (sync: ReplicaSetSync, turn: Turn): ReplicaSetPlan => {
  if (sync.claiming.pending.length > 0) return take(sync, { type: 'claim' }, turn);
  const error = claimError(sync.claiming);
  if (error !== undefined) return take({ ...sync, error }, { type: 'claimsFailed' }, turn);
  const pods = claimedObjects(sync.claiming);
  const claimed: ReplicaSetSync = pods === sync.pods ? sync : { ...sync, pods };
  const diff = sync.mayManage && sync.rs.metadata.deletionTimestamp === undefined ? surplus(claimed) : 0;
  return take(claimed, { type: 'claimed', need: diff === 0 ? 'nothing' : diff < 0 ? 'create' : 'delete' }, turn);
};

const creatingAnswered = (before: ReplicaSetSync, answers: readonly Answer[], beforeTurn: Turn): ReplicaSetPlan => {
  if (before.creating === undefined) return take(before, { type: 'managed' }, beforeTurn);
  const [sync, turn, what] = batchAnswered(before, before.creating, answers, beforeTurn);
  return take(sync, { type: what === 'more' ? 'batchSucceeded' : 'managed' }, turn);
};

const requestAnswered = (sync: ReplicaSetSync, answer: Answer | undefined, success: 'written' | 'read', turn: Turn): ReplicaSetPlan => {
  const error = answer === undefined ? 'no answer' : errorOf(answer);
  if (error !== undefined) return take({ ...sync, error }, { type: 'refused' }, turn);
  const object = answer === undefined ? undefined : objectOf(answer);
  return take(object === undefined ? sync : { ...sync, rs: object as ReplicaSet }, { type: success }, turn);
};

/** Goes on with a sync when its requests have been answered. */
export const resumeSync = (sync: ReplicaSetSync, answers: readonly Answer[], turn: Turn): ReplicaSetPlan => {
  const [answer] = answers;
  switch (sync.state) {
    case 'claiming':
      return goOnClaiming(answer === undefined ? sync : { ...sync, claiming: claimAnswered(sync.claiming, answer) }, turn);
    case 'creating': return creatingAnswered(sync, answers, turn);
    case 'deleting': {
      const [next, nextTurn] = deletesAnswered(sync, answers, turn);
      return take(next, { type: 'managed' }, nextTurn);
    }
    case 'writingStatus':
    case 'rewritingStatus': return requestAnswered(sync, answer, 'written', turn);
    case 'rereading': return requestAnswered(sync, answer, 'read', turn);
    case 'finished': return finishSync(sync, turn);
    case 'failed': return fail(sync, turn);
    default: return sync.state satisfies never;
  }
};

export const startSync = (key: string, turn: Turn): ReplicaSetPlan => {
  const { context, memory, policy } = turn;
  const { namespace, name } = splitKey(key);
  const rs = context.caches.lister<ReplicaSet>(REPLICA_SETS).get(namespace, name);
  if (rs === undefined) return done({ ...memory, expectations: uidDeleteExpectations(memory.expectations, key) });
  const selector = selectorOf(rs.spec.selector);
  // Why done: a selector that cannot be read is a bad input, which trying again does not mend.
  if (isLeft(selector)) return done(memory);
  const candidates = filterActivePods(podsByOwner(context.caches.lister<Pod>(PODS), rs, { includeOrphans: true }));
  const claiming = startClaiming({
    owner: rs, ownerResource: REPLICA_SETS, resource: PODS, candidates, matches: (pod) => matchesSelector(selector.right, pod.metadata.labels),
  });
  const sync: ReplicaSetSync = {
    state: replicaSetSync.initial, key, rs, claiming, pods: claiming.claimed,
    mayManage: policy.mayManage(memory.expectations, key, context.nowMs),
  };
  return goOnClaiming(sync, turn);
};
