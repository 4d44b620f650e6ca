import { describe, expect, it } from 'vitest';
import { formatTime } from '../../src/api/time.ts';
import type { Job, Pod } from '../../src/api/types.ts';
import { jobController } from '../../src/components/kube-controller-manager/job/job-controller.ts';
import type { Harness } from '../kube-controller-manager/controller-harness.ts';
import { harness } from '../kube-controller-manager/controller-harness.ts';

const KEY = 'default/work';

const jobOf = (spec: Partial<Job['spec']> = {}): Job => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work', namespace: 'default', uid: 'job-uid', generation: 1 },
  spec: {
    parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, podReplacementPolicy: 'TerminatingOrFailed',
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'job-uid' } },
    template: {
      metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'job-uid' } },
      spec: { containers: [{ name: 'c', image: 'work:1' }], restartPolicy: 'Never' },
    },
    ...spec,
  },
} as Job);

const start = (spec: Partial<Job['spec']> = {}, h: Harness = harness(jobController())): Harness => {
  h.put(jobOf(spec));
  h.observe();
  return h;
};

const pods = (h: Harness): readonly Pod[] => h.all<Pod>('pods');
const status = (h: Harness): Job['status'] => h.stored<Job>('jobs.batch', KEY)?.status;
const conditions = (h: Harness): readonly string[] => (status(h)?.conditions ?? []).map((one) => `${one.type} ${one.reason ?? ''}: ${one.message ?? ''}`);

const end = (h: Harness, pod: Pod | undefined, phase: 'Succeeded' | 'Failed', more: Partial<NonNullable<Pod['status']>> = {}): void => {
  if (pod === undefined) throw new Error('no pod');
  h.put<Pod>({ ...pod, status: { phase, ...more } });
};

const exited = (exitCode: number, finishedAt: string): Partial<NonNullable<Pod['status']>> =>
  ({ containerStatuses: [{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } }] });

/** One round: the caches see everything, the Job is synced. */
const round = (h: Harness): void => {
  h.observe();
  h.sync(KEY);
  h.observe();
};

