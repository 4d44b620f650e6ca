/**
 * One sync of a Job, step by step: its pods, its verdict, pods deleted or created; what follows is in status-update.ts.
 * Models: pkg/controller/job/job_controller.go syncJob, getPodsForJob, deleteActivePods, deleteJobPods, manageJob (requests), syncOrphanPod
 * Not modelled: the event UnknownCompletionMode (validation refuses such a mode); metrics.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import { controllerOf, isPodReady } from '../../../api/pod-helpers.ts';
import type { Job, Pod } from '../../../api/types.ts';
import { unreachable } from '../../../base/assert.ts';
import { splitKey } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { ask, errorOf, finish, withOps } from '../../../client/controller.ts';
import { creationObserved, deleteExpectations, deletionObserved, expectCreations, expectDeletions, satisfied } from '../../../client/expectations.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../pod-control/claiming.ts';
import { isNamespaceTerminating, isNotFound } from '../pod-control/errors.ts';
import { podsByOwner, resolveControllerRef } from '../pod-control/owner-index.ts';
import { createOutcome, deleteOutcome, deletePodRequest, patchPodRequest } from '../pod-control/pod-requests.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import { firstBatch, nextBatch } from '../pod-control/slow-start.ts';
import { isJobFinished, withJobCondition } from './conditions.ts';
import { hasTrackingFinalizer, isManagedElsewhere, isSuspended, removeFinalizerPatch, TRACKING_FINALIZER } from './job-pods.ts';
import { manageJob } from './manage-job.ts';
import { createJobPodRequest, jobTemplate } from './new-pod.ts';
import { deadlineLeftMs, judgeJob, observeJob } from './observe-job.ts';
import type { JobPlan, JobStage, JobSync, NewPods, Run } from './state.ts';
import { BATCH_PERIOD_MS, withMemory } from './state.ts';
import { finalFlushed, finalizersRemoved, partialFlushed, trackJob, uncountedFlushed } from './status-update.ts';
import { withStatus } from './track-job.ts';
import { formatTime } from '../../../api/time.ts';

type Stage<K extends JobStage['kind']> = Extract<JobStage, { kind: K }>;

const forget = (run: Run, key: string): Run => withMemory(run, {
  expectations: deleteExpectations(run.memory.expectations, key), removals: run.memory.removals.delete(key), backoff: run.memory.backoff.delete(key),
  unseen: run.memory.unseen.delete(key),
});

export const syncJob = (run: Run, key: string): JobPlan => {
  const { namespace, name } = splitKey(key);
  const job = run.context.caches.lister<Job>('jobs.batch').get(namespace, name);
  if (job === undefined) return finish(forget(run, key), undefined);
  if (isManagedElsewhere(job)) return finish(run, undefined);
  if (isJobFinished(job)) return finish(run.memory.backoff.has(key) ? withMemory(run, { backoff: run.memory.backoff.delete(key) }) : run, undefined);
  const selector = selectorOf(job.spec.selector);
  if (isLeft(selector)) return finish(run, `couldn't convert Job selector: ${selector.left}`);
  const claiming = startClaiming<Pod>({
    owner: job, ownerResource: 'jobs.batch', resource: 'pods', finalizers: [TRACKING_FINALIZER],
    candidates: podsByOwner(run.context.caches.lister<Pod>('pods'), job, { includeOrphans: true }),
    matches: (pod) => matchesSelector(selector.right, pod.metadata.labels),
  });
  return claimPods(run, { kind: 'claim-pods', job, key, claiming, isSatisfied: satisfied(run.memory.expectations, key, run.context.nowMs) });
};

/** A pod just adopted bears the finalizer already, though the cache does not show it. */
const asAdopted = (claiming: Claiming<Pod>): readonly Pod[] => claimedObjects(claiming).map((pod) =>
  (!claiming.adopted.includes(pod) || hasTrackingFinalizer(pod) ? pod
    : { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER] } }));

const claimPods = (run: Run, stage: Stage<'claim-pods'>): JobPlan => {
  const request = claimRequest(stage.claiming);
  if (request !== undefined) return ask(run, [request], stage);
  const error = claimError(stage.claiming);
  if (error !== undefined) return finish(run, error);
  const job = stage.job.status?.uncountedTerminatedPods === undefined ? withStatus(stage.job, { uncountedTerminatedPods: {} }) : stage.job;
  return decide(run, observeJob(run, stage.key, job, asAdopted(stage.claiming), stage.isSatisfied));
};

