/** etcd's leases, and what of etcd survives (clauses etcd.lease.*, etcd.durable.*). */
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/base/hash.ts';
import { canonicalEtcd } from '../../src/components/etcd/canonical.ts';
import { preloadEtcd, recordsOf, restoreEtcd } from '../../src/components/etcd/records.ts';
import type { EtcdState } from '../../src/components/etcd/state.ts';
import { driveEtcd } from './etcd-driver.ts';

const canonicalHash = (state: EtcdState): number => hashOf(canonicalEtcd(state));

const all = { key: '', rangeEnd: '\0' };

describe('a lease', () => {
  it('is granted with the id asked for, or with one that is free', () => {
    const etcd = driveEtcd();
    expect(etcd.call({ kind: 'lease-grant', id: 42, ttlSeconds: 30 })).toEqual({ kind: 'lease', revision: 1, id: 42, ttlSeconds: 30 });
    expect(etcd.call({ kind: 'lease-grant', id: 42, ttlSeconds: 30 })).toMatchObject({ code: 'lease-exists', message: 'etcdserver: lease already exists' });
    expect(etcd.call({ kind: 'lease-grant', id: 0, ttlSeconds: 30 })).toMatchObject({ kind: 'lease', id: 43 });
  });
  it('lives at least two seconds', () => {
    const etcd = driveEtcd();
    expect(etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 1 })).toMatchObject({ ttlSeconds: 2 });
    expect(etcd.timers.get('lease/1')).toBe(2000);
  });
  it('takes its keys along when it expires, all in one revision', () => {
    const etcd = driveEtcd();
    etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 5 });
    etcd.watch('w', all);
    for (const key of ['b', 'a', 'freed']) etcd.put(key, 0, 1);
    etcd.put('freed', 0);
    etcd.take('w');
    etcd.input({ kind: 'timer', key: 'lease/1' });
    expect(etcd.take('w')).toMatchObject([{ revision: 6, events: [{ kind: 'delete', kv: { key: 'a' } }, { kind: 'delete', kv: { key: 'b' } }] }]);
    expect(etcd.records.slice(-2)).toEqual([{ kind: 'revision', revision: 6, changes: [{ key: 'a' }, { key: 'b' }] }, { kind: 'lease-gone', id: 1 }]);
  });
  it('without keys makes no revision when it is revoked, and its timer goes', () => {
    const etcd = driveEtcd();
    etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 5 });
    expect(etcd.call({ kind: 'lease-revoke', id: 1 })).toEqual({ kind: 'lease', revision: 1, id: 1, ttlSeconds: 0 });
    expect(etcd.timers.size).toBe(0);
    expect(etcd.call({ kind: 'lease-revoke', id: 1 })).toMatchObject({ code: 'lease-not-found' });
  });
  it('begins its time again when it is kept alive; one that is gone has a time to live of 0', () => {
    const etcd = driveEtcd();
    etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 5 });
    etcd.timers.clear();
    expect(etcd.call({ kind: 'lease-keep-alive', id: 1 })).toMatchObject({ kind: 'lease', ttlSeconds: 5 });
    expect(etcd.timers.get('lease/1')).toBe(5000);
    expect(etcd.call({ kind: 'lease-keep-alive', id: 2 })).toMatchObject({ kind: 'lease', id: 2, ttlSeconds: 0 });
  });
});

describe('after a crash', () => {
  it('what was written, compacted and leased is there, and watches are not', () => {
    const etcd = driveEtcd();
    etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 5 });
    for (const value of [1, 2, 3]) etcd.put('a', value, 1);
    etcd.call({ kind: 'compact', revision: 3 });
    etcd.watch('w', all);
    etcd.crash();
    expect(etcd.state()).toMatchObject({ revision: 4, compactRevision: 3, watchers: [] });
    expect(etcd.timers).toEqual(new Map([['lease/1', 5000]]));
    etcd.input({ kind: 'timer', key: 'lease/1' });
    expect(etcd.call({ kind: 'range', ...all })).toMatchObject({ revision: 5, count: 0 });
    expect(etcd.take('w')).toEqual([]);
  });
  it('the records alone make the same store', () => {
    const etcd = driveEtcd();
    for (const id of [1, 2]) etcd.call({ kind: 'lease-grant', id, ttlSeconds: 5 });
    for (const [key, lease] of [['a', 1], ['b', 2], ['a', 2], ['c', 0]] as const) etcd.put(key, key, lease);
    etcd.remove('c');
    etcd.call({ kind: 'lease-revoke', id: 2 });
    etcd.put('d');
    etcd.call({ kind: 'compact', revision: 4 });
    expect(canonicalHash(restoreEtcd(etcd.records))).toBe(canonicalHash(etcd.state()));
    expect(restoreEtcd(etcd.records)).toMatchObject({ revision: etcd.state().revision, compactRevision: 4 });
  });
  it('records that skip a revision are refused', () => {
    expect(() => restoreEtcd([{ kind: 'revision', revision: 3, changes: [] }])).toThrow("Expected revision 2 in etcd's log. Instead, received 3.");
  });
});

it('a preloaded store has one revision for each key, and can be written down', () => {
  const state = preloadEtcd([['b', 1], ['a', 2]]);
  const etcd = driveEtcd({ restored: state });
  expect(etcd.call({ kind: 'range', ...all })).toMatchObject({ revision: 3, kvs: [{ key: 'a', modRevision: 3 }, { key: 'b', modRevision: 2 }] });
  expect(canonicalHash(restoreEtcd(recordsOf(state)))).toBe(canonicalHash(state));
});

describe('the canonical state', () => {
  it('is the same for stores that differ in absolute revisions only', () => {
    const once = driveEtcd();
    once.put('a', { x: 1 });
    const later = driveEtcd();
    later.put('b');
    later.remove('b');
    later.put('a', { x: 1 });
    expect(canonicalHash(later.state())).toBe(canonicalHash(once.state()));
    once.put('a', { x: 1 });
    expect(canonicalHash(later.state())).not.toBe(canonicalHash(once.state()));
  });
  it('tells how far ahead a waiting watch is', () => {
    const etcd = driveEtcd();
    etcd.watch('w', { key: 'a', startRevision: 5 });
    expect(canonicalEtcd(etcd.state())).toMatchObject({ watchers: [{ phase: 'waiting', ahead: 4 }] });
  });
});
