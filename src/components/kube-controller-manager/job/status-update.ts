/**
 * The second half of a Job's sync: status with the newly finished pods, then their finalizers, then the counts, and the Job's end.
 * Models: pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers, flushUncountedAndRemoveFinalizers,
 *   removeTrackingFinalizerFromPods, enactJobFinished, recordJobFinished
 */
import { formatTime } from '../../../api/time.ts';
import type { Job, JobStatus } from '../../../api/types.ts';
import type { Answer, Op } from '../../../client/controller.ts';
import { ask, errorOf, finish, objectOf, withOps } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isNotFound } from '../pod-control/errors.ts';
import { patchPodRequest } from '../pod-control/pod-requests.ts';
import { lifeOf, withJobCondition } from './conditions.ts';
import type { ConditionType } from './conditions.ts';
import { removeFinalizerPatch } from './job-pods.ts';
import type { JobAction, JobEvent } from './machine.ts';
import { jobChart } from './machine.ts';
import type { JobPlan, JobStage, JobSync, Run, Tracking, Verdict } from './state.ts';
import { expectRemovals, removalObserved, withMemory } from './state.ts';
import { countGonePods, trackPods, withStatus } from './track-job.ts';

type Stage<K extends JobStage['kind']> = Extract<JobStage, { kind: K }>;

const statusRequest = (job: Job): ApiRequest => ({
  verb: 'update', resource: 'jobs.batch', subresource: 'status', name: job.metadata.name, body: job,
  ...(job.metadata.namespace === undefined ? {} : { namespace: job.metadata.namespace }),
});

const CONDITIONS: Readonly<Record<JobAction, ConditionType>> =
  { addSuccessCriteriaMet: 'SuccessCriteriaMet', addFailureTarget: 'FailureTarget', addComplete: 'Complete', addFailed: 'Failed' };

/** Moves the Job along its statechart; the actions are the conditions it gets. */
const live = (job: Job, event: JobEvent, { reason, message }: Verdict, nowMs: number): Job => jobChart.next(lifeOf(job), event).actions.reduce(
  (current, action) => {
    const changed = withJobCondition(current, { type: CONDITIONS[action], status: 'True', reason, message }, nowMs);
    return action === 'addComplete' ? withStatus(changed, { completionTime: formatTime(nowMs) }) : changed;
  }, job);

/** `active` is left out when 0, as upstream prints it. */
const withCounts = (job: Job, { activeCount, ready, terminating }: JobSync): Job => {
  const { active: _active, ...rest } = job.status ?? {};
  const status: JobStatus = { ...rest, ...(activeCount === 0 ? {} : { active: activeCount }), ready, terminating };
  return { ...job, status };
};

const countsDiffer = ({ job, activeCount, ready, terminating }: JobSync): boolean =>
  activeCount !== (job.status?.active ?? 0) || ready !== job.status?.ready || terminating !== job.status?.terminating;

export const trackJob = (run: Run, sync: JobSync): JobPlan => {
  const needsUpdate = sync.needsUpdate || countsDiffer(sync);
  const counted = { ...sync, job: needsUpdate ? withCounts(sync.job, sync) : sync.job };
  const { job, tracking } = trackPods(counted, run.policy);
  const judged = sync.verdict === undefined ? job : live(job, { type: sync.verdict.outcome }, sync.verdict, run.context.nowMs);
  const next = { ...sync, job: judged };
  return needsUpdate || judged !== counted.job
    ? ask(run, [statusRequest(judged)], { kind: 'flush-uncounted', sync: next, tracking })
    : removeFinalizers(run, next, tracking, false);
};

/** The Job as the server has it now; until the cache shows it, it is `unseen`. */
const written = (run: Run, sync: JobSync, answer: Answer): readonly [Run, JobSync] => {
  const job = (objectOf(answer) as Job | undefined) ?? sync.job;
  const { resourceVersion = '', namespace = '', name } = job.metadata;
  const cached = run.context.caches.lister<Job>('jobs.batch').get(namespace, name);
  const isSeen = cached !== undefined && Number(cached.metadata.resourceVersion) >= Number(resourceVersion);
  return [isSeen ? run : withMemory(run, { unseen: run.memory.unseen.set(sync.key, resourceVersion) }), { ...sync, job }];
};

const failedTracking = (run: Run, why: string): JobPlan => finish(run, `tracking status: ${why}`);

/** Why only now: a back-off that was recorded without the pods being listed would be counted again. */
const recordBackoff = (run: Run, { key, backoff }: JobSync): Run => {
  const records = run.memory.backoff;
  if (backoff.failures > 0) return withMemory(run, { backoff: records.set(key, backoff) });
  return records.has(key) ? withMemory(run, { backoff: records.delete(key) }) : run;
};