const decide = (run: Run, observed: JobSync): JobPlan => {
  const { job, key } = observed;
  const { nowMs } = run.context;
  const verdict = judgeJob(observed, nowMs);
  const sync = { ...observed, verdict };
  if (verdict !== undefined) {
    return sync.active.length === 0 ? activeDeleted(run, { kind: 'delete-active', sync }, [])
      : ask(run, sync.active.map(deletePodRequest), { kind: 'delete-active', sync }, 'parallel');
  }
  const leftMs = deadlineLeftMs(job, nowMs);
  const timed = leftMs === undefined ? run : withOps(run, [{ op: 'add-after', key, afterMs: leftMs }]);
  const mayManage = sync.isSatisfied && job.metadata.deletionTimestamp === undefined && run.policy.mayManage(job, run.memory.unseen.has(key));
  return mayManage ? manage(timed, sync) : afterManage(timed, sync, false);
};

/** The verdict stands only when every pod is on its way out, and none can be yet unseen. */
const activeDeleted = (run: Run, { sync }: Stage<'delete-active'>, answers: readonly Answer[]): JobPlan => {
  const errors: string[] = [];
  let current = run;
  answers.forEach((answer, i) => {
    const { ops, error } = deleteOutcome(sync.job, sync.active[i]?.metadata.name ?? '', answer);
    current = withOps(current, ops);
    if (error !== undefined && !isNotFound(answer)) errors.push(error);
  });
  const deleted = sync.active.length - errors.length;
  return trackJob(current, {
    ...sync,
    verdict: errors.length > 0 || !sync.isSatisfied ? undefined : sync.verdict,
    activeCount: sync.activeCount - deleted, terminating: sync.terminating + deleted, ready: sync.ready - sync.active.filter(isPodReady).length,
    error: errors[0],
  });
};

const manage = (run: Run, sync: JobSync): JobPlan => {
  const { nowMs } = run.context;
  const { expectations } = run.memory;
  const management = manageJob(sync, nowMs);
  switch (management.kind) {
    case 'nothing': return afterManage(run, sync, true);
    case 'wait': {
      const afterMs = Math.max(BATCH_PERIOD_MS, management.afterMs);
      // Why no active pods: so upstream counts a Job that backs off.
      return afterManage(withOps(run, [{ op: 'add-after', key: sync.key, afterMs }]), { ...sync, activeCount: 0 }, true);
    }
    case 'delete': {
      const expecting = withMemory(run, { expectations: expectDeletions(expectations, sync.key, management.pods.length, nowMs) });
      return stripSurplus(expecting, sync, management.pods);
    }
    case 'create': {
      const { pods } = management;
      if (pods.count === 0) return afterManage(run, sync, true);
      const expecting = withMemory(run, { expectations: expectCreations(expectations, sync.key, pods.count, nowMs) });
      return createBatch(expecting, { ...sync, activeCount: sync.activeCount + pods.count }, pods, firstBatch(pods.count));
    }
    default: return unreachable(management);
  }
};

/** Surplus pods lose their finalizer before they are deleted: they are not to be counted. */
const stripSurplus = (run: Run, sync: JobSync, pods: readonly Pod[]): JobPlan => {
  const bearing = pods.filter(hasTrackingFinalizer);
  const stage: JobStage = { kind: 'strip-surplus', sync, pods, stripped: bearing };
  return bearing.length === 0 ? deleteSurplus(run, sync, pods) : ask(run, bearing.map((pod) => patchPodRequest(pod, removeFinalizerPatch)), stage, 'parallel');
};

const deletionFailed = (run: Run, key: string): Run => withMemory(run, { expectations: deletionObserved(run.memory.expectations, key) });
const firstError = (sync: JobSync, error: string): JobSync => ({ ...sync, error: sync.error ?? error });

const surplusStripped = (run: Run, { sync, pods, stripped }: Stage<'strip-surplus'>, answers: readonly Answer[]): JobPlan => {
  const dropped = new Set<Pod>();
  let current = run;
  let next = sync;
  answers.forEach((answer, i) => {
    const pod = stripped[i];
    const error = errorOf(answer);
    if (pod === undefined || error === undefined) return;
    dropped.add(pod);
    current = deletionFailed(current, sync.key);
    next = isNotFound(answer) ? removed(next) : firstError(next, `removing completion finalizer: ${error}`);
  });
  return deleteSurplus(current, next, pods.filter((pod) => !dropped.has(pod)));
};

const removed = (sync: JobSync): JobSync => ({ ...sync, activeCount: sync.activeCount - 1, terminating: sync.terminating + 1 });

const deleteSurplus = (run: Run, sync: JobSync, pods: readonly Pod[]): JobPlan =>
  (pods.length === 0 ? afterManage(run, sync, true) : ask(run, pods.map(deletePodRequest), { kind: 'delete-surplus', sync, pods }, 'parallel'));

const surplusDeleted = (run: Run, { sync, pods }: Stage<'delete-surplus'>, answers: readonly Answer[]): JobPlan => {
  let current = run;
  let next: JobSync = { ...sync, ready: sync.ready - pods.filter(isPodReady).length };
  answers.forEach((answer, i) => {
    const { ops, error } = deleteOutcome(sync.job, pods[i]?.metadata.name ?? '', answer);
    current = withOps(current, ops);
    if (error !== undefined) current = deletionFailed(current, sync.key);
    next = error === undefined || isNotFound(answer) ? removed(next) : firstError(next, error);
  });
  return afterManage(current, next, true);
};

