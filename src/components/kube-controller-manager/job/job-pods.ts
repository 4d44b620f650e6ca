/**
 * Questions about a Job and its pods: finalizer, completion index, failure, time of its end.
 * Models: pkg/controller/job/job_controller.go isPodFailed, onlyReplaceFailedPods, removeTrackingFinalizerPatch; tracking_utils.go
 *   hasJobTrackingFinalizer; indexed_job_utils.go getCompletionIndex, getIndexFailureCount; backoff_utils.go getFinishedTime
 */
import { getPodCondition } from '../../../api/pod-helpers.ts';
import { parseTime } from '../../../api/time.ts';
import type { Job, Pod } from '../../../api/types.ts';

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed';
export const hasBackoffLimitPerIndex = (job: Job): boolean => job.spec.backoffLimitPerIndex !== undefined;
export const isSuspended = (job: Job): boolean => job.spec.suspend === true;
/** The name of a controller that is not ours, if the Job has one. */
export const isManagedElsewhere = (job: Job): boolean => (job.spec.managedBy ?? 'kubernetes.io/job-controller') !== 'kubernetes.io/job-controller';

export const hasTrackingFinalizer = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
export const removeFinalizerPatch: unknown = { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } };

/** Undefined when it has none, or none that makes sense. */
export const completionIndex = (pod: Pod): number | undefined => {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\+?[0-9]+$/.test(text) ? Number(text) : undefined;
};

/** The index when the Job has such an index. */
export const validIndex = (job: Job, pod: Pod): number | undefined => {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0) ? index : undefined;
};

const count = (pod: Pod, annotation: string): number => {
  const text = pod.metadata.annotations?.[annotation] ?? '';
  const value = /^\+?[0-9]+$/.test(text) ? Number(text) : 0;
  return value > 0x7fffffff ? 0 : value;
};
export const indexFailures = (pod: Pod): number => count(pod, INDEX_FAILURE_COUNT);
export const indexIgnoredFailures = (pod: Pod): number => count(pod, INDEX_IGNORED_FAILURE_COUNT);

/** Whether a terminating pod keeps its place until it has ended. */
export const onlyReplacesFailed = (job: Job): boolean => job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;

/** A pod that is being deleted has failed, unless the Job waits for its end: an orphan may never reach that phase. */
export const isPodFailed = (job: Job, pod: Pod): boolean => {
  if (pod.status?.phase === 'Failed') return true;
  return !onlyReplacesFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
};

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseTime(text));

const lastContainerEnd = (pod: Pod): number | undefined => {
  const ends = (pod.status?.containerStatuses ?? []).map((one) => timeOf(one.state?.terminated?.finishedAt));
  return ends.reduce<number | undefined>((last, end) => (end === undefined ? undefined : Math.max(last ?? end, end)),
    ends.some((end) => end === undefined) ? undefined : ends[0]);
};

/** When the pod ended, from the best witness there is. */
export const finishedAtMs = (pod: Pod): number => {
  const containers = lastContainerEnd(pod);
  if (containers !== undefined) return containers;
  const ready = getPodCondition(pod.status, 'Ready');
  const unready = ready?.status === 'False' ? timeOf(ready.lastTransitionTime) : undefined;
  if (unready !== undefined) return unready;
  const deleted = timeOf(pod.metadata.deletionTimestamp);
  if (deleted !== undefined) return deleted - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return timeOf(pod.metadata.creationTimestamp) ?? 0;
};
