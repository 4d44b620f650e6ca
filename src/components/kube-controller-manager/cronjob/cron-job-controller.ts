/**
 * The CronJob controller: makes Jobs at the times of a schedule.
 * Models: pkg/controller/cronjob/cronjob_controllerv2.go NewControllerV2, updateCronJob, addJob, updateJob, deleteJob;
 *   `--concurrent-cron-job-syncs` 5
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../../api/object.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import type { CronJob } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Controller, ControllerContext, ControllerOf, Op } from '../../../client/controller.ts';
import { erase } from '../../../client/controller.ts';
import { resolveControllerRef } from '../pod-control/owner-index.ts';
import { nextScheduleMs, scheduleOf } from './schedule.ts';
import type { CronMemory, CronPolicy, CronStage, Run } from './state.ts';
import { upstreamPolicy } from './state.ts';
import { resumeCronJob, syncCronJob } from './sync.ts';

export type { CronPolicy } from './state.ts';

const enqueue = (object: KubeObject): Op => ({ op: 'add', key: keyOf(object) });

/** With another schedule it is looked at when that is due, and not before. */
const onCronJobUpdate = (before: CronJob, cronJob: CronJob, nowMs: number): readonly Op[] => {
  if (before.spec.schedule === cronJob.spec.schedule && before.spec.timeZone === cronJob.spec.timeZone) return [enqueue(cronJob)];
  const schedule = scheduleOf(cronJob);
  if (isLeft(schedule)) {
    const message = `unparseable schedule for cronjob: ${cronJob.spec.schedule}`;
    return [{ op: 'event', regarding: cronJob, type: 'Warning', reason: 'UnParseableCronJobSchedule', message }];
  }
  return [{ op: 'add-after', key: keyOf(cronJob), afterMs: nextScheduleMs(cronJob, nowMs, schedule.right) }];
};

const onJob = (notification: Notification, context: ControllerContext): readonly Op[] => {
  const ownerOf = (object: KubeObject): readonly Op[] => {
    const owner = resolveControllerRef(context.caches.lister<CronJob>('cronjobs.batch'), 'CronJob', object.metadata.namespace ?? '', controllerOf(object));
    return owner === undefined ? [] : [enqueue(owner)];
  };
  if (notification.kind !== 'update') return ownerOf(notification.object);
  const { before, object } = notification;
  if (before.metadata.resourceVersion === object.metadata.resourceVersion) return [];
  const refChanged = !semanticEqual(controllerOf(before), controllerOf(object));
  return [...(refChanged ? ownerOf(before) : []), ...ownerOf(object)];
};

const opsOf = (notification: Notification, context: ControllerContext): readonly Op[] => {
  if (notification.resource === 'jobs.batch') return onJob(notification, context);
  return notification.kind === 'update'
    ? onCronJobUpdate(notification.before as CronJob, notification.object as CronJob, context.nowMs)
    : [enqueue(notification.object)];
};

const typed = (policy: CronPolicy): ControllerOf<CronMemory, CronStage> => {
  const runOf = (memory: CronMemory, context: ControllerContext): Run => ({ memory, ops: [], context, policy });
  return {
    name: 'cronjob-controller',
    queues: [{ name: 'cronjob', workers: 5 }],
    informers: [{ resource: 'jobs.batch', handles: true }, { resource: 'cronjobs.batch', handles: true }],
    initial: {},
    handle: (memory, notification, context) => ({ memory, ops: opsOf(notification, context) }),
    reconcile: (memory, _queue, key, context) => syncCronJob(runOf(memory, context), key),
    resume: (memory, _queue, _key, stage, answers, context) => resumeCronJob(runOf(memory, context), stage, answers),
  };
};

/** `policy` replaces single decisions; upstream's stand for the rest. */
export const cronJobController = (policy: Partial<CronPolicy> = {}): Controller => erase(typed({ ...upstreamPolicy, ...policy }));
