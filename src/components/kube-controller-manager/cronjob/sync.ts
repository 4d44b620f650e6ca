/**
 * One sync of a CronJob: old Jobs cleaned up, the list of active ones brought up to date, a Job started when one is due, the status written.
 * Models: pkg/controller/cronjob/cronjob_controllerv2.go sync, syncCronJob, cleanupFinishedJobs, deleteJob
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { CronSchedule } from '../../../api/cron-schedule.ts';
import { isKnownTimeZone } from '../../../api/cron-schedule.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import { parseTime } from '../../../api/time.ts';
import type { CronJob, Job, ObjectReference } from '../../../api/types.ts';
import { unreachable } from '../../../base/assert.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { ask, done, errorOf, failed, finish, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isNamespaceTerminating, isNotFound, isRefusedAs } from '../pod-control/errors.ts';
import {
  activeOf, createJobRequest, deleteJobRequest, endOf, getJobRequest, isInActive, jobName, jobsToCleanUp, withoutActive, withStarted,
} from './cron-job-jobs.ts';
import { rfc1123 } from './rfc1123.ts';
import { nextScheduleMs, scheduleOf } from './schedule.ts';
import type { CronPlan, CronStage, CronSync, Run, Tick } from './state.ts';
import { say } from './state.ts';

type Stage<K extends CronStage['kind']> = Extract<CronStage, { kind: K }>;

const askOne = (run: Run, request: ApiRequest, stage: CronStage): CronPlan => ask(run, [request], stage);

export const syncCronJob = (run: Run, key: string): CronPlan => {
  const { namespace, name } = splitKey(key);
  const cronJob = run.context.caches.lister<CronJob>('cronjobs.batch').get(namespace, name);
  if (cronJob === undefined) return done(run.memory, run.ops);
  const jobs = run.context.caches.lister<Job>('jobs.batch').list(namespace).filter((job) => controllerOf(job)?.name === name);
  const sync: CronSync = { cronJob, toWrite: undefined, jobs, isChanged: false, nowMs: run.context.nowMs };
  return cleanUp(run, sync, jobsToCleanUp(cronJob, jobs));
};

const cleanUp = (run: Run, sync: CronSync, deleting: readonly Job[]): CronPlan => {
  const [job] = deleting;
  return job === undefined ? lookAtJobs(run, sync, sync.jobs) : askOne(run, deleteJobRequest(job), { kind: 'clean-up', sync, deleting });
};

/** Says what came of deleting a Job; `isDeleted` false: it did not go. */
const jobDeleted = (run: Run, sync: CronSync, job: Job, answer: Answer): { readonly run: Run; readonly sync: CronSync; readonly isDeleted: boolean } => {
  const error = errorOf(answer);
  if (error !== undefined) return { run: say(run, sync.cronJob, 'Warning', 'FailedDelete', `Deleted job: ${error}`), sync, isDeleted: false };
  const told = say(run, sync.cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  return { run: told, sync: { ...sync, cronJob: withoutActive(sync.cronJob, job.metadata.uid), isChanged: true }, isDeleted: true };
};

const cleanedUp = (run: Run, { sync, deleting }: Stage<'clean-up'>, answer: Answer): CronPlan => {
  const [job, ...rest] = deleting;
  if (job === undefined) return lookAtJobs(run, sync, sync.jobs);
  const result = jobDeleted(run, sync, job, answer);
  return cleanUp(result.run, result.sync, rest);
};

/** The later of the time known and the Job's. */
const withSuccess = (sync: CronSync, job: Job): CronSync => {
  const { completionTime } = job.status ?? {};
  const last = sync.cronJob.status?.lastSuccessfulTime;
  const isLater = completionTime !== undefined && (last === undefined || (parseTime(completionTime) ?? 0) > (parseTime(last) ?? 0));
  if (!isLater) return sync;
  return { ...sync, isChanged: true, cronJob: { ...sync.cronJob, status: { ...sync.cronJob.status, lastSuccessfulTime: completionTime } } };
};

const lookAtJobs = (run: Run, sync: CronSync, jobs: readonly Job[]): CronPlan => {
  let [currentRun, current] = [run, sync];
  for (const [i, job] of jobs.entries()) {
    const isActive = isInActive(current.cronJob, job.metadata.uid);
    const end = endOf(job);
    if (end === undefined) {
      if (isActive) continue;
      const { namespace, name } = splitKey(keyOf(current.cronJob));
      const request: ApiRequest = { verb: 'get', resource: 'cronjobs.batch', namespace, name };
      return askOne(currentRun, request, { kind: 'recheck-cronjob', sync: current, rest: jobs.slice(i) });
    }
    if (isActive) {
      current = { ...current, cronJob: withoutActive(current.cronJob, job.metadata.uid), isChanged: true };
      currentRun = say(currentRun, current.cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
    }
    if (end === 'Complete') current = withSuccess(current, job);
  }
  return lookForMissing(currentRun, current, activeOf(current.cronJob));
};

/** A Job that is not in our list of active ones: perhaps only our copy is old; else we crashed before we could list it, or someone made it. */
const cronJobRechecked = (run: Run, { sync, rest }: Stage<'recheck-cronjob'>, answer: Answer): CronPlan => {
  const error = errorOf(answer);
  if (error !== undefined) return finishSync(run, sync, undefined, error);
  const [job, ...others] = rest;
  const fresh = objectOf(answer) as CronJob | undefined;
  if (job === undefined) return lookForMissing(run, sync, activeOf(sync.cronJob));
  if (fresh !== undefined && isInActive(fresh, job.metadata.uid)) {
    return lookAtJobs(run, { ...sync, cronJob: fresh, toWrite: sync.toWrite ?? sync.cronJob }, others);
  }
  const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
  return lookAtJobs(say(run, sync.cronJob, 'Warning', 'UnexpectedJob', message), sync, others);
};

/** Why a request for each: the cache may be behind. */
const lookForMissing = (run: Run, sync: CronSync, refs: readonly ObjectReference[]): CronPlan => {
  const at = refs.findIndex((ref) => !sync.jobs.some((job) => job.metadata.uid === ref.uid));
  const missing = refs[at];
  if (missing === undefined) return decide(run, sync);
  return askOne(run, getJobRequest(missing.namespace, missing.name ?? ''), { kind: 'look-for-missing', sync, rest: refs.slice(at) });
};

const missingLookedFor = (run: Run, { sync, rest }: Stage<'look-for-missing'>, answer: Answer): CronPlan => {
  const [ref, ...others] = rest;
  if (!isNotFound(answer)) {
    const error = errorOf(answer);
    return error === undefined ? lookForMissing(run, sync, others) : finishSync(run, sync, undefined, error);
  }
  const told = say(run, sync.cronJob, 'Normal', 'MissingJob', `Active job went missing: ${ref?.name ?? ''}`);
  return lookForMissing(told, { ...sync, cronJob: withoutActive(sync.cronJob, ref?.uid), isChanged: true }, others);
};

const decide = (run: Run, sync: CronSync): CronPlan => {
  const { cronJob } = sync;
  const { timeZone, suspend, schedule: text } = cronJob.spec;
  if (cronJob.metadata.deletionTimestamp !== undefined) return finishSync(run, sync, undefined, undefined);
  if (timeZone !== undefined && !isKnownTimeZone(timeZone)) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
    return finishSync(say(run, cronJob, 'Warning', 'UnknownTimeZone', message), sync, undefined, undefined);
  }
  if (suspend === true) return finishSync(run, sync, undefined, undefined);
  const unsupported = `CRON_TZ or TZ used in schedule ${JSON.stringify(text)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;
  const warned = text.includes('TZ') ? say(run, cronJob, 'Warning', 'UnsupportedSchedule', unsupported) : run;
  const schedule = scheduleOf(cronJob);
  if (isLeft(schedule)) {
    return finishSync(say(warned, cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(text)} : ${schedule.left}`), sync, undefined, undefined);
  }
  return decideTick(warned, sync, schedule.right);
};