export const uncountedFlushed = (run: Run, { sync, tracking }: Stage<'flush-uncounted'>, answer: Answer): JobPlan => {
  const error = errorOf(answer);
  if (error !== undefined) return failedTracking(run, `adding uncounted pods to status: ${error}`);
  const [seen, next] = written(run, sync, answer);
  return removeFinalizers(recordBackoff(seen, next), next, tracking, false);
};

const removeFinalizers = (run: Run, sync: JobSync, tracking: Tracking, needsFlush: boolean): JobPlan => {
  if (tracking.remove.length === 0) return settle(run, sync, tracking, needsFlush);
  const memory = expectRemovals(run.memory, sync.key, tracking.remove.map((pod) => pod.metadata.uid ?? ''));
  const requests = tracking.remove.map((pod) => patchPodRequest(pod, removeFinalizerPatch));
  return ask({ ...run, memory }, requests, { kind: 'remove-finalizers', sync, tracking }, 'parallel');
};

/** A pod that is gone has lost its finalizer too. */
export const finalizersRemoved = (run: Run, { sync, tracking }: Stage<'remove-finalizers'>, answers: readonly Answer[]): JobPlan => {
  const removed = new Set<string>();
  const errors: string[] = [];
  let { memory } = run;
  answers.forEach((answer, i) => {
    const uid = tracking.remove[i]?.metadata.uid ?? '';
    const error = errorOf(answer);
    if (error !== undefined) memory = removalObserved(memory, sync.key, uid);
    if (error === undefined || isNotFound(answer)) removed.add(uid);
    else errors.push(error);
  });
  const bearing = tracking.bearing.filter((uid) => !removed.has(uid));
  const job = countGonePods(sync.job, bearing);
  const current = { ...run, memory };
  const next = { ...sync, job };
  const [error] = errors;
  if (error === undefined) return settle(current, next, { ...tracking, bearing }, job !== sync.job);
  return job === sync.job ? failedTracking(current, error) : ask(current, [statusRequest(job)], { kind: 'flush-partial', sync: next, error });
};

export const partialFlushed = (run: Run, { sync, error }: Stage<'flush-partial'>, answer: Answer): JobPlan => {
  const why = errorOf(answer);
  return why === undefined ? failedTracking(written(run, sync, answer)[0], error) : failedTracking(run, `removing uncounted pods from status: ${why}`);
};

const isSettled = ({ job, terminating }: JobSync, tracking: Tracking): boolean => {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  return !tracking.isCapped && succeeded.length + failed.length === 0 && terminating === 0;
};

/** Ends the Job when it has a verdict and nothing is left to count or to wait for. */
const settle = (run: Run, sync: JobSync, tracking: Tracking, needsFlush: boolean): JobPlan => {
  const counted = countGonePods(sync.job, tracking.bearing);
  const next = { ...sync, job: counted };
  const ended = sync.verdict !== undefined && isSettled(next, tracking) ? live(counted, { type: 'settle' }, sync.verdict, run.context.nowMs) : counted;
  if (!needsFlush && ended === sync.job) return finish(run, sync.error);
  const life = lifeOf(ended);
  const ending = ended !== counted && (life === 'complete' || life === 'failed') ? life : undefined;
  return ask(run, [statusRequest(ended)], { kind: 'flush-final', sync: { ...sync, job: ended }, ending });
};

const endingEvents = ({ job, verdict }: JobSync, ending: 'complete' | 'failed'): readonly Op[] => {
  if (ending === 'failed') {
    return [{ op: 'event', regarding: job, type: 'Warning', reason: verdict?.reason ?? '', message: verdict?.message ?? '' }];
  }
  const surplus = job.spec.completions !== undefined && (job.status?.succeeded ?? 0) > job.spec.completions;
  const message = 'Too many succeeded pods running after completion count reached';
  const tooMany: readonly Op[] = surplus ? [{ op: 'event', regarding: job, type: 'Warning', reason: 'TooManySucceededPods', message }] : [];
  return [...tooMany, { op: 'event', regarding: job, type: 'Normal', reason: 'Completed', message: 'Job completed' }];
};

export const finalFlushed = (run: Run, { sync, ending }: Stage<'flush-final'>, answer: Answer): JobPlan => {
  const error = errorOf(answer);
  if (error !== undefined) return failedTracking(run, `removing uncounted pods from status: ${error}`);
  const [seen, next] = written(run, sync, answer);
  return finish(ending === undefined ? seen : withOps(seen, endingEvents(next, ending)), sync.error);
};
