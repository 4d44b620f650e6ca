/** etcd's KV service, a sentence of its contract at a time (clauses etcd.kv.*). */
import { describe, expect, it } from 'vitest';
import type { EtcdAnswer, EtcdCall, EtcdOp } from '../../src/protocol/etcd.ts';
import { prefixEnd } from '../../src/protocol/etcd.ts';
import { driveEtcd } from './etcd-driver.ts';

const txn = (success: readonly EtcdOp[], compare: Extract<EtcdCall, { kind: 'txn' }>['compare'] = [], failure: readonly EtcdOp[] = []): EtcdCall => ({ kind: 'txn', compare, success, failure });
const keysOf = (answer: EtcdAnswer): readonly string[] => (answer.kind === 'range' ? answer.kvs.map(({ key }) => key) : expect.fail(`Expected a range. Instead, received ${answer.kind}.`));
const pods = { kind: 'range', key: '/registry/pods/', rangeEnd: prefixEnd('/registry/pods/') } as const;

describe('revisions', () => {
  it('an empty store stands at revision 1', () => {
    expect(driveEtcd().call(pods)).toEqual({ kind: 'range', revision: 1, kvs: [], more: false, count: 0 });
  });
  it('every put makes a revision, the same value again included', () => {
    const etcd = driveEtcd();
    etcd.put('a', 1);
    expect(etcd.put('a', 1)).toEqual({ kind: 'txn', revision: 3, succeeded: true, results: [{ kind: 'put' }] });
    expect(etcd.call({ kind: 'range', key: 'a' })).toMatchObject({ kvs: [{ key: 'a', value: 1, createRevision: 2, modRevision: 3, version: 2, lease: 0 }] });
  });
  it('all writes of a transaction share one revision, and each is recorded', () => {
    const etcd = driveEtcd();
    etcd.call(txn([{ kind: 'put', key: 'a', value: 1 }, { kind: 'put', key: 'b', value: 2 }]));
    expect(etcd.call({ kind: 'range', key: 'a', rangeEnd: '\0' })).toMatchObject({ revision: 2, kvs: [{ key: 'a', modRevision: 2 }, { key: 'b', modRevision: 2 }] });
    expect(etcd.records).toEqual([{ kind: 'revision', revision: 2, changes: [{ key: 'a', put: { value: 1, lease: 0 } }, { key: 'b', put: { value: 2, lease: 0 } }] }]);
  });
  it('a transaction that writes nothing keeps the revision and the very state', () => {
    const etcd = driveEtcd();
    const before = etcd.state();
    expect(etcd.remove('absent')).toEqual({ kind: 'txn', revision: 1, succeeded: true, results: [{ kind: 'delete', deleted: 0, prevKvs: [] }] });
    expect(etcd.state()).toBe(before);
    expect(etcd.records).toEqual([]);
  });
  it('a key deleted and put again begins a new life', () => {
    const etcd = driveEtcd();
    etcd.put('a', 1);
    etcd.remove('a');
    etcd.put('a', 2);
    expect(etcd.call({ kind: 'range', key: 'a' })).toMatchObject({ kvs: [{ createRevision: 4, modRevision: 4, version: 1 }] });
  });
});

describe('transactions', () => {
  it('compare create, mod, version and lease; a key that does not stand compares as 0', () => {
    const etcd = driveEtcd();
    etcd.put('a', 1);
    etcd.put('a', 2);
    const holds = (compare: Extract<EtcdCall, { kind: 'txn' }>['compare']): unknown => {
      const answer = etcd.call(txn([], compare));
      return answer.kind === 'txn' ? answer.succeeded : answer;
    };
    expect(holds([{ key: 'a', target: 'create', op: '=', operand: 2 }, { key: 'a', target: 'mod', op: '=', operand: 3 }])).toBe(true);
    expect(holds([{ key: 'a', target: 'version', op: '>', operand: 1 }, { key: 'a', target: 'lease', op: '<', operand: 1 }])).toBe(true);
    expect(holds([{ key: 'a', target: 'mod', op: '!=', operand: 3 }])).toBe(false);
    expect(holds([{ key: 'absent', target: 'mod', op: '=', operand: 0 }])).toBe(true);
  });
  it('run the failure branch, which can read what stands', () => {
    const etcd = driveEtcd();
    etcd.put('a', 1);
    expect(etcd.call(txn([{ kind: 'put', key: 'a', value: 2 }], [{ key: 'a', target: 'mod', op: '=', operand: 1 }], [{ kind: 'range', key: 'a' }])))
      .toMatchObject({ revision: 2, succeeded: false, results: [{ kind: 'range', count: 1, kvs: [{ value: 1 }] }] });
  });
  it('see their own writes', () => {
    const etcd = driveEtcd();
    expect(etcd.call(txn([{ kind: 'put', key: 'a', value: 1 }, { kind: 'range', key: 'a' }]))).toMatchObject({ results: [{ kind: 'put' }, { kvs: [{ value: 1 }] }] });
  });
  it.each<[string, readonly EtcdOp[]]>([
    ['two puts', [{ kind: 'put', key: 'a', value: 1 }, { kind: 'put', key: 'a', value: 2 }]],
    ['a put and a delete', [{ kind: 'put', key: 'a', value: 1 }, { kind: 'delete', key: 'a' }]],
    ['a deleted range and a put', [{ kind: 'delete', key: 'a', rangeEnd: 'c' }, { kind: 'put', key: 'b', value: 1 }]],
  ])('refuse a key in %s', (_, ops) => {
    const etcd = driveEtcd();
    expect(etcd.call(txn(ops))).toEqual({ kind: 'error', revision: 1, code: 'duplicate-key', message: 'etcdserver: duplicate key given in txn request' });
    expect(etcd.call(txn([], [], ops))).toMatchObject({ code: 'duplicate-key' });
  });
  it('refused for one operation, do none', () => {
    const etcd = driveEtcd();
    expect(etcd.call(txn([{ kind: 'put', key: 'a', value: 1 }, { kind: 'put', key: 'b', value: 1, lease: 7 }])))
      .toEqual({ kind: 'error', revision: 1, code: 'lease-not-found', message: 'etcdserver: requested lease not found' });
    expect(etcd.records).toEqual([]);
  });
});

