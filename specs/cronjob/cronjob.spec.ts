import { describe, expect, it } from 'vitest';
import { formatTime } from '../../src/api/time.ts';
import type { CronJob, Job } from '../../src/api/types.ts';
import { cronJobController } from '../../src/components/kube-controller-manager/cronjob/cron-job-controller.ts';
import { endOf } from '../../src/components/kube-controller-manager/cronjob/cron-job-jobs.ts';
import { mostRecent } from '../../src/components/kube-controller-manager/cronjob/schedule.ts';
import type { Harness } from '../kube-controller-manager/controller-harness.ts';
import { harness } from '../kube-controller-manager/controller-harness.ts';

const KEY = 'default/tick';
const START = Date.parse('2026-01-01T00:00:10Z');
const MINUTE = 60_000;

const cron = (spec: Partial<CronJob['spec']> = {}): CronJob => ({
  apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick', namespace: 'default', uid: 'cron-uid' },
  spec: {
    schedule: '* * * * *', concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1,
    jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template: { spec: { containers: [{ name: 'c', image: 'tick:1' }] } } } },
    ...spec,
  },
} as CronJob);

const start = (spec: Partial<CronJob['spec']> = {}, h: Harness = harness(cronJobController(), START)): Harness => {
  h.put(cron(spec));
  h.observe();
  return h;
};

const jobs = (h: Harness): readonly Job[] => h.all<Job>('jobs.batch');
const status = (h: Harness): CronJob['status'] => h.stored<CronJob>('cronjobs.batch', KEY)?.status;

const complete = (h: Harness, job: Job | undefined, type: 'Complete' | 'Failed' = 'Complete'): void => {
  if (job === undefined) throw new Error('no job');
  const at = formatTime(h.nowMs);
  h.put<Job>({ ...job, status: { startTime: at, conditions: [{ type, status: 'True' }], ...(type === 'Complete' ? { completionTime: at } : {}) } });
};

/** A minute later, just after the tick. */
const tick = (h: Harness): void => {
  h.nowMs = Math.floor(h.nowMs / MINUTE) * MINUTE + MINUTE + 100;
  h.observe();
  h.sync(KEY);
  h.observe();
};

describe('a CronJob', () => {
  it('waits for its first tick and a tenth of a second more', () => {
    const h = start();
    h.sync(KEY);
    expect(h.writes).toEqual([]);
    expect(h.ops.at(-1)).toEqual({ op: 'add-after', key: KEY, afterMs: 50_100 });
  });

  it('makes a Job named after the minute, then lists it as active', () => {
    const h = start();
    tick(h);
    const name = `tick-${Date.parse('2026-01-01T00:01:00Z') / MINUTE}`;
    expect(h.writes).toEqual(['create jobs.batch', 'update cronjobs.batch/tick/status']);
    expect(h.events).toEqual([`SuccessfulCreate Created job ${name}`]);
    const [job] = jobs(h);
    expect(job?.metadata).toMatchObject({
      name, labels: { app: 'tick' }, annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: 'cron-uid', controller: true, blockOwnerDeletion: true }],
    });
    expect(status(h)).toEqual({
      lastScheduleTime: '2026-01-01T00:01:00Z',
      active: [{ kind: 'Job', apiVersion: 'batch/v1', namespace: 'default', name, uid: job?.metadata.uid, resourceVersion: job?.metadata.resourceVersion }],
    });
    expect(h.ops.at(-1)).toMatchObject({ op: 'add', key: KEY });
  });

  it('sees its Job complete', () => {
    const h = start();
    tick(h);
    const [job] = jobs(h);
    complete(h, job);
    h.observe();
    h.sync(KEY);
    expect(h.events.at(-1)).toBe(`SawCompletedJob Saw completed job: ${job?.metadata.name}, condition: Complete`);
    expect(status(h)).toEqual({ lastScheduleTime: '2026-01-01T00:01:00Z', lastSuccessfulTime: '2026-01-01T00:01:00Z' });
  });

  it('starts no second Job for one tick', () => {
    const h = start();
    tick(h);
    h.sync(KEY);
    expect(jobs(h)).toHaveLength(1);
  });

  it('takes up its own Job when the status write was lost', () => {
    const h = start();
    h.refuseNext((request) => request.verb === 'update', { kind: 'unknown-outcome', message: 'lost' });
    tick(h);
    expect(h.errors).toEqual(['lost']);
    expect(status(h)).toBeUndefined();
    h.sync(KEY);
    expect(jobs(h)).toHaveLength(1);
    expect(status(h)?.active).toHaveLength(1);
    expect(h.events).toContain(`UnexpectedJob Saw a job that the controller did not create or forgot: ${jobs(h)[0]?.metadata.name}`);
  });

  it('writes the scheduled time in its own time zone', () => {
    const h = start({ timeZone: 'Asia/Kolkata' });
    tick(h);
    expect(jobs(h)[0]?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe('2026-01-01T05:31:00+05:30');
  });

  it('does nothing while suspended', () => {
    const h = start({ suspend: true });
    tick(h);
    expect(h.writes).toEqual([]);
  });
});

