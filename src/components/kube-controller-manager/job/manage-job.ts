/**
 * How many pods a Job should have now: which go, or how many come, or how long to wait.
 * Models: pkg/controller/job/job_controller.go manageJob, activePodsForRemoval, getPodCreationInfoForIndependentIndexes;
 *   indexed_job_utils.go firstPendingIndexes, appendDuplicatedIndexPodsForRemoval
 */
import { isPodTerminating } from '../../../api/pod-helpers.ts';
import type { Job, Pod } from '../../../api/types.ts';
import { compareNumbers } from '../../../base/order.ts';
import { sortActivePods } from '../pod-control/active-pods.ts';
import { remainingMs, remainingMsOfIndex } from './backoff.ts';
import { mergeIntervals, withIndexes } from './intervals.ts';
import { completionIndex, hasBackoffLimitPerIndex, isIndexed, isSuspended, onlyReplacesFailed } from './job-pods.ts';
import type { JobSync, NewPods } from './state.ts';

/** At most so many creates or deletes in one sync. Source: `MaxPodCreateDeletePerSync`. */
const MAX_PODS_PER_SYNC = 500;

export type Management =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'delete'; readonly pods: readonly Pod[] }
  | { readonly kind: 'create'; readonly pods: NewPods }
  | { readonly kind: 'wait'; readonly afterMs: number };

/** Pods without a valid index and all but the best of those that share one. */
const splitSurplusIndexes = (pods: readonly Pod[], completions: number): { readonly surplus: readonly Pod[]; readonly left: readonly Pod[] } => {
  const byIndex = new Map<number, Pod[]>();
  const surplus: Pod[] = [];
  for (const pod of [...pods].sort((a, b) => compareNumbers(completionIndex(a) ?? -1, completionIndex(b) ?? -1))) {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions) surplus.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const same of byIndex.values()) {
    const ordered = sortActivePods(same);
    surplus.push(...ordered.slice(0, -1));
    left.push(...ordered.slice(-1));
  }
  return { surplus, left };
};

const podsToRemove = (job: Job, pods: readonly Pod[], atLeast: number): readonly Pod[] => {
  const { surplus, left } = isIndexed(job) ? splitSurplusIndexes(pods, job.spec.completions ?? 0) : { surplus: [], left: pods };
  return surplus.length >= atLeast ? surplus : [...surplus, ...sortActivePods(left).slice(0, atLeast - surplus.length)];
};

/** The first indexes that have neither an outcome nor an active pod. */
const pendingIndexes = ({ job, pods, active, succeededIndexes, failedIndexes }: JobSync, count: number): readonly number[] => {
  const held = [...active, ...(onlyReplacesFailed(job) ? pods.filter(isPodTerminating) : [])].map(completionIndex).filter((index) => index !== undefined);
  const taken = mergeIntervals(withIndexes(succeededIndexes, held), failedIndexes ?? []);
  const pending: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...taken, { first: job.spec.completions ?? 0, last: Infinity }]) {
    for (; candidate < Math.min(first, job.spec.completions ?? 0) && pending.length < count; candidate += 1) pending.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return pending;
};

/** Each index has its own back-off: those that are due now, or how long until the first is. */
const dueIndexes = (sync: JobSync, indexes: readonly number[], nowMs: number): Management => {
  const waits = indexes.map((index) => remainingMsOfIndex(sync.delayed.find((pod) => completionIndex(pod) === index), nowMs));
  const due = indexes.filter((_, i) => waits[i] === 0);
  if (due.length > 0 || indexes.length === 0) return { kind: 'create', pods: { count: due.length, indexes: due } };
  return { kind: 'wait', afterMs: Math.min(...waits) };
};

const wantedActive = ({ job, active, succeeded }: JobSync): number => {
  const parallelism = job.spec.parallelism ?? 1;
  if (job.spec.completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(job.spec.completions - succeeded, parallelism));
};

const createPlan = (sync: JobSync, missing: number, nowMs: number): Management => {
  const { job } = sync;
  const perIndex = hasBackoffLimitPerIndex(job);
  const waitMs = perIndex ? 0 : remainingMs(sync.backoff, nowMs);
  if (waitMs > 0) return { kind: 'wait', afterMs: waitMs };
  const count = Math.min(missing, MAX_PODS_PER_SYNC);
  if (!isIndexed(job)) return { kind: 'create', pods: { count, indexes: [] } };
  const indexes = pendingIndexes(sync, count);
  return perIndex ? dueIndexes(sync, indexes, nowMs) : { kind: 'create', pods: { count: indexes.length, indexes } };
};

/** Deleting goes before creating: a sync does one of the two. */
export const manageJob = (sync: JobSync, nowMs: number): Management => {
  const { job, active } = sync;
  if (isSuspended(job)) {
    return active.length === 0 ? { kind: 'nothing' } : { kind: 'delete', pods: podsToRemove(job, active, active.length) };
  }
  const wanted = wantedActive(sync);
  const surplus = podsToRemove(job, active, Math.max(0, active.length - wanted)).slice(0, MAX_PODS_PER_SYNC);
  if (surplus.length > 0) return { kind: 'delete', pods: surplus };
  const missing = wanted - (onlyReplacesFailed(job) ? sync.terminating : 0) - active.length;
  return missing > 0 ? createPlan(sync, missing, nowMs) : { kind: 'nothing' };
};
