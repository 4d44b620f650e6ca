/**
 * Counting finished pods exactly once: their UIDs go into the status first, then their finalizers go, then they are counted.
 * Models: pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers, canRemoveFinalizer, cleanUncountedPodsWithoutFinalizers
 */
import type { Job, JobStatus, Pod } from '../../../api/types.ts';
import { compareNumbers } from '../../../base/order.ts';
import { countIndexes, formatIntervals, hasIndex, withIndexes } from './intervals.ts';
import { completionIndex, hasTrackingFinalizer, isIndexed, isPodFailed, validIndex } from './job-pods.ts';
import { failureVerdict } from './pod-failure-policy.ts';
import type { JobPolicy, JobSync, Tracking } from './state.ts';

/** So many UIDs at most stand in a status, which keeps it small. Source: `MaxUncountedPods`. */
const MAX_UNCOUNTED = 500;

const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';

export const withStatus = (job: Job, change: Partial<JobStatus>): Job => ({ ...job, status: { ...job.status, ...change } });

const listed = (succeeded: readonly string[], failed: readonly string[]): NonNullable<JobStatus['uncountedTerminatedPods']> =>
  ({ ...(succeeded.length === 0 ? {} : { succeeded }), ...(failed.length === 0 ? {} : { failed }) });

/** Counts the listed pods whose finalizer is gone. The same Job when there are none. */
export const countGonePods = (job: Job, bearing: readonly string[]): Job => {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const still = new Set(bearing);
  const [leftSucceeded, leftFailed] = [succeeded.filter((uid) => still.has(uid)), failed.filter((uid) => still.has(uid))];
  const [newSucceeded, newFailed] = [succeeded.length - leftSucceeded.length, failed.length - leftFailed.length];
  if (newSucceeded + newFailed === 0) return job;
  return withStatus(job, {
    uncountedTerminatedPods: listed(leftSucceeded, leftFailed),
    ...(newSucceeded === 0 ? {} : { succeeded: (job.status?.succeeded ?? 0) + newSucceeded }),
    ...(newFailed === 0 ? {} : { failed: (job.status?.failed ?? 0) + newFailed }),
  });
};

const canRemoveFinalizer = ({ job, verdict, delayed }: JobSync, pod: Pod): boolean => {
  if (job.metadata.deletionTimestamp !== undefined || verdict !== undefined || pod.status?.phase === 'Succeeded') return true;
  return isPodFailed(job, pod) && !delayed.some((kept) => uidOf(kept) === uidOf(pod));
};

type Count = 'index' | 'succeeded' | 'failed' | 'none';

/** How a pod that loses its finalizer is counted. A Job that fails counts every pod that has not ended well. */
const howToCount = (sync: JobSync, pod: Pod): Count => {
  const { job, verdict } = sync;
  const isListedFailed = sync.uncountedFailed.includes(uidOf(pod));
  if (pod.status?.phase === 'Succeeded' && !isListedFailed) {
    if (!isIndexed(job)) return sync.uncountedSucceeded.includes(uidOf(pod)) ? 'none' : 'succeeded';
    const index = validIndex(job, pod);
    return index === undefined || hasIndex(sync.previouslySucceeded, index) ? 'none' : 'index';
  }
  if (!isPodFailed(job, pod) && verdict?.outcome !== 'fail') return 'none';
  if (isListedFailed || (isIndexed(job) && validIndex(job, pod) === undefined)) return 'none';
  return failureVerdict(job, pod).isCounted ? 'failed' : 'none';
};

interface Tracked {
  readonly job: Job;
  readonly tracking: Tracking;
}

const byIndex = (a: Pod, b: Pod): number => compareNumbers(completionIndex(a) ?? -1, completionIndex(b) ?? -1);

const withIndexStatus = (sync: JobSync, job: Job, newIndexes: readonly number[]): Job => {
  if (!isIndexed(job)) return job;
  const succeeded = withIndexes(sync.succeededIndexes, newIndexes);
  const completedIndexes = formatIntervals(succeeded);
  const failedIndexes = sync.failedIndexes === undefined ? undefined : formatIntervals(sync.failedIndexes);
  const { completedIndexes: _c, failedIndexes: _f, succeeded: _s, ...rest } = job.status ?? {};
  const same = completedIndexes === (job.status?.completedIndexes ?? '') && failedIndexes === job.status?.failedIndexes
    && countIndexes(succeeded) === (job.status?.succeeded ?? 0);
  return same ? job : { ...job, status: {
    ...rest,
    ...(succeeded.length === 0 ? {} : { succeeded: countIndexes(succeeded), completedIndexes }),
    ...(failedIndexes === undefined ? {} : { failedIndexes }),
  } };
};

/** The Job with what is newly finished in its status, and the pods whose finalizers may go then. The Job is the same when nothing changed. */
export const trackPods = (sync: JobSync, policy: JobPolicy): Tracked => {
  const pods = isIndexed(sync.job) ? [...sync.pods].sort(byIndex) : sync.pods;
  const unprocessed = pods.filter((pod) => hasTrackingFinalizer(pod) && !policy.isProcessed(pod, sync.removals));
  const bearing = unprocessed.map(uidOf);
  const counted = countGonePods(sync.job, bearing);
  const succeeded = [...(counted.status?.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(counted.status?.uncountedTerminatedPods?.failed ?? [])];
  const listedBefore = succeeded.length + failed.length;
  const newIndexes: number[] = [];
  const remove: Pod[] = [];
  let isCapped = false;
  for (const pod of unprocessed) {
    if (!canRemoveFinalizer(sync, pod)) continue;
    remove.push(pod);
    switch (howToCount(sync, pod)) {
      case 'index': newIndexes.push(completionIndex(pod) ?? 0); break;
      case 'succeeded': succeeded.push(uidOf(pod)); break;
      case 'failed': failed.push(uidOf(pod)); break;
      case 'none': break;
    }
    isCapped = newIndexes.length + succeeded.length + failed.length >= MAX_UNCOUNTED;
    if (isCapped) break;
  }
  const job = succeeded.length + failed.length === listedBefore ? counted : withStatus(counted, { uncountedTerminatedPods: listed(succeeded, failed) });
  return { job: withIndexStatus(sync, job, newIndexes), tracking: { remove, bearing, isCapped } };
};
