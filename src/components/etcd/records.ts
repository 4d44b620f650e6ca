/**
 * The durable records of etcd's changes, and the fold that makes the store of them again.
 * Models: etcd server/storage/mvcc/kvstore.go (restore), server/lease/lessor.go (initAndRecover)
 */
import { invariant, unreachable } from '../../base/assert.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import { dropBefore, entryAt, foldLog } from '../../log/append-log.ts';
import type { Effect } from '../../kernel/transition.ts';
import type { FromEtcd, RevisionRecord } from '../../protocol/etcd.ts';
import { deleteKey, draftOf, putKey, seal } from './draft.ts';
import type { EtcdState, Revision, Store } from './state.ts';
import { emptyState } from './state.ts';

/** The log that all records are appended to. */
export const ETCD_LOG = 'etcd';

const recordOf = (revision: number, events: Revision): RevisionRecord => ({
  kind: 'revision', revision,
  changes: events.map((event) => (event.kind === 'put' ? { key: event.kv.key, put: { value: event.kv.value, lease: event.kv.lease } } : { key: event.kv.key })),
});

/** The effect that makes one record durable. */
export const record = (body: RevisionRecord): Effect<FromEtcd> => ({ kind: 'append', log: ETCD_LOG, record: body });

/** The effect that makes the store's newest revision durable. */
export const recordNewest = ({ log, revision }: Store): Effect<FromEtcd> => record(recordOf(revision, entryAt(log, revision) as Revision));

export const withCompaction = <S extends Store>(store: S, revision: number): S =>
  ({ ...store, compactRevision: revision, log: dropBefore(store.log, revision) });

export const withAlarm = <S extends Store>(store: S, active: boolean): S => {
  const { noSpace: _noSpace, ...rest } = store;
  return (active ? { ...store, noSpace: true } : rest) as S;
};

/** One record more. Throws when it does not follow on the store: the records are not this log's. */
const foldRecord = (state: EtcdState, next: RevisionRecord): EtcdState => {
  switch (next.kind) {
    case 'revision': return foldRevision(state, next);
    case 'compacted': return withCompaction(state, next.revision);
    case 'lease': return { ...state, leases: state.leases.set(String(next.id), { id: next.id, ttlSeconds: next.ttlSeconds, keys: emptyMap<true>() }) };
    case 'lease-gone': return { ...state, leases: state.leases.delete(String(next.id)) };
    case 'alarm': return withAlarm(state, next.active);
    default: return unreachable(next);
  }
};

const foldRevision = (state: EtcdState, { revision, changes }: Extract<RevisionRecord, { readonly kind: 'revision' }>): EtcdState => {
  invariant(revision === state.revision + 1, () => `Expected revision ${state.revision + 1} in etcd's log. Instead, received ${revision}.`);
  const draft = draftOf(state);
  for (const { key, put } of changes) {
    if (put === undefined) deleteKey(draft, key);
    else putKey(draft, { key, ...put });
  }
  return seal(state, draft);
};

/** The state that the records of an earlier run lead to. */
export const restoreEtcd = (records: readonly RevisionRecord[]): EtcdState => records.reduce(foldRecord, emptyState);

/** The records that lead to this state, for a store that was not made by messages. Nothing may have been compacted. */
export const recordsOf = (state: EtcdState): readonly RevisionRecord[] => {
  invariant(state.compactRevision === 0, 'Expected an etcd that was never compacted.');
  const leases = state.leases.values().map(({ id, ttlSeconds }): RevisionRecord => ({ kind: 'lease', id, ttlSeconds }));
  const before: RevisionRecord[] = state.noSpace === true ? [...leases, { kind: 'alarm', alarm: 'NOSPACE', active: true }] : leases;
  return foldLog<Revision, RevisionRecord[]>(state.log, 0, (records, entry, revision) => (records.push(recordOf(revision, entry)), records), before);
};

/** A state in which those keys stand, each put at a revision of its own, in that order. */
export const preloadEtcd = (objects: readonly (readonly [key: string, value: unknown])[]): EtcdState =>
  objects.reduce((state, [key, value]) => {
    const draft = draftOf(state);
    putKey(draft, { key, value });
    return seal(state, draft);
  }, emptyState);
