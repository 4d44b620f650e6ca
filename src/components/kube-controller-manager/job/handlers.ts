/**
 * What the Job controller makes of a change in its caches.
 * Models: pkg/controller/job/job_controller.go addPod, updatePod, deletePod, addJob, updateJob, deleteJob, cleanupPodFinalizers
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import { parseTime } from '../../../api/time.ts';
import type { Job, Pod } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Change, ControllerContext, Op } from '../../../client/controller.ts';
import { creationObserved, deletionObserved } from '../../../client/expectations.ts';
import { podsByOwner, resolveControllerRef } from '../pod-control/owner-index.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import { isJobFinished } from './conditions.ts';
import { hasTrackingFinalizer } from './job-pods.ts';
import type { JobMemory } from './state.ts';
import { BATCH_PERIOD_MS, ORPHAN_QUEUE, removalObserved } from './state.ts';

const immediately = (job: Job): Op => ({ op: 'add', key: keyOf(job) });
const batched = (job: Job): Op => ({ op: 'add-after', key: keyOf(job), afterMs: BATCH_PERIOD_MS });
const orphan = (pod: Pod): Op => ({ op: 'add', key: keyOf(pod), queue: ORPHAN_QUEUE });
const orphanIfHeld = (pod: Pod): readonly Op[] => (hasTrackingFinalizer(pod) ? [orphan(pod)] : []);

const jobOf = (context: ControllerContext, pod: Pod): Job | undefined =>
  resolveControllerRef(context.caches.lister<Job>('jobs.batch'), 'Job', pod.metadata.namespace ?? '', controllerOf(pod));

const matching = (context: ControllerContext, { metadata }: Pod): readonly Job[] =>
  (Object.keys(metadata.labels ?? {}).length === 0 ? [] : context.caches.lister<Job>('jobs.batch').list(metadata.namespace).filter((job) => {
    const selector = selectorOf(job.spec.selector);
    return isRight(selector) && matchesSelector(selector.right, metadata.labels);
  }));

const removalSeen = (memory: JobMemory, job: Job, pod: Pod): JobMemory => removalObserved(memory, keyOf(job), pod.metadata.uid ?? '');

/** `isFinal`: the pod is gone; else it only bears a deletion timestamp. */
const podDeleted = (memory: JobMemory, pod: Pod, isFinal: boolean, context: ControllerContext): Change<JobMemory> => {
  const job = jobOf(context, pod);
  if (job === undefined || isJobFinished(job)) return { memory, ops: orphanIfHeld(pod) };
  const counted = { ...memory, expectations: deletionObserved(memory.expectations, keyOf(job)) };
  return { memory: isFinal || !hasTrackingFinalizer(pod) ? removalSeen(counted, job, pod) : counted, ops: [batched(job)] };
};

const podAdded = (memory: JobMemory, pod: Pod, context: ControllerContext): Change<JobMemory> => {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(memory, pod, false, context);
  if (controllerOf(pod) === undefined) return { memory, ops: [...orphanIfHeld(pod), ...matching(context, pod).map(batched)] };
  const job = jobOf(context, pod);
  if (job === undefined) return { memory, ops: [] };
  return { memory: { ...memory, expectations: creationObserved(memory.expectations, keyOf(job)) }, ops: [batched(job)] };
};

const podUpdated = (memory: JobMemory, before: Pod, pod: Pod, context: ControllerContext): Change<JobMemory> => {
  if (before.metadata.resourceVersion === pod.metadata.resourceVersion) return { memory, ops: [] };
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(memory, pod, false, context);
  const refChanged = !semanticEqual(controllerOf(before), controllerOf(pod));
  const touched = [...(refChanged ? [jobOf(context, before)] : []), jobOf(context, pod)].filter((job) => job !== undefined);
  const seen = hasTrackingFinalizer(pod) ? memory : touched.reduce((current, job) => removalSeen(current, job, pod), memory);
  const ops = touched.map(batched);
  if (controllerOf(pod) !== undefined) return { memory: seen, ops };
  const isChanged = refChanged || !semanticEqual(before.metadata.labels, pod.metadata.labels);
  return { memory: seen, ops: [...ops, ...orphanIfHeld(pod), ...(isChanged ? matching(context, pod).map(batched) : [])] };
};

const onPod = (memory: JobMemory, notification: Notification, context: ControllerContext): Change<JobMemory> => {
  switch (notification.kind) {
    case 'add': return podAdded(memory, notification.object as Pod, context);
    case 'update': return podUpdated(memory, notification.before as Pod, notification.object as Pod, context);
    case 'delete': return podDeleted(memory, notification.object as Pod, true, context);
  }
};

/** Pods that a Job which has ended, or is gone, still holds. */
const heldPods = (job: Job, context: ControllerContext): readonly Op[] =>
  podsByOwner(context.caches.lister<Pod>('pods'), job, { includeOrphans: false }).filter(hasTrackingFinalizer).map(orphan);

/** A deadline that is new or has changed. */
const newDeadline = (before: Job, job: Job, nowMs: number): readonly Op[] => {
  const { activeDeadlineSeconds } = job.spec;
  const start = job.status?.startTime === undefined ? undefined : parseTime(job.status.startTime);
  if (start === undefined || activeDeadlineSeconds === undefined || before.spec.activeDeadlineSeconds === activeDeadlineSeconds) return [];
  return [{ op: 'add-after', key: keyOf(job), afterMs: Math.max(0, activeDeadlineSeconds * 1000 - (nowMs - start)) }];
};

/** The cache shows our last status write, or something later. */
const writeSeen = (memory: JobMemory, job: Job, isGone: boolean): JobMemory => {
  const key = keyOf(job);
  const written = memory.unseen.get(key);
  if (written === undefined || (!isGone && Number(job.metadata.resourceVersion) < Number(written))) return memory;
  return { ...memory, unseen: memory.unseen.delete(key) };
};

const onJob = (memory: JobMemory, notification: Notification, context: ControllerContext): Change<JobMemory> => {
  const job = notification.object as Job;
  const seen = writeSeen(memory, job, notification.kind === 'delete');
  switch (notification.kind) {
    case 'add': return { memory: seen, ops: [immediately(job)] };
    case 'delete': return { memory: seen, ops: [immediately(job), ...heldPods(job, context)] };
    case 'update': {
      const before = notification.before as Job;
      const sync = before.metadata.generation === job.metadata.generation ? batched(job) : immediately(job);
      return { memory: seen, ops: [sync, ...(isJobFinished(job) ? heldPods(job, context) : []), ...newDeadline(before, job, context.nowMs)] };
    }
  }
};

export const handleNotification = (memory: JobMemory, notification: Notification, context: ControllerContext): Change<JobMemory> => {
  switch (notification.resource) {
    case 'jobs.batch': return onJob(memory, notification, context);
    case 'pods': return onPod(memory, notification, context);
    default: return { memory, ops: [] };
  }
};
