/**
 * Making the number of pods what the ReplicaSet wants: creates in growing batches, deletes all at once.
 * Models: pkg/controller/replicaset/replica_set.go manageReplicas, slowStartBatch, getIndirectlyRelatedPods
 */
import { controllerOf, ownerReference } from '../../../api/pod-helpers.ts';
import type { Pod, ReplicaSet } from '../../../api/types.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Answer, ControllerContext, Op } from '../../../client/controller.ts';
import type { UidExpectations } from '../../../client/expectations.ts';
import { uidCreationObserved, uidDeletionObserved, uidExpectCreations, uidExpectDeletions } from '../../../client/expectations.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isNamespaceTerminating, isNotFound } from '../pod-control/errors.ts';
import { CONTROLLER_UID_INDEX, podsByOwner } from '../pod-control/owner-index.ts';
import { createFromTemplate, createOutcome, createProblem, deleteOutcome, deletePodRequest } from '../pod-control/pod-requests.ts';
import type { Creating, ReplicaSetMemory, ReplicaSetSync, Turn } from './sync-data.ts';
import { PODS, REPLICA_SETS } from './sync-data.ts';

/** How many pods there are too many; negative: too few. */
export const surplus = (sync: ReplicaSetSync): number => sync.pods.length - (sync.rs.spec.replicas ?? 1);

/** Every pod of every ReplicaSet that has the same owner. */
const relatedPods = (context: ControllerContext, rs: ReplicaSet): readonly Pod[] => {
  const owner = controllerOf(rs);
  if (owner === undefined) return [];
  const pods = context.caches.lister<Pod>(PODS);
  return context.caches.lister<ReplicaSet>(REPLICA_SETS).byIndex(CONTROLLER_UID_INDEX, owner.uid)
    .flatMap((related) => podsByOwner(pods, related, { includeOrphans: false }));
};

const withExpectations = (turn: Turn, expectations: UidExpectations, ops: readonly Op[] = []): Turn => {
  const memory: ReplicaSetMemory = { ...turn.memory, expectations };
  return { ...turn, memory, ops: ops.length === 0 ? turn.ops : [...turn.ops, ...ops] };
};

/** Begins the creates: all of them are expected before the first is sent. */
export const startCreating = (sync: ReplicaSetSync, turn: Turn): readonly [ReplicaSetSync, Turn] => {
  const count = Math.min(-surplus(sync), turn.policy.burstReplicas);
  const creating: Creating = { count, batchSize: turn.policy.firstBatch(count), remaining: count, successes: 0 };
  return [{ ...sync, creating }, withExpectations(turn, uidExpectCreations(turn.memory.expectations, sync.key, count, turn.context.nowMs))];
};

export const batchRequests = (rs: ReplicaSet, creating: Creating): readonly ApiRequest[] => {
  const template = rs.spec.template ?? {};
  if (createProblem(template) !== undefined) return [];
  const request = createFromTemplate(template, rs, ownerReference(rs));
  return Array.from({ length: creating.batchSize }, () => request);
};

/** Creates that were never tried, or failed, will not be observed. */
const giveUp = (expectations: UidExpectations, key: string, skipped: number): UidExpectations => {
  let given = expectations;
  for (let i = 0; i < skipped; i += 1) given = uidCreationObserved(given, key);
  return given;
};

/** A create refused because the namespace is going away counts as done: every other would be refused too. */
const batchErrors = (answers: readonly Answer[], rs: ReplicaSet): { readonly errors: readonly string[]; readonly ops: readonly Op[] } => {
  const outcomes = answers.map((answer) => ({ answer, ...createOutcome(rs, answer) }));
  return {
    errors: outcomes.flatMap(({ answer, error }) => (error === undefined || isNamespaceTerminating(answer) ? [] : [error])),
    ops: outcomes.flatMap(({ ops }) => ops),
  };
};

/** Takes the answers to a batch. `more`: the next batch is to be sent. */
export const batchAnswered = (sync: ReplicaSetSync, creating: Creating, answers: readonly Answer[], turn: Turn): readonly [ReplicaSetSync, Turn, 'more' | 'over'] => {
  const { errors, ops } = batchErrors(answers, sync.rs);
  const problem = errors[0] ?? createProblem(sync.rs.spec.template ?? {});
  const successes = creating.successes + answers.length - errors.length;
  if (problem !== undefined) {
    const expectations = giveUp(turn.memory.expectations, sync.key, creating.count - successes);
    return [{ ...sync, manageError: problem }, withExpectations(turn, expectations, ops), 'over'];
  }
  const remaining = creating.remaining - creating.batchSize;
  const batchSize = turn.policy.nextBatch(creating.batchSize, remaining);
  const next: ReplicaSetSync = { ...sync, creating: { ...creating, batchSize, remaining, successes } };
  return [next, withExpectations(turn, turn.memory.expectations, ops), batchSize > 0 ? 'more' : 'over'];
};

export const startDeleting = (sync: ReplicaSetSync, turn: Turn): readonly [ReplicaSetSync, Turn] => {
  const { context, policy } = turn;
  const count = Math.min(surplus(sync), policy.burstReplicas);
  const deleting = policy.podsToDelete(sync.pods, () => relatedPods(context, sync.rs), count, context.nowMs).slice(0, count);
  const expectations = uidExpectDeletions(turn.memory.expectations, sync.key, deleting.map(keyOf), context.nowMs);
  return [{ ...sync, deleting }, withExpectations(turn, expectations)];
};

export const deleteRequests = (sync: ReplicaSetSync): readonly ApiRequest[] => (sync.deleting ?? []).map(deletePodRequest);

/** A delete that failed will not be observed; one that found nothing is no failure. */
export const deletesAnswered = (sync: ReplicaSetSync, answers: readonly Answer[], turn: Turn): readonly [ReplicaSetSync, Turn] => {
  let expectations = turn.memory.expectations;
  let manageError: string | undefined;
  const ops: Op[] = [];
  (sync.deleting ?? []).forEach((pod, i) => {
    const answer = answers[i];
    if (answer === undefined) return;
    const outcome = deleteOutcome(sync.rs, pod.metadata.name, answer);
    ops.push(...outcome.ops);
    if (outcome.error === undefined) return;
    expectations = uidDeletionObserved(expectations, sync.key, keyOf(pod));
    if (!isNotFound(answer)) manageError ??= outcome.error;
  });
  return [manageError === undefined ? sync : { ...sync, manageError }, withExpectations(turn, expectations, ops)];
};
