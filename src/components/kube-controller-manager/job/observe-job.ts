/**
 * The beginning of a Job's sync: counting its pods, and judging whether it has succeeded or failed.
 * Models: pkg/controller/job/job_controller.go syncJob (first half), getValidPodsWithFilter, getNewFinishedPods, getFailJobMessage,
 *   pastBackoffLimitOnFailure, pastActiveDeadline; indexed_job_utils.go calculateSucceededIndexes, calculateFailedIndexes,
 *   getPodsWithDelayedDeletionPerIndex
 */
import { isPodReady, isPodTerminating } from '../../../api/pod-helpers.ts';
import { formatTime, parseTime } from '../../../api/time.ts';
import type { Job, Pod } from '../../../api/types.ts';
import { compareNumbers } from '../../../base/order.ts';
import { filterActivePods } from '../pod-control/active-pods.ts';
import { NO_FAILURES, newBackoffRecord } from './backoff.ts';
import { trueCondition } from './conditions.ts';
import type { Intervals } from './intervals.ts';
import { countIndexes, hasIndex, parseIntervals, withIndexes } from './intervals.ts';
import {
  completionIndex, finishedAtMs, hasBackoffLimitPerIndex, hasTrackingFinalizer, indexFailures, indexIgnoredFailures, isIndexed, isPodFailed, isSuspended,
  validIndex,
} from './job-pods.ts';
import { failureVerdict, successMatch } from './pod-failure-policy.ts';
import type { JobSync, Run, Verdict } from './state.ts';

/** Pods not yet dealt with: they bear the finalizer, are not in `counted` and, in an Indexed Job, have an index of it. */
const freshPods = (run: Run, job: Job, pods: readonly Pod[], removals: readonly string[], counted: readonly string[]): readonly Pod[] =>
  pods.filter((pod) => hasTrackingFinalizer(pod) && !counted.includes(pod.metadata.uid ?? '') && !run.policy.isProcessed(pod, removals)
    && (!isIndexed(job) || validIndex(job, pod) !== undefined));

const sortedIndexes = (job: Job, pods: readonly Pod[]): readonly number[] =>
  [...new Set(pods.map((pod) => validIndex(job, pod)).filter((index) => index !== undefined))].sort(compareNumbers);

const isIndexFailed = (job: Job, pod: Pod): boolean => {
  if (!isPodFailed(job, pod)) return false;
  const { action, isCounted } = failureVerdict(job, pod);
  return action === 'FailIndex' || (isCounted && indexFailures(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
};

const absoluteFailures = (pod: Pod): number => indexFailures(pod) + indexIgnoredFailures(pod);

/** Why only indexes without an active pod: an active one has inherited the count already. */
const delayedPods = (job: Job, fresh: readonly Pod[], active: readonly Pod[], settled: (index: number) => boolean): readonly Pod[] => {
  const activeIndexes = new Set(active.map(completionIndex));
  const last = new Map<number, Pod>();
  for (const pod of fresh) {
    const index = validIndex(job, pod);
    if (index === undefined || !isPodFailed(job, pod) || settled(index) || activeIndexes.has(index)) continue;
    const before = last.get(index);
    if (before === undefined || (absoluteFailures(before) <= absoluteFailures(pod) && finishedAtMs(pod) >= finishedAtMs(before))) last.set(index, pod);
  }
  return [...last.values()];
};

type IndexView = Pick<JobSync, 'previouslySucceeded' | 'succeededIndexes' | 'failedIndexes' | 'delayed'>;

const observeIndexes = (run: Run, job: Job, pods: readonly Pod[], active: readonly Pod[], removals: readonly string[]): IndexView => {
  if (!isIndexed(job)) return { previouslySucceeded: [], succeededIndexes: [], failedIndexes: undefined, delayed: [] };
  const completions = job.spec.completions ?? 0;
  const previouslySucceeded = parseIntervals(job.status?.completedIndexes, completions);
  const bearing = pods.filter(hasTrackingFinalizer);
  const succeededIndexes = withIndexes(previouslySucceeded, sortedIndexes(job, bearing.filter((pod) => pod.status?.phase === 'Succeeded')));
  if (!hasBackoffLimitPerIndex(job)) return { previouslySucceeded, succeededIndexes, failedIndexes: undefined, delayed: [] };
  const failedIndexes = withIndexes(
    parseIntervals(job.status?.failedIndexes, completions), sortedIndexes(job, bearing.filter((pod) => isIndexFailed(job, pod))));
  const settled = (index: number): boolean => hasIndex(succeededIndexes, index) || hasIndex(failedIndexes, index);
  return { previouslySucceeded, succeededIndexes, failedIndexes, delayed: delayedPods(job, freshPods(run, job, pods, removals, []), active, settled) };
};

/** A Job that starts now gets its start time, unless it is suspended. */
const started = (job: Job, nowMs: number): Job =>
  (job.status?.startTime === undefined && !isSuspended(job) ? { ...job, status: { ...job.status, startTime: formatTime(nowMs) } } : job);

/** Counts; `verdict` is still open. */
export const observeJob = (run: Run, key: string, job: Job, pods: readonly Pod[], isSatisfied: boolean): JobSync => {
  const active = filterActivePods(pods);
  const uncountedSucceeded = job.status?.uncountedTerminatedPods?.succeeded ?? [];
  const uncountedFailed = job.status?.uncountedTerminatedPods?.failed ?? [];
  const removals = run.memory.removals.get(key) ?? [];
  const newSucceeded = freshPods(run, job, pods, removals, uncountedSucceeded).filter((pod) => pod.status?.phase === 'Succeeded');
  const newFailed = freshPods(run, job, pods, removals, uncountedFailed).filter((pod) => isPodFailed(job, pod));
  const indexes = observeIndexes(run, job, pods, active, removals);
  return {
    key, job: started(job, run.context.nowMs), pods, active, activeCount: active.length,
    ready: active.filter(isPodReady).length, terminating: pods.filter(isPodTerminating).length,
    uncountedSucceeded, uncountedFailed, removals,
    succeeded: isIndexed(job) ? countIndexes(indexes.succeededIndexes) : (job.status?.succeeded ?? 0) + newSucceeded.length + uncountedSucceeded.length,
    failed: (job.status?.failed ?? 0) + newFailed.filter((pod) => failureVerdict(job, pod).isCounted).length + uncountedFailed.length,
    backoff: newBackoffRecord(run.memory.backoff.get(key) ?? NO_FAILURES, newSucceeded, newFailed),
    isSatisfied, ...indexes, verdict: undefined, needsUpdate: false, error: undefined,
  };
};

const fail = (reason: string, message: string): Verdict => ({ outcome: 'fail', reason, message });

/** With restartPolicy OnFailure it is the kubelet that retries, and its restarts count. */
const pastBackoffLimitOnFailure = (job: Job, pods: readonly Pod[]): boolean => {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const limit = job.spec.backoffLimit ?? 6;
  const restarts = pods.filter((pod) => pod.status?.phase === 'Running' || pod.status?.phase === 'Pending')
    .flatMap((pod) => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])])
    .reduce((sum, container) => sum + container.restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
};