describe('ranges', () => {
  const filled = (): ReturnType<typeof driveEtcd> => {
    const etcd = driveEtcd();
    for (const name of ['b/y', 'a/x', 'a/z', 'b/x']) etcd.put(`/registry/pods/${name}`, name);
    etcd.put('/registry/podtemplates/a/t');
    return etcd;
  };
  it('are in the order of their keys, and end before their end', () => {
    expect(keysOf(filled().call(pods))).toEqual(['a/x', 'a/z', 'b/x', 'b/y'].map((name) => `/registry/pods/${name}`));
    expect(keysOf(filled().call({ kind: 'range', key: '/registry/pods/b/x', rangeEnd: '\0' }))).toHaveLength(3);
    expect(keysOf(filled().call({ kind: 'range', key: 'z', rangeEnd: 'a' }))).toEqual([]);
  });
  it('can be limited, and say whether there is more and how many there are', () => {
    expect(filled().call({ ...pods, limit: 3 })).toMatchObject({ more: true, count: 4, kvs: [{ value: 'a/x' }, { value: 'a/z' }, { value: 'b/x' }] });
    expect(filled().call({ ...pods, limit: 4 })).toMatchObject({ more: false, count: 4 });
    expect(filled().call({ ...pods, countOnly: true })).toEqual({ kind: 'range', revision: 6, kvs: [], more: false, count: 4 });
  });
  it('can be of a past revision, page by page', () => {
    const etcd = filled();
    etcd.remove('/registry/pods/a/z');
    etcd.put('/registry/pods/a/y', 'new');
    etcd.put('/registry/pods/b/x', 'changed');
    const first = { ...pods, revision: 6, limit: 2 };
    expect(etcd.call(first)).toMatchObject({ revision: 9, more: true, count: 4, kvs: [{ value: 'a/x' }, { value: 'a/z' }] });
    expect(etcd.call({ ...first, key: '/registry/pods/a/z\0' })).toMatchObject({ more: false, count: 2, kvs: [{ value: 'b/x', version: 1 }, { value: 'b/y' }] });
    expect(keysOf(etcd.call({ ...pods, revision: 3 }))).toEqual(['/registry/pods/a/x', '/registry/pods/b/y']);
  });
  it('cannot be of the future', () => {
    expect(driveEtcd().call({ ...pods, revision: 2 }))
      .toEqual({ kind: 'error', revision: 1, code: 'future-revision', message: 'etcdserver: mvcc: required revision is a future revision' });
  });
});

describe('compaction', () => {
  it('makes revisions below it unreadable, and itself not', () => {
    const etcd = driveEtcd();
    for (const value of [1, 2, 3]) etcd.put('a', value);
    expect(etcd.call({ kind: 'compact', revision: 3 })).toEqual({ kind: 'compact', revision: 4 });
    expect(etcd.call({ kind: 'range', key: 'a', revision: 3 })).toMatchObject({ kvs: [{ value: 2 }] });
    expect(etcd.call({ kind: 'range', key: 'a', revision: 2 }))
      .toEqual({ kind: 'error', revision: 4, code: 'compacted', message: 'etcdserver: mvcc: required revision has been compacted', compactRevision: 3 });
    expect(etcd.records.at(-1)).toEqual({ kind: 'compacted', revision: 3 });
  });
  it('is refused at or below the last one, and in the future', () => {
    const etcd = driveEtcd();
    etcd.put('a');
    etcd.call({ kind: 'compact', revision: 2 });
    expect(etcd.call({ kind: 'compact', revision: 2 })).toMatchObject({ code: 'compacted', compactRevision: 2 });
    expect(etcd.call({ kind: 'compact', revision: 3 })).toMatchObject({ code: 'future-revision' });
  });
});
