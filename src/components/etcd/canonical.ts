/**
 * What of etcd may matter to the future, for hashing: contents and per-key version counts, never absolute revisions.
 * Not in it: whether a watcher is due a periodic progress notification, which tells nothing but the revision.
 */
import { combine, hashField, hashOf } from '../../base/hash.ts';
import type { KeyValue } from '../../protocol/etcd.ts';
import { newKeyspaceSum } from './keyspace-sum.ts';
import type { EtcdState, Watcher } from './state.ts';

const hashOfKey = (kv: KeyValue): number => hashField(kv.key, combine(combine(hashOf(kv.value), kv.version), kv.lease));

const sumOfKeys = newKeyspaceSum(hashOfKey);

/** Where a watcher stands: relative to now. */
const watcherOf = (watcher: Watcher, revision: number): unknown => {
  const { startRevision, ...rest } = watcher;
  return watcher.phase === 'waiting' ? { ...rest, ahead: startRevision - revision } : rest;
};

const settled = new WeakMap<readonly Watcher[], unknown>();

const watchersOf = ({ watchers, revision }: EtcdState): unknown => {
  const known = settled.get(watchers);
  if (known !== undefined) return known;
  const all = watchers.map((watcher) => watcherOf(watcher, revision));
  if (watchers.every(({ phase }) => phase === 'synced')) settled.set(watchers, all);
  return all;
};

export const canonicalEtcd = (state: EtcdState): unknown => ({
  keys: sumOfKeys(state),
  count: state.keyspace.size,
  leases: state.leases,
  ...(state.noSpace === true ? { noSpace: true } : {}),
  watchers: watchersOf(state),
});
