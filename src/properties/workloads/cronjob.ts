/**
 * cronjob.at-most-once-per-tick, cronjob.forbid and cronjob.about-once: a tick makes one Job at most, under Forbid none beside a running one, and ticks
 * are not forgotten.
 * Models: pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob; the races cron-hundred-missed #42649 #36311, cron-forbid-overlap
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { nextCron, parseCron } from '../../api/cron-schedule.ts';
import { MINUTE_MS, parseTime } from '../../api/time.ts';
import type { CronJob, Job } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import { keeps, ofKind, ticks } from '../applies.ts';
import type { StoreChange } from '../changes.ts';
import { always, atEnd, eventually, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import type { StoreIndex } from '../store-index.ts';
import { storeIndex } from '../store-index.ts';
import { controllerIn, hasEnded } from './owned.ts';

const TICK = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

const createdJob = ({ before, after }: StoreChange): Job | undefined => (before === undefined ? after as Job | undefined : undefined);

export const cronAtMostOncePerTick = always({
  id: 'cronjob.at-most-once-per-tick',
  statement: 'A tick of a CronJob makes one Job at most.',
  source: 'docs: CronJob limitations',
  appliesTo: ticks(2),
}, () => {
  const made = new Map<string, string>();
  return overChanges(['jobs.batch'], (change, world): Verdict => {
    const job = createdJob(change);
    const cronJob = job === undefined ? undefined : controllerIn<CronJob>(storeIndex(world), job, 'CronJob');
    const tick = job?.metadata.annotations?.[TICK];
    if (job === undefined || cronJob === undefined || tick === undefined) return undefined;
    const key = `${cronJob.metadata.uid ?? ''} ${tick}`;
    const first = made.get(key);
    if (first !== undefined && first !== job.metadata.name) return violation('twice', `CronJob ${nameOf(cronJob)} made ${first} and ${job.metadata.name} for the tick ${tick}.`);
    made.set(key, job.metadata.name);
    return 'pass';
  });
});

const runningJob = (index: StoreIndex, cronJob: CronJob, except: Job): Job | undefined => ([...index.controlledBy(cronJob.metadata.uid ?? '').values()] as unknown as readonly Job[])
  .find((job) => job.metadata.uid !== except.metadata.uid && !hasEnded(job) && job.metadata.deletionTimestamp === undefined);

export const cronForbid = always({
  id: 'cronjob.forbid',
  statement: 'Under Forbid, no Job of a CronJob starts while another runs.',
  source: 'docs: CronJob, "Concurrency policy"',
  assumes: ['the CronJob controller has seen its own last status write'],
  stillBroken: { issue: 'pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob', remedy: 'cron-forbid-overlap' },
  appliesTo: ticks(2, ({ spec }) => spec.concurrencyPolicy === 'Forbid'),
}, () => overChanges(['jobs.batch'], (change, world): Verdict => {
  const job = createdJob(change);
  const index = storeIndex(world);
  const cronJob = job === undefined ? undefined : controllerIn<CronJob>(index, job, 'CronJob');
  if (job === undefined || cronJob?.spec.concurrencyPolicy !== 'Forbid') return undefined;
  const other = runningJob(index, cronJob, job);
  return other === undefined ? 'pass' : violation('overlap', `Job ${nameOf(job)} of CronJob ${nameOf(cronJob)} was made while ${other.metadata.name} runs.`);
}));

/** How late a tick may be acted upon: the controller looks again at most so often. */
const LATE_MS = MINUTE_MS;

/** Nothing in it but Forbid may keep it from acting. */
const isUnheld = ({ spec }: CronJob): boolean => spec.suspend !== true && spec.startingDeadlineSeconds === undefined;

export const cronAboutOnce = eventually({
  id: 'cronjob.about-once',
  statement: 'A CronJob that nothing holds back has acted on every tick that is more than a minute old, or on a later one.',
  source: 'https://github.com/kubernetes/kubernetes/issues/42649',
  appliesTo: keeps((object) => ofKind('CronJob')(object) && isUnheld(object as CronJob)),
}, () => atEnd((world) => readStore(world)('cronjobs.batch') as readonly CronJob[], (cronJob, world) => {
  const { spec, status, metadata } = cronJob;
  if (!isUnheld(cronJob) || metadata.deletionTimestamp !== undefined) return undefined;
  if (spec.concurrencyPolicy === 'Forbid' && (status?.active ?? []).length > 0) return undefined;
  const schedule = parseCron(spec.schedule, spec.timeZone);
  if (isLeft(schedule)) return undefined;
  const sinceMs = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '') ?? world.nowMs;
  const tickMs = nextCron(schedule.right, sinceMs);
  return tickMs === undefined || tickMs + LATE_MS >= world.nowMs ? 'pass'
    : violation('missed', `CronJob ${nameOf(cronJob)} has not acted on a tick for ${Math.round((world.nowMs - tickMs) / 1000)} s.`);
}));
