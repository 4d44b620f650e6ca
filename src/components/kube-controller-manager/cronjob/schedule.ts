/**
 * When a CronJob was last due, and when it will be next.
 * Models: pkg/controller/cronjob/utils.go mostRecentScheduleTime, nextScheduleTime, nextScheduleTimeDuration, formatSchedule
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { CronSchedule } from '../../../api/cron-schedule.ts';
import { nextCron, parseCron } from '../../../api/cron-schedule.ts';
import { parseTime } from '../../../api/time.ts';
import type { CronJob } from '../../../api/types.ts';

/** Added to a wait so that the timer never fires just before the tick. Source: `nextScheduleDelta`. */
const NEXT_SCHEDULE_DELTA_MS = 100;
/** More missed ticks than this are reported. */
const MANY = 100;

export const scheduleOf = (cronJob: CronJob): Either<string, CronSchedule> => parseCron(cronJob.spec.schedule, cronJob.spec.timeZone);

/** The last tick at or before now that has not been acted upon. */
export type Recent =
  | { readonly kind: 'recent'; readonly earliestMs: number; readonly recentMs: number | undefined; readonly missed: 'none' | 'few' | 'many' }
  | { readonly kind: 'error'; readonly error: string };

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseTime(text));

const earliest = (cronJob: CronJob, nowMs: number, withDeadline: boolean): number => {
  const since = timeOf(cronJob.status?.lastScheduleTime) ?? timeOf(cronJob.metadata.creationTimestamp) ?? nowMs;
  const { startingDeadlineSeconds } = cronJob.spec;
  return withDeadline && startingDeadlineSeconds !== undefined ? Math.max(since, nowMs - startingDeadlineSeconds * 1000) : since;
};

/** Why not step through all missed ticks: there may be very many, so it jumps close to now by the interval of the first two. */
const lastBefore = (schedule: CronSchedule, firstMs: number, intervalMs: number, ticks: number, nowMs: number): number | undefined => {
  let last: number | undefined;
  let tick = nextCron(schedule, firstMs + (ticks - 2) * intervalMs);
  while (tick !== undefined && tick <= nowMs) {
    last = tick;
    tick = nextCron(schedule, tick);
  }
  return last;
};

export const mostRecent = (cronJob: CronJob, nowMs: number, schedule: CronSchedule, withDeadline: boolean): Recent => {
  const earliestMs = earliest(cronJob, nowMs, withDeadline);
  const first = nextCron(schedule, earliestMs);
  const second = first === undefined ? undefined : nextCron(schedule, first);
  if (first !== undefined && nowMs < first) return { kind: 'recent', earliestMs, recentMs: undefined, missed: 'none' };
  if (first !== undefined && second !== undefined && nowMs < second) return { kind: 'recent', earliestMs, recentMs: first, missed: 'none' };
  const intervalMs = first === undefined || second === undefined ? 0 : Math.round((second - first) / 1000) * 1000;
  if (first === undefined || intervalMs < 1000) return { kind: 'error', error: 'time difference between two schedules is less than 1 second' };
  const ticks = Math.floor(Math.floor((nowMs - first) / 1000) / (intervalMs / 1000)) + 1;
  return { kind: 'recent', earliestMs, recentMs: lastBefore(schedule, first, intervalMs, ticks, nowMs), missed: ticks > MANY ? 'many' : 'few' };
};

/** How long until the CronJob should be looked at again. */
export const nextScheduleMs = (cronJob: CronJob, nowMs: number, schedule: CronSchedule): number => {
  const recent = mostRecent(cronJob, nowMs, schedule, false);
  let from = nowMs;
  if (recent.kind === 'recent') from = recent.recentMs ?? (recent.missed === 'none' ? recent.earliestMs : nowMs);
  // Why 0 where the schedule is never due again: upstream's arithmetic on the zero time comes out negative.
  return Math.max(0, (nextCron(schedule, from) ?? nowMs) + NEXT_SCHEDULE_DELTA_MS - nowMs);
};