const decideTick = (run: Run, sync: CronSync, schedule: CronSchedule): CronPlan => {
  const { cronJob, nowMs } = sync;
  const recent = run.policy.dueTime(cronJob, nowMs, schedule);
  if (recent.kind === 'error') {
    return finishSync(say(run, cronJob, 'Warning', 'InvalidSchedule', `invalid schedule: ${cronJob.spec.schedule} : ${recent.error}`), sync, undefined, undefined);
  }
  const wait = (waiting: Run): CronPlan => finishSync(waiting, sync, nextScheduleMs(cronJob, nowMs, schedule), undefined);
  const scheduledMs = recent.recentMs;
  if (scheduledMs === undefined) return wait(run);
  const tooMany = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  const warned = recent.missed === 'many' ? say(run, cronJob, 'Warning', 'TooManyMissedTimes', tooMany) : run;
  const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec;
  if (startingDeadlineSeconds !== undefined && scheduledMs + startingDeadlineSeconds * 1000 < nowMs) {
    return wait(say(warned, cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(scheduledMs)}`));
  }
  if (isActedUpon(cronJob, scheduledMs)) return wait(warned);
  if (concurrencyPolicy === 'Forbid' && run.policy.isRunning(cronJob, sync.jobs)) {
    return wait(say(warned, cronJob, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid'));
  }
  return replace(warned, sync, { scheduledMs, schedule }, concurrencyPolicy === 'Replace' ? activeOf(cronJob) : []);
};

const isActedUpon = (cronJob: CronJob, scheduledMs: number): boolean => {
  const last = cronJob.status?.lastScheduleTime;
  return activeOf(cronJob).some((ref) => ref.name === jobName(cronJob, scheduledMs)) || (last !== undefined && parseTime(last) === scheduledMs);
};

/** Deletes what still runs, one by one, then starts the new Job. */
const replace = (run: Run, sync: CronSync, tick: Tick, rest: readonly ObjectReference[]): CronPlan => {
  const [ref] = rest;
  if (ref === undefined) return askOne(run, createJobRequest(sync.cronJob, tick.scheduledMs), { kind: 'create-job', sync, tick });
  return askOne(run, getJobRequest(ref.namespace, ref.name ?? ''), { kind: 'get-replaced', sync, tick, rest });
};

const replacedRead = (run: Run, { sync, tick, rest }: Stage<'get-replaced'>, answer: Answer): CronPlan => {
  const job = objectOf(answer) as Job | undefined;
  if (job !== undefined) return askOne(run, deleteJobRequest(job), { kind: 'delete-replaced', sync, tick, rest, job });
  const error = errorOf(answer) ?? 'no object';
  return finishSync(say(run, sync.cronJob, 'Warning', 'FailedGet', `Get job: ${error}`), sync, undefined, error);
};

const replacedDeleted = (run: Run, { sync, tick, rest, job }: Stage<'delete-replaced'>, answer: Answer): CronPlan => {
  const result = jobDeleted(run, sync, job, answer);
  if (!result.isDeleted) return finishSync(result.run, result.sync, undefined, `could not replace job ${keyOf(job)}`);
  return replace(result.run, result.sync, tick, rest.slice(1));
};

const jobCreated = (run: Run, { sync, tick }: Stage<'create-job'>, answer: Answer): CronPlan => {
  const job = objectOf(answer) as Job | undefined;
  if (job !== undefined) return started(say(run, sync.cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`), sync, tick, job);
  const error = errorOf(answer) ?? 'no object';
  if (isNamespaceTerminating(answer)) return finishSync(run, sync, undefined, error);
  if (isRefusedAs(answer, 'AlreadyExists')) {
    return askOne(run, getJobRequest(sync.cronJob.metadata.namespace, jobName(sync.cronJob, tick.scheduledMs)), { kind: 'get-existing', sync, tick });
  }
  return finishSync(say(run, sync.cronJob, 'Warning', 'FailedCreate', `Error creating job: ${error}`), sync, undefined, error);
};