const createBatch = (run: Run, sync: JobSync, rest: NewPods, batchSize: number): JobPlan => {
  if (batchSize === 0) return afterManage(run, sync, true);
  const template = jobTemplate(sync.job);
  const requests = Array.from({ length: batchSize }, (_, i) => createJobPodRequest(template, sync, rest.indexes[i]));
  return ask(run, requests, { kind: 'create-pods', sync, rest, batchSize }, 'parallel');
};

/** After a batch with a failure the rest is not tried, nor expected. */
const podsCreated = (run: Run, { sync, rest, batchSize }: Stage<'create-pods'>, answers: readonly Answer[]): JobPlan => {
  const observe = (one: Run): Run => withMemory(one, { expectations: creationObserved(one.memory.expectations, sync.key) });
  let current = run;
  let next = sync;
  let failures = 0;
  for (const answer of answers) {
    const { ops, error } = createOutcome(sync.job, answer);
    current = withOps(current, ops);
    if (error === undefined || isNamespaceTerminating(answer)) continue;
    current = observe(current);
    next = firstError({ ...next, activeCount: next.activeCount - 1 }, error);
    failures += 1;
  }
  const left = rest.count - batchSize;
  if (failures > 0 && left > 0) {
    for (let i = 0; i < left; i += 1) current = observe(current);
    return afterManage(current, { ...next, activeCount: next.activeCount - left }, true);
  }
  return createBatch(current, next, { count: left, indexes: rest.indexes.slice(batchSize) }, nextBatch(batchSize, left));
};

const isComplete = ({ job, succeeded, activeCount }: JobSync): boolean =>
  activeCount === 0 && (job.spec.completions === undefined ? succeeded > 0 : succeeded >= job.spec.completions);

/** A Job that resumes starts anew: its deadline does not count the time it was suspended. */
const withSuspension = (run: Run, sync: JobSync): readonly [Run, JobSync] => {
  const { nowMs } = run.context;
  const suspended = isSuspended(sync.job);
  const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const job = withJobCondition(sync.job, { type: 'Suspended', status: suspended ? 'True' : 'False', reason, message }, nowMs);
  if (job === sync.job) return [run, sync];
  const told = withOps(run, [{ op: 'event', regarding: sync.job, type: 'Normal', reason: suspended ? 'Suspended' : 'Resumed', message }]);
  return [told, { ...sync, job: suspended ? job : withStatus(job, { startTime: formatTime(nowMs) }), needsUpdate: true }];
};

const afterManage = (run: Run, sync: JobSync, managed: boolean): JobPlan => {
  if (isComplete(sync)) {
    return trackJob(run, { ...sync, verdict: { outcome: 'succeed', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } });
  }
  const [current, next] = managed ? withSuspension(run, sync) : [run, sync];
  return trackJob(current, next);
};

/** A pod whose Job is gone or finished must not be held by the Job's finalizer. */
export const syncOrphan = (run: Run, key: string): JobPlan => {
  const { namespace, name } = splitKey(key);
  const pod = run.context.caches.lister<Pod>('pods').get(namespace, name);
  if (pod === undefined || !hasTrackingFinalizer(pod)) return finish(run, undefined);
  const owner = controllerOf(pod);
  if (owner !== undefined && (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1')) return finish(run, undefined);
  const job = resolveControllerRef(run.context.caches.lister<Job>('jobs.batch'), 'Job', namespace, owner);
  if (job !== undefined && (isManagedElsewhere(job) || !isJobFinished(job))) return finish(run, undefined);
  return ask(run, [patchPodRequest(pod, removeFinalizerPatch)], { kind: 'strip-orphan' });
};

const NO_ANSWER: Answer = { kind: 'unknown-outcome', message: 'no answer' };

export const resumeJob = (run: Run, stage: JobStage, answers: readonly Answer[]): JobPlan => {
  const first = answers[0] ?? NO_ANSWER;
  switch (stage.kind) {
    case 'claim-pods': return claimPods(run, { ...stage, claiming: claimAnswered(stage.claiming, first) });
    case 'delete-active': return activeDeleted(run, stage, answers);
    case 'strip-surplus': return surplusStripped(run, stage, answers);
    case 'delete-surplus': return surplusDeleted(run, stage, answers);
    case 'create-pods': return podsCreated(run, stage, answers);
    case 'flush-uncounted': return uncountedFlushed(run, stage, first);
    case 'remove-finalizers': return finalizersRemoved(run, stage, answers);
    case 'flush-partial': return partialFlushed(run, stage, first);
    case 'flush-final': return finalFlushed(run, stage, first);
    case 'strip-orphan': return finish(run, isNotFound(first) ? undefined : errorOf(first));
    default: return unreachable(stage);
  }
};
