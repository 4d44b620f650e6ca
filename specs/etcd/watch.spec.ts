/** etcd's Watch service: its API guarantees and its edges (clauses etcd.watch.*). */
import { describe, expect, it } from 'vitest';
import { prefixEnd } from '../../src/protocol/etcd.ts';
import { driveEtcd } from './etcd-driver.ts';

const pods = { key: '/pods/', rangeEnd: prefixEnd('/pods/') };

describe('a watch', () => {
  it('is told of what happens from now on, in its range only, with what stood before', () => {
    const etcd = driveEtcd();
    etcd.put('/pods/a', 1);
    etcd.watch('w', pods);
    etcd.put('/nodes/n');
    etcd.put('/pods/a', 2);
    etcd.remove('/pods/a');
    const first = { key: '/pods/a', value: 1, createRevision: 2, modRevision: 2, version: 1, lease: 0 };
    const second = { ...first, value: 2, modRevision: 4, version: 2 };
    expect(etcd.take('w')).toEqual([
      { kind: 'etcd-events', watchId: 'w', revision: 4, events: [{ kind: 'put', kv: second, prevKv: first }] },
      { kind: 'etcd-events', watchId: 'w', revision: 5, events: [{ kind: 'delete', kv: expect.objectContaining({ key: '/pods/a', modRevision: 5 }), prevKv: second }] },
    ]);
  });
  it('from a past revision is told at once of all since, that revision included', () => {
    const etcd = driveEtcd();
    for (const name of ['a', 'b', 'c']) etcd.put(`/pods/${name}`);
    etcd.watch('w', { ...pods, startRevision: 3 });
    etcd.put('/pods/d');
    expect(etcd.take('w')).toMatchObject([{ revision: 3 }, { revision: 4 }, { revision: 5 }]);
  });
  it('from a future revision waits for it', () => {
    const etcd = driveEtcd();
    etcd.watch('w', { ...pods, startRevision: 4 });
    for (const name of ['a', 'b', 'c']) etcd.put(`/pods/${name}`);
    expect(etcd.take('w')).toMatchObject([{ revision: 4 }]);
    etcd.put('/pods/d');
    expect(etcd.take('w')).toMatchObject([{ revision: 5 }]);
  });
  it('comes out of waiting by revisions outside its range', () => {
    const etcd = driveEtcd();
    etcd.watch('w', { ...pods, startRevision: 3 });
    etcd.put('/nodes/a');
    expect(etcd.state().watchers).toMatchObject([{ phase: 'waiting' }]);
    etcd.put('/nodes/b');
    expect(etcd.state().watchers).toMatchObject([{ phase: 'synced' }]);
  });
  it('gets all events of one revision in one message', () => {
    const etcd = driveEtcd();
    etcd.watch('w', pods);
    etcd.call({ kind: 'txn', compare: [], success: [{ kind: 'put', key: '/pods/b', value: 1 }, { kind: 'put', key: '/nodes/x', value: 1 }, { kind: 'put', key: '/pods/a', value: 1 }], failure: [] });
    expect(etcd.take('w')).toMatchObject([{ revision: 2, events: [{ kv: { key: '/pods/b' } }, { kv: { key: '/pods/a' } }] }]);
  });
  it('from a compacted revision ends, and from the very revision of the compaction does not', () => {
    const etcd = driveEtcd();
    for (const value of [1, 2, 3]) etcd.put('/pods/a', value);
    etcd.call({ kind: 'compact', revision: 3 });
    etcd.watch('old', { ...pods, startRevision: 2 });
    expect(etcd.take('old')).toEqual([
      { kind: 'etcd-watch-end', watchId: 'old', code: 'compacted', message: 'etcdserver: mvcc: required revision has been compacted', compactRevision: 3 },
    ]);
    etcd.watch('edge', { ...pods, startRevision: 3 });
    // Why no prevKv: etcd reads it at revision 2, which is gone.
    expect(etcd.take('edge')).toMatchObject([
      { revision: 3, events: [{ kv: { value: 2 }, prevKv: undefined }] },
      { revision: 4, events: [{ kv: { value: 3 }, prevKv: { value: 2 } }] },
    ]);
    expect(etcd.state().watchers.map(({ watchId }) => watchId)).toEqual(['edge']);
  });
  it('ends when its client cancels it, or its channel breaks, and then is told nothing', () => {
    const etcd = driveEtcd();
    for (const id of ['cancelled', 'broken', 'kept']) etcd.watch(id, pods);
    etcd.watch('broken', pods, 'other');
    etcd.input({ kind: 'message', from: 'apiserver', channel: 'watch/cancelled', body: { kind: 'etcd-watch-cancel', watchId: 'cancelled' } });
    etcd.input({ kind: 'disconnected', peer: 'apiserver', channel: 'watch/broken' });
    etcd.input({ kind: 'disconnected', peer: 'apiserver', channel: 'kv' });
    etcd.put('/pods/a');
    expect([etcd.take('cancelled'), etcd.take('broken')]).toEqual([[], []]);
    expect([etcd.take('kept'), etcd.take('broken', 'other')]).toMatchObject([[{ revision: 2 }], [{ revision: 2 }]]);
  });
});

describe('progress', () => {
  it('is told when asked for, and is the newest revision', () => {
    const etcd = driveEtcd();
    etcd.watch('w', pods);
    etcd.put('/nodes/n');
    etcd.input({ kind: 'message', from: 'apiserver', channel: 'watch/w', body: { kind: 'etcd-watch-progress', watchId: 'w' } });
    expect(etcd.take('w')).toEqual([{ kind: 'etcd-events', watchId: 'w', revision: 2, events: [] }]);
  });
  it('is not told before the revision that a watch waits for', () => {
    const etcd = driveEtcd();
    etcd.watch('w', { ...pods, startRevision: 9 });
    etcd.input({ kind: 'message', from: 'apiserver', channel: 'watch/w', body: { kind: 'etcd-watch-progress', watchId: 'w' } });
    expect(etcd.take('w')).toEqual([]);
  });
  it('is told from time to time to watches that want it and heard nothing since', () => {
    const etcd = driveEtcd({ progressNotifyMs: 5000 });
    etcd.watch('silent', { ...pods });
    expect(etcd.timers.size).toBe(0);
    etcd.watch('pods', { ...pods, progressNotify: true });
    etcd.watch('nodes', { key: '/nodes/', rangeEnd: '/nodes0', progressNotify: true });
    etcd.put('/pods/a');
    etcd.take('pods');
    expect(etcd.timers.get('watch-progress')).toBe(5000);
    etcd.input({ kind: 'timer', key: 'watch-progress' });
    expect([etcd.take('pods'), etcd.take('nodes')]).toMatchObject([[], [{ revision: 2, events: [] }]]);
    etcd.input({ kind: 'timer', key: 'watch-progress' });
    expect([etcd.take('pods'), etcd.take('nodes')]).toMatchObject([[{ events: [] }], [{ events: [] }]]);
    expect(etcd.timers.get('watch-progress')).toBe(5000);
  });
});
