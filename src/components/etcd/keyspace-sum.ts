/**
 * A sum over all keys that stand, carried from revision to revision, so that it costs what changed since it was last asked for.
 * A sum of lanes and not their XOR: two keys whose hashes are equal count twice.
 */
import { highLane, lowLane, packLanes } from '../../base/hash.ts';
import { entryAt } from '../../log/append-log.ts';
import type { KeyValue } from '../../protocol/etcd.ts';
import type { Revision, Store } from './state.ts';

interface Lanes {
  readonly high: number;
  readonly low: number;
}

/** `hashOfKey` must depend on the key and on what it holds alone; 0 for keys that are not to count. */
export const newKeyspaceSum = (hashOfKey: (kv: KeyValue, store: Store) => number): ((store: Store) => number) => {
  /** The lanes after a revision. Why keyed by the entry: it was made once, from one store, so it stands for the whole history before it. */
  const lanesAfter = new WeakMap<Revision, Lanes>();

  const added = ({ high, low }: Lanes, kv: KeyValue | undefined, sign: 1 | -1, store: Store): Lanes => {
    if (kv === undefined) return { high, low };
    const hash = hashOfKey(kv, store);
    return { high: (high + sign * highLane(hash)) | 0, low: (low + sign * lowLane(hash)) | 0 };
  };

  const afterRevision = (lanes: Lanes, events: Revision, store: Store): Lanes =>
    events.reduce((sum, { kind, kv, prevKv }) => added(added(sum, prevKv, -1, store), kind === 'put' ? kv : undefined, 1, store), lanes);

  const fromKeyspace = (store: Store): Lanes => {
    let lanes: Lanes = { high: 0, low: 0 };
    store.keyspace.forEach((kv) => {
      lanes = added(lanes, kv, 1, store);
    });
    return lanes;
  };

  /** The newest revision whose lanes are known, or undefined. Not worth it when more has changed since than there are keys. */
  const lastKnown = ({ log, revision, keyspace }: Store): number | undefined => {
    const first = Math.max(log.start, revision - keyspace.size);
    for (let known = revision; known >= first; known -= 1) if (lanesAfter.has(entryAt(log, known) as Revision)) return known;
    return undefined;
  };

  return (store) => {
    const newest = entryAt(store.log, store.revision);
    const known = newest === undefined ? undefined : lastKnown(store);
    let lanes = known === undefined ? fromKeyspace(store) : lanesAfter.get(entryAt(store.log, known) as Revision) as Lanes;
    if (known !== undefined) for (let next = known + 1; next <= store.revision; next += 1) lanes = afterRevision(lanes, entryAt(store.log, next) as Revision, store);
    if (newest !== undefined) lanesAfter.set(newest, lanes);
    return packLanes(lanes.high, lanes.low);
  };
};