describe('a Job of one pod', () => {
  it('creates the pod with the tracking finalizer, then writes its status', () => {
    const h = start();
    h.sync(KEY);
    expect(h.writes).toEqual(['create pods', 'update jobs.batch/work/status']);
    expect(pods(h)[0]?.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    expect(status(h)).toEqual({ active: 1, ready: 0, terminating: 0, startTime: '2026-01-01T00:00:00Z', uncountedTerminatedPods: {} });
  });

  it('when it succeeds: UIDs and SuccessCriteriaMet first, then the finalizer, then the count and Complete', () => {
    const h = start();
    round(h);
    end(h, pods(h)[0], 'Succeeded');
    h.observe();
    h.writes.length = 0;
    h.requests.length = 0;
    h.sync(KEY);
    expect(h.writes).toEqual(['update jobs.batch/work/status', expect.stringMatching(/^patch pods\/work-/), 'update jobs.batch/work/status']);
    const [first, patch] = h.requests;
    expect((first?.body as Job | undefined)?.status).toMatchObject({ uncountedTerminatedPods: { succeeded: [pods(h)[0]?.metadata.uid] }, conditions: [{ type: 'SuccessCriteriaMet' }] });
    expect(patch?.body).toEqual({ metadata: { '$deleteFromPrimitiveList/finalizers': ['batch.kubernetes.io/job-tracking'] } });
    expect(status(h)).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:00:00Z', uncountedTerminatedPods: {} });
    expect(status(h)?.active).toBeUndefined();
    expect(conditions(h)).toEqual([
      'SuccessCriteriaMet CompletionsReached: Reached expected number of succeeded pods', 'Complete CompletionsReached: Reached expected number of succeeded pods',
    ]);
    expect(h.events.at(-1)).toBe('Completed Job completed');
  });

  it('batches pod events and status changes for a second, and acts at once on a new spec', () => {
    const h = start();
    h.sync(KEY);
    h.ops.length = 0;
    h.observe();
    expect(new Set(h.ops.map((op) => JSON.stringify(op)))).toEqual(new Set([JSON.stringify({ op: 'add-after', key: KEY, afterMs: 1000 })]));
    h.ops.length = 0;
    const job = h.stored<Job>('jobs.batch', KEY);
    if (job !== undefined) h.put<Job>({ ...job, metadata: { ...job.metadata, generation: 2 } });
    h.observe();
    expect(h.ops).toEqual([{ op: 'add', key: KEY }]);
  });
});

describe('parallelism and completions', () => {
  it('runs so many at a time until so many have succeeded', () => {
    const h = start({ parallelism: 2, completions: 3 });
    round(h);
    expect(pods(h)).toHaveLength(2);
    end(h, pods(h)[0], 'Succeeded');
    round(h);
    expect(status(h)).toMatchObject({ active: 2, succeeded: 1 });
    for (const pod of pods(h)) if (pod.status?.phase !== 'Succeeded') end(h, pod, 'Succeeded');
    round(h);
    expect(status(h)?.succeeded).toBe(3);
    expect(pods(h)).toHaveLength(3);
    expect(conditions(h).at(-1)).toMatch(/^Complete/);
  });

  it('deletes the surplus when parallelism shrinks, after taking the finalizer away', () => {
    const h = start({ parallelism: 2, completions: 4 });
    round(h);
    const job = h.stored<Job>('jobs.batch', KEY);
    if (job !== undefined) h.put<Job>({ ...job, spec: { ...job.spec, parallelism: 1 } });
    h.observe();
    h.writes.length = 0;
    h.sync(KEY);
    expect(h.writes.map((write) => write.replace(/-\d+$/, ''))).toEqual(['patch pods/work', 'delete pods/work', 'update jobs.batch/work/status']);
    expect(status(h)).toMatchObject({ active: 1, terminating: 1 });
  });
});

describe('caches that do not agree', () => {
  const finishFirst = (h: Harness): void => {
    start({ parallelism: 1, completions: 2 }, h);
    round(h);
    end(h, pods(h)[0], 'Succeeded');
    h.observe();
    h.sync(KEY);
    expect(status(h)?.succeeded).toBe(1);
  };

  it('a pod whose finalizer is gone, but not yet in the cache, is not counted again', () => {
    const h = harness(jobController());
    finishFirst(h);
    h.observe('jobs.batch');
    h.sync(KEY);
    expect(status(h)?.succeeded).toBe(1);
  });

  it('a variant that forgets which finalizers it has removed counts it twice', () => {
    const h = harness(jobController({ isProcessed: () => false }));
    finishFirst(h);
    h.observe('jobs.batch');
    h.sync(KEY);
    expect(status(h)?.succeeded).toBe(2);
  });

  const seePodsOnly = (h: Harness): void => {
    start({}, h);
    round(h);
    end(h, pods(h)[0], 'Succeeded');
    h.observe();
    h.sync(KEY);
    h.observe('pods');
    h.sync(KEY);
  };

  it('a Job whose last status is not yet in the cache gets a pod too many', () => {
    const h = harness(jobController());
    seePodsOnly(h);
    expect(pods(h)).toHaveLength(2);
  });

  it('a variant that waits to see its own status write creates none', () => {
    const h = harness(jobController({ mayManage: (_job, isStale) => !isStale }));
    seePodsOnly(h);
    expect(pods(h)).toHaveLength(1);
  });
});

describe('a Job whose pods fail', () => {
  it('waits 10 s, then 20 s, and fails beyond its back-off limit', () => {
    const h = start({ backoffLimit: 1 });
    round(h);
    const ended = (): Partial<NonNullable<Pod['status']>> => exited(1, formatTime(h.nowMs));
    end(h, pods(h)[0], 'Failed', ended());
    h.observe();
    h.ops.length = 0;
    h.sync(KEY);
    expect(h.ops).toContainEqual({ op: 'add-after', key: KEY, afterMs: 10_000 });
    expect(pods(h)).toHaveLength(1);
    expect(status(h)).toMatchObject({ failed: 1 });
    h.nowMs += 10_000;
    round(h);
    expect(pods(h)).toHaveLength(2);
    end(h, pods(h)[1], 'Failed', ended());
    h.observe();
    h.writes.length = 0;
    h.sync(KEY);
    expect(h.writes.map((write) => write.replace(/-\d+$/, ''))).toEqual(['update jobs.batch/work/status', 'patch pods/work', 'update jobs.batch/work/status']);
    expect(conditions(h)).toEqual([
      'FailureTarget BackoffLimitExceeded: Job has reached the specified backoff limit', 'Failed BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect(h.events.at(-1)).toBe('BackoffLimitExceeded Job has reached the specified backoff limit');
    expect(status(h)).toMatchObject({ failed: 2 });
  });

  it('past its deadline deletes its pods, and is Failed when they are gone', () => {
    const h = start({ activeDeadlineSeconds: 5 });
    h.ops.length = 0;
    h.sync(KEY);
    expect(h.ops).toContainEqual({ op: 'add-after', key: KEY, afterMs: 5000 });
    h.observe();
    h.nowMs += 5000;
    h.sync(KEY);
    expect(conditions(h)).toEqual(['FailureTarget DeadlineExceeded: Job was active longer than specified deadline']);
    const [pod] = pods(h);
    expect(pod?.metadata.finalizers).toEqual([]);
    if (pod !== undefined) h.drop(pod);
    round(h);
    expect(conditions(h).at(-1)).toBe('Failed DeadlineExceeded: Job was active longer than specified deadline');
  });

  it('follows its pod failure policy', () => {
    const h = start({
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
      ] },
    });
    round(h);
    end(h, pods(h)[0], 'Failed', { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    h.nowMs += 20_000;
    round(h);
    expect(status(h)?.failed).toBeUndefined();
    expect(pods(h)).toHaveLength(2);
    const second = pods(h)[1];
    end(h, second, 'Failed', exited(42, formatTime(h.nowMs)));
    round(h);
    expect(conditions(h).at(-1)).toBe(`Failed PodFailurePolicy: Container c for pod default/${second?.metadata.name} failed with exit code 42 matching FailJob rule at index 1`);
  });
});

describe('an Indexed Job', () => {
  const indexed: Partial<Job['spec']> = { completionMode: 'Indexed', parallelism: 3, completions: 4 };

  it('gives each pod an index, in annotation, label, hostname and environment', () => {
    const h = start(indexed);
    round(h);
    expect(pods(h).map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])).toEqual(['0', '1', '2']);
    expect(pods(h)[1]?.metadata.generateName).toBe('work-1-');
    expect(pods(h)[1]?.spec.hostname).toBe('work-1');
    expect(pods(h)[1]?.spec.containers[0]?.env?.[0]?.valueFrom?.fieldRef?.fieldPath).toBe("metadata.labels['batch.kubernetes.io/job-completion-index']");
  });

  it('writes the completed indexes in short form', () => {
    const h = start(indexed);
    round(h);
    for (const pod of pods(h)) end(h, pod, 'Succeeded');
    round(h);
    expect(status(h)).toMatchObject({ completedIndexes: '0-2', succeeded: 3, active: 1 });
  });

  it('succeeds early by its success policy', () => {
    const h = start({ ...indexed, successPolicy: { rules: [{ succeededIndexes: '0' }] } });
    round(h);
    end(h, pods(h)[0], 'Succeeded');
    round(h);
    expect(conditions(h)).toEqual(['SuccessCriteriaMet SuccessPolicy: Matched rules at index 0']);
    for (const pod of pods(h)) h.drop(pod);
    round(h);
    expect(conditions(h).at(-1)).toBe('Complete SuccessPolicy: Matched rules at index 0');
  });

  it('with backoffLimitPerIndex replaces a failed index with its count, then gives the index up', () => {
    const h = start({ ...indexed, parallelism: 2, completions: 2, backoffLimit: 100, backoffLimitPerIndex: 1 });
    round(h);
    end(h, pods(h)[0], 'Failed');
    round(h);
    h.nowMs += 60_000;
    round(h);
    const second = pods(h).find((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'] === '1');
    expect(second?.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe('0');
    end(h, second, 'Failed');
    round(h);
    expect(status(h)?.failedIndexes).toBe('0');
    end(h, pods(h).find((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === '1'), 'Succeeded');
    round(h);
    expect(conditions(h).at(-1)).toBe('Failed FailedIndexes: Job has failed indexes');
  });
});

describe('suspending', () => {
  it('deletes the pods, says so, and starts anew when resumed', () => {
    const h = start();
    round(h);
    const suspend = (value: boolean): void => {
      const job = h.stored<Job>('jobs.batch', KEY);
      if (job !== undefined) h.put<Job>({ ...job, spec: { ...job.spec, suspend: value } });
    };
    suspend(true);
    round(h);
    expect(pods(h)).toHaveLength(0);
    expect(conditions(h)).toEqual(['Suspended JobSuspended: Job suspended']);
    h.nowMs += 60_000;
    suspend(false);
    round(h);
    expect(h.events.filter((event) => !event.startsWith('Successful'))).toEqual(['Suspended Job suspended', 'Resumed Job resumed']);
    expect(status(h)?.startTime).toBe('2026-01-01T00:01:00Z');
    expect(pods(h)).toHaveLength(1);
  });
});

describe('orphans', () => {
  it('pods of a Job that is gone lose the finalizer', () => {
    const h = start();
    round(h);
    const job = h.stored<Job>('jobs.batch', KEY);
    if (job !== undefined) h.drop(job);
    h.ops.length = 0;
    h.observe();
    const [pod] = pods(h);
    const key = `default/${pod?.metadata.name}`;
    expect(h.ops).toContainEqual({ op: 'add', key, queue: 'job_orphan_pod' });
    h.sync(key, 'job_orphan_pod');
    expect(pods(h)[0]?.metadata.finalizers).toEqual([]);
  });
});
