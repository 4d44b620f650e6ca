import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/api/types.ts';
import { ttlAfterFinishedController } from '../../src/components/kube-controller-manager/ttl-after-finished/ttl-after-finished-controller.ts';
import type { Harness } from '../kube-controller-manager/controller-harness.ts';
import { harness } from '../kube-controller-manager/controller-harness.ts';

const KEY = 'default/work';

const finished = (ttlSecondsAfterFinished: number): Job => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work', namespace: 'default', uid: 'job-uid' },
  spec: { template: { spec: { containers: [] } }, ttlSecondsAfterFinished },
  status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
} as Job);

const start = (job: Job): Harness => {
  const h = harness(ttlAfterFinishedController());
  h.put(job);
  h.observe();
  return h;
};

describe('a finished Job with a TTL', () => {
  it('is looked at again when the TTL is over, and deleted then in the foreground', () => {
    const h = start(finished(30));
    expect(h.ops).toEqual([{ op: 'add', key: KEY }]);
    h.sync(KEY);
    expect(h.ops.at(-1)).toEqual({ op: 'add-after', key: KEY, afterMs: 30_000 });
    h.nowMs += 30_000;
    h.sync(KEY);
    expect(h.writes).toEqual(['delete jobs.batch/work']);
    expect(h.requests.at(-1)?.options).toEqual({ propagationPolicy: 'Foreground', preconditions: { uid: 'job-uid' } });
  });

  it('stays when its TTL has grown since the cache saw it', () => {
    const h = start(finished(0));
    h.put(finished(60));
    h.sync(KEY);
    expect(h.writes).toEqual([]);
    expect(h.ops.at(-1)).toEqual({ op: 'add-after', key: KEY, afterMs: 60_000 });
  });
});