/** Our own Job of an earlier try, whose status write failed, is taken into the list; another's is not ours to list. */
const existingRead = (run: Run, { sync, tick }: Stage<'get-existing'>, answer: Answer): CronPlan => {
  const job = objectOf(answer) as Job | undefined;
  if (job === undefined) return finishSync(run, sync, undefined, errorOf(answer) ?? 'no object');
  const isOurs = controllerOf(job)?.uid === sync.cronJob.metadata.uid;
  return isOurs && !isInActive(sync.cronJob, job.metadata.uid) ? started(run, sync, tick, job) : finishSync(run, sync, undefined, undefined);
};

const started = (run: Run, sync: CronSync, { scheduledMs, schedule }: Tick, job: Job): CronPlan => {
  const cronJob = withStarted(sync.cronJob, job, scheduledMs);
  return finishSync(run, { ...sync, cronJob, isChanged: true }, nextScheduleMs(cronJob, sync.nowMs, schedule), undefined);
};

const finishSync = (run: Run, sync: CronSync, requeueMs: number | undefined, error: string | undefined): CronPlan => {
  const { namespace, name } = splitKey(keyOf(sync.cronJob));
  const stage: Stage<'write-status'> = { kind: 'write-status', key: keyOf(sync.cronJob), requeueMs, error };
  if (!sync.isChanged) return end(run, stage);
  return askOne(run, { verb: 'update', resource: 'cronjobs.batch', subresource: 'status', namespace, name, body: sync.toWrite ?? sync.cronJob }, stage);
};

const end = (run: Run, { key, requeueMs, error }: Stage<'write-status'>): CronPlan => {
  if (requeueMs !== undefined) return done(run.memory, [...run.ops, { op: 'add-after', key, afterMs: requeueMs }]);
  return finish(run, error);
};

const statusWritten = (run: Run, stage: Stage<'write-status'>, answer: Answer): CronPlan => {
  const error = errorOf(answer);
  return error === undefined ? end(run, stage) : failed(run.memory, error, run.ops);
};

const NO_ANSWER: Answer = { kind: 'unknown-outcome', message: 'no answer' };

export const resumeCronJob = (run: Run, stage: CronStage, answers: readonly Answer[]): CronPlan => {
  const answer = answers[0] ?? NO_ANSWER;
  switch (stage.kind) {
    case 'clean-up': return cleanedUp(run, stage, answer);
    case 'recheck-cronjob': return cronJobRechecked(run, stage, answer);
    case 'look-for-missing': return missingLookedFor(run, stage, answer);
    case 'get-replaced': return replacedRead(run, stage, answer);
    case 'delete-replaced': return replacedDeleted(run, stage, answer);
    case 'create-job': return jobCreated(run, stage, answer);
    case 'get-existing': return existingRead(run, stage, answer);
    case 'write-status': return statusWritten(run, stage, answer);
    default: return unreachable(stage);
  }
};
