/**
 * What of etcd may matter to the future, for hashing: contents and per-key version counts, never absolute revisions.
 * Not in it: whether a watcher is due a periodic progress notification, which tells nothing but the revision.
 *
 * The hash of the keyspace is carried from revision to revision, so that it costs what changed since it was last asked for.
 */
import { combine, hashField, hashOf, highLane, lowLane, packLanes } from '../../base/hash.ts';
import { entryAt } from '../../log/append-log.ts';
import type { KeyValue } from '../../protocol/etcd.ts';
import type { EtcdState, Revision, Store, Watcher } from './state.ts';

/** The XOR of the hashes of all keys that stand. */
interface Lanes {
  readonly high: number;
  readonly low: number;
}

/** The lanes after a revision. Why keyed by the entry: it was made once, from one store, so it stands for the whole history before it. */
const lanesAfter = new WeakMap<Revision, Lanes>();

const hashOfKey = (kv: KeyValue): number => hashField(kv.key, combine(combine(hashOf(kv.value), kv.version), kv.lease));

const toggled = ({ high, low }: Lanes, kv: KeyValue | undefined): Lanes => {
  if (kv === undefined) return { high, low };
  const hash = hashOfKey(kv);
  return { high: high ^ highLane(hash), low: low ^ lowLane(hash) };
};

const afterRevision = (lanes: Lanes, events: Revision): Lanes =>
  events.reduce((sum, { kind, kv, prevKv }) => toggled(toggled(sum, prevKv), kind === 'put' ? kv : undefined), lanes);

const fromKeyspace = ({ keyspace }: Store): Lanes => {
  let lanes: Lanes = { high: 0, low: 0 };
  keyspace.forEach((kv) => {
    lanes = toggled(lanes, kv);
  });
  return lanes;
};

/** The newest revision whose lanes are known, or undefined. Not worth it when more has changed since than there are keys. */
const lastKnown = ({ log, revision, keyspace }: Store): number | undefined => {
  const first = Math.max(log.start, revision - keyspace.size);
  for (let known = revision; known >= first; known--) if (lanesAfter.has(entryAt(log, known) as Revision)) return known;
  return undefined;
};

const lanesOf = (store: Store): Lanes => {
  const newest = entryAt(store.log, store.revision);
  if (newest === undefined) return fromKeyspace(store);
  const known = lastKnown(store);
  let lanes = known === undefined ? fromKeyspace(store) : lanesAfter.get(entryAt(store.log, known) as Revision) as Lanes;
  for (let next = (known ?? store.revision) + 1; next <= store.revision; next++) lanes = afterRevision(lanes, entryAt(store.log, next) as Revision);
  lanesAfter.set(newest, lanes);
  return lanes;
};

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

export const canonicalEtcd = (state: EtcdState): unknown => {
  const { high, low } = lanesOf(state);
  return {
    keys: packLanes(high, low),
    count: state.keyspace.size,
    leases: state.leases,
    ...(state.noSpace === true ? { noSpace: true } : {}),
    watchers: watchersOf(state),
  };
};
