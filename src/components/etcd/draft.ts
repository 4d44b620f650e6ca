/**
 * One write transaction in the making: puts and deletes gathered under the next revision, then sealed into a new store.
 * Models: etcd server/storage/mvcc/kvstore_txn.go (storeTxnWrite.put, deleteRange, End)
 */
import type { PersistentMap } from '../../base/persistent-map.ts';
import { invariant } from '../../base/assert.ts';
import { append } from '../../log/append-log.ts';
import type { EtcdEvent, KeyValue, PutOp } from '../../protocol/etcd.ts';
import type { KeyIndex } from './key-index.ts';
import { insertKey, removeKey } from './key-index.ts';
import type { EtcdState, Lease, Revision, Store } from './state.ts';

/** Local to one transition: never stored. */
export interface Draft {
  readonly base: Store;
  keyspace: PersistentMap<KeyValue>;
  index: KeyIndex;
  leases: PersistentMap<Lease>;
  readonly events: EtcdEvent[];
}

export const draftOf = (base: Store): Draft => ({ base, keyspace: base.keyspace, index: base.index, leases: base.leases, events: [] });

const attach = (draft: Draft, id: number, key: string, isAttached: boolean): void => {
  const lease = id === 0 ? undefined : draft.leases.get(String(id));
  if (lease === undefined) return;
  const keys = isAttached ? lease.keys.set(key, true) : lease.keys.delete(key);
  draft.leases = draft.leases.set(String(id), { id: lease.id, ttlSeconds: lease.ttlSeconds, keys });
};

const moveLease = (draft: Draft, key: string, from: number, to: number): void => {
  if (from === to) return;
  attach(draft, from, key, false);
  attach(draft, to, key, true);
};

export const putKey = (draft: Draft, { key, value, lease = 0 }: Pick<PutOp, 'key' | 'value' | 'lease'>): void => {
  const modRevision = draft.base.revision + 1;
  const prevKv = draft.keyspace.get(key);
  const kv: KeyValue = prevKv === undefined
    ? { key, value, createRevision: modRevision, modRevision, version: 1, lease }
    : { key, value, createRevision: prevKv.createRevision, modRevision, version: prevKv.version + 1, lease };
  draft.keyspace = draft.keyspace.set(key, kv);
  if (prevKv === undefined) draft.index = insertKey(draft.index, key);
  moveLease(draft, key, prevKv === undefined ? 0 : prevKv.lease, lease);
  draft.events.push({ kind: 'put', kv, prevKv });
};

/** What was deleted; undefined when the key does not stand. */
export const deleteKey = (draft: Draft, key: string): KeyValue | undefined => {
  const prevKv = draft.keyspace.get(key);
  if (prevKv === undefined) return undefined;
  draft.keyspace = draft.keyspace.delete(key);
  draft.index = removeKey(draft.index, key);
  moveLease(draft, key, prevKv.lease, 0);
  const kv: KeyValue = { key, value: undefined, createRevision: 0, modRevision: draft.base.revision + 1, version: 0, lease: 0 };
  draft.events.push({ kind: 'delete', kv, prevKv });
  return prevKv;
};

/** The base with the draft's changes as its next revision; the base itself when there are none. */
export const seal = (base: EtcdState, draft: Draft): EtcdState => {
  invariant(draft.base === base, 'Expected a draft to be sealed onto the store it was begun on.');
  if (draft.events.length === 0) return base;
  const { keyspace, index, leases, events } = draft;
  const { compactRevision, watchers, progressRevision } = base;
  // Why not a spread: this is the hottest line of the store, and spelling the fields out is several times as fast.
  const sealed = { revision: base.revision + 1, compactRevision, log: append<Revision>(base.log, events), keyspace, index, leases, watchers, progressRevision };
  return base.noSpace === true ? { ...sealed, noSpace: true } : sealed;
};