describe('history limits', () => {
  it('keep the newest finished Jobs', () => {
    const h = start({ successfulJobsHistoryLimit: 1 });
    for (let i = 0; i < 3; i += 1) {
      tick(h);
      complete(h, jobs(h).find((job) => endOf(job) === undefined));
    }
    const [oldest] = jobs(h);
    tick(h);
    expect(h.events).toContain(`SuccessfulDelete Deleted job ${oldest?.metadata.name}`);
    expect(h.requests.find((request) => request.verb === 'delete')?.options).toEqual({ propagationPolicy: 'Background' });
    expect(jobs(h)).toHaveLength(2);
  });
});

describe('concurrency', () => {
  it('Forbid skips a tick while a Job runs', () => {
    const h = start({ concurrencyPolicy: 'Forbid' });
    tick(h);
    tick(h);
    expect(jobs(h)).toHaveLength(1);
    expect(h.events.at(-1)).toBe('JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid');
  });

  it('Replace deletes what runs and starts anew', () => {
    const h = start({ concurrencyPolicy: 'Replace' });
    tick(h);
    tick(h);
    expect(jobs(h)).toHaveLength(1);
    expect(h.events.map((event) => event.split(' ')[0])).toEqual(['SuccessfulCreate', 'SuccessfulDelete', 'SuccessfulCreate']);
    expect(status(h)?.active).toHaveLength(1);
  });

  const overlap = (h: Harness): void => {
    start({ concurrencyPolicy: 'Forbid' }, h);
    tick(h);
    const own = h.stored<CronJob>('cronjobs.batch', KEY);
    if (own !== undefined) h.put<CronJob>({ ...own, status: {} });
    h.observe();
    if (own !== undefined) h.put<CronJob>({ ...own, status: { lastScheduleTime: '2026-01-01T00:01:00Z' } });
    h.nowMs += MINUTE;
    h.observe();
    h.sync(KEY);
  };

  it('Forbid trusts status.active alone, so a Job that is not listed overlaps', () => {
    const h = harness(cronJobController(), START);
    overlap(h);
    expect(jobs(h)).toHaveLength(2);
  });

  it('a variant that also asks the cache of Jobs does not overlap', () => {
    const h = harness(cronJobController({ isRunning: (_cronJob, all) => all.some((job) => endOf(job) === undefined) }), START);
    overlap(h);
    expect(jobs(h)).toHaveLength(1);
  });
});

describe('downtime', () => {
  it('after many missed ticks the newest is honoured, with a warning', () => {
    const h = start();
    h.nowMs += 200 * MINUTE;
    h.sync(KEY);
    expect(h.events).toEqual([
      'TooManyMissedTimes too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      `SuccessfulCreate Created job tick-${Date.parse('2026-01-01T03:20:00Z') / MINUTE}`,
    ]);
  });

  it('a variant that refuses after a hundred never runs again', () => {
    const h = harness(cronJobController({
      dueTime: (cronJob, nowMs, schedule) => {
        const recent = mostRecent(cronJob, nowMs, schedule, true);
        return recent.kind === 'recent' && recent.missed === 'many' ? { kind: 'error', error: 'too many missed start times (> 100)' } : recent;
      },
    }), START);
    start({}, h);
    h.nowMs += 200 * MINUTE;
    h.sync(KEY);
    tick(h);
    expect(jobs(h)).toEqual([]);
  });

  it('a tick within its starting deadline is honoured, one past it is not', () => {
    const h = start({ schedule: '0 * * * *', startingDeadlineSeconds: 30 });
    h.nowMs = Date.parse('2026-01-01T01:00:20Z');
    h.sync(KEY);
    expect(jobs(h)).toHaveLength(1);
    h.nowMs = Date.parse('2026-01-01T02:00:31Z');
    h.observe();
    h.sync(KEY);
    expect(jobs(h)).toHaveLength(1);
    expect(h.ops.at(-1)).toEqual({ op: 'add-after', key: KEY, afterMs: Date.parse('2026-01-01T03:00:00Z') + 100 - h.nowMs });
  });
});

describe('a changed schedule', () => {
  it('is looked at when the new one is due', () => {
    const h = start();
    h.ops.length = 0;
    const own = h.stored<CronJob>('cronjobs.batch', KEY);
    if (own !== undefined) h.put<CronJob>({ ...own, spec: { ...own.spec, schedule: '0 * * * *' } });
    h.observe();
    expect(h.ops).toEqual([{ op: 'add-after', key: KEY, afterMs: 3_590_100 }]);
  });
});