/** Undefined: no deadline runs. */
export const deadlineLeftMs = (job: Job, nowMs: number): number | undefined => {
  const start = job.status?.startTime === undefined ? undefined : parseTime(job.status.startTime);
  if (job.spec.activeDeadlineSeconds === undefined || start === undefined || isSuspended(job)) return undefined;
  return job.spec.activeDeadlineSeconds * 1000 - (nowMs - start);
};

const judgeIndexes = (job: Job, succeeded: Intervals, failedIndexes: Intervals | undefined): Verdict | undefined => {
  const failedCount = failedIndexes === undefined ? 0 : countIndexes(failedIndexes);
  if (job.spec.maxFailedIndexes !== undefined && failedCount > job.spec.maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failedCount > 0 && failedCount + countIndexes(succeeded) >= (job.spec.completions ?? 0)) return fail('FailedIndexes', 'Job has failed indexes');
  const met = successMatch(job, succeeded);
  return met === undefined ? undefined : { outcome: 'succeed', reason: 'SuccessPolicy', message: met };
};

const standingVerdict = (job: Job): Verdict | undefined => {
  const met = trueCondition(job, 'SuccessCriteriaMet');
  if (met !== undefined) return { outcome: 'succeed', reason: met.reason ?? '', message: met.message ?? '' };
  const target = trueCondition(job, 'FailureTarget');
  return target === undefined ? undefined : fail(target.reason ?? '', target.message ?? '');
};

/** In upstream's order: what has been decided, the pod failure policy, back-off limit, deadline, failed indexes, success policy. */
export const judgeJob = ({ job, pods, failed, succeededIndexes, failedIndexes }: JobSync, nowMs: number): Verdict | undefined => {
  const standing = standingVerdict(job);
  if (standing !== undefined) return standing;
  for (const pod of job.spec.podFailurePolicy === undefined ? [] : pods) {
    const { jobFailure } = isPodFailed(job, pod) ? failureVerdict(job, pod) : { jobFailure: undefined };
    if (jobFailure !== undefined) return fail('PodFailurePolicy', jobFailure);
  }
  if (failed > (job.spec.backoffLimit ?? 6) || pastBackoffLimitOnFailure(job, pods)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if ((deadlineLeftMs(job, nowMs) ?? 1) <= 0) return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  return isIndexed(job) ? judgeIndexes(job, succeededIndexes, failedIndexes) : undefined;
};
