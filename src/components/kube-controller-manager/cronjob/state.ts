/** Where a CronJob's sync stands between two requests, and what a variant may replace. It keeps no memory of its own. */
import type { CronSchedule } from '../../../api/cron-schedule.ts';
import type { CronJob, Job, ObjectReference } from '../../../api/types.ts';
import type { Plan, SyncRun } from '../../../client/controller.ts';
import { withOps } from '../../../client/controller.ts';
import { activeOf } from './cron-job-jobs.ts';
import type { Recent } from './schedule.ts';
import { mostRecent } from './schedule.ts';

export type CronMemory = Readonly<Record<string, never>>;

/** The decisions that a variant of the controller may replace. */
export interface CronPolicy {
  /** The tick to act upon. A variant that refuses when there are many missed ones never runs again after a long downtime (cron-hundred-missed). */
  readonly dueTime: (cronJob: CronJob, nowMs: number, schedule: CronSchedule) => Recent;
  /** Whether a Job of the CronJob still runs, for Forbid: upstream trusts status.active alone (cron-forbid-overlap). `jobs`: all that the cache shows. */
  readonly isRunning: (cronJob: CronJob, jobs: readonly Job[]) => boolean;
}

export const upstreamPolicy: CronPolicy = {
  dueTime: (cronJob, nowMs, schedule) => mostRecent(cronJob, nowMs, schedule, true),
  isRunning: (cronJob) => activeOf(cronJob).length > 0,
};

export interface CronSync {
  /** The working copy; all changes of its status are written at once, at the end. */
  readonly cronJob: CronJob;
  /** The copy that will be written where the working copy has been read afresh: upstream goes on with the fresh one and writes the old. */
  readonly toWrite: CronJob | undefined;
  readonly jobs: readonly Job[];
  readonly isChanged: boolean;
  /** When the sync began. */
  readonly nowMs: number;
}

/** A tick that is being acted upon. */
export interface Tick {
  readonly scheduledMs: number;
  readonly schedule: CronSchedule;
}

export type CronStage =
  | { readonly kind: 'clean-up'; readonly sync: CronSync; readonly deleting: readonly Job[] }
  /** `rest`: the Jobs still to be looked at, the first of them in doubt. */
  | { readonly kind: 'recheck-cronjob'; readonly sync: CronSync; readonly rest: readonly Job[] }
  | { readonly kind: 'look-for-missing'; readonly sync: CronSync; readonly rest: readonly ObjectReference[] }
  | { readonly kind: 'get-replaced'; readonly sync: CronSync; readonly tick: Tick; readonly rest: readonly ObjectReference[] }
  | { readonly kind: 'delete-replaced'; readonly sync: CronSync; readonly tick: Tick; readonly rest: readonly ObjectReference[]; readonly job: Job }
  | { readonly kind: 'create-job'; readonly sync: CronSync; readonly tick: Tick }
  | { readonly kind: 'get-existing'; readonly sync: CronSync; readonly tick: Tick }
  | { readonly kind: 'write-status'; readonly key: string; readonly requeueMs: number | undefined; readonly error: string | undefined };

export type CronPlan = Plan<CronMemory, CronStage>;

export type Run = SyncRun<CronMemory, CronPolicy>;

/** With an event of the CronJob. */
export const say = (run: Run, cronJob: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): Run =>
  withOps(run, [{ op: 'event', regarding: cronJob, type, reason, message }]);
