/**
 * Structural hashes of what a cluster's components hold, in which a revision counts as what it says about its object and not as a number:
 * the revisions of two runs that wrote the same objects in another order differ, and nothing that a component may do depends on that.
 *
 * A field that holds one object's revision is hashed as the object's version counts at that revision (etcd's `version`, which orders the writes
 * of one key alone). A field that holds a position in the whole log, or a number that only tells requests apart, is left out: where a watch stands
 * is what is still undelivered to it, which is hashed with its link, and requests and answers keep their order on their links.
 */
import { combine, hashNumber, hashText, highLane, lowLane, packLanes } from '../../base/hash.ts';
import type { Store } from '../../components/etcd/state.ts';
import { entryAt } from '../../log/append-log.ts';

/** Fields that hold the revision of one object, as text or as a number. */
const VERSION_FIELDS: ReadonlySet<string> = new Set(['resourceVersion', 'modRevision', 'createRevision', 'operand', 'beforeRevision']);

/** Fields that hold a position in the log, or that only count. */
const COUNTING_FIELDS: ReadonlySet<string> = new Set([
  'revision', 'startRevision', 'afterRevision', 'listRevision', 'nextId', 'nextCall', 'nextKey', 'nextSeq', 'seq', 'callId', 'connection', 'connections',
]);

const arrayTag = hashText('array');
const recordTag = hashText('record');
const mapTag = hashText('map');
const nothing = hashText('nothing');
const yes = hashText('true');
const no = hashText('false');

/** A map whose keys only count: what it holds is hashed in their order. */
const isCounted = (keys: readonly string[]): boolean => keys.length > 0 && keys.every((key) => /^\d+$/.test(key));

interface Entries {
  readonly entries: () => Iterable<readonly [string, unknown]>;
  readonly forEach: unknown;
}

export interface VersionsHasher {
  /** Of plain data, PersistentMaps and Fifos that belong to the world whose store this is. What is hashed must never change afterwards. */
  readonly hash: (value: unknown, store: Store) => number;
}

/**
 * Remembers the hash of every object it has seen. Sound for worlds forked from one another: an object that holds a revision was made after that
 * revision, so every world that shares the object shares the history that gives the revision its meaning.
 */
export const newVersionsHasher = (): VersionsHasher => {
  const memo = new WeakMap<object, number>();
  let log: Store['log'];

  const versionHash = (revision: number): number =>
    (entryAt(log, revision) ?? []).reduce((hash, { kv }) => combine(hash, combine(hashText(kv.key), kv.version)), nothing);

  const fieldHash = (key: string, value: unknown): number => {
    if (VERSION_FIELDS.has(key) && (typeof value === 'number' || (typeof value === 'string' && value !== ''))) return versionHash(Number(value));
    return hashOf(value);
  };

  const isLeftOut = (key: string, value: unknown): boolean => value === undefined || COUNTING_FIELDS.has(key) || (key === 'id' && typeof value === 'number');

  const arrayHash = (items: readonly unknown[]): number => items.reduce<number>((hash, item) => combine(hash, hashOf(item)), combine(arrayTag, items.length));

  const mapHash = (entries: readonly (readonly [string, unknown])[]): number => {
    if (isCounted(entries.map(([key]) => key))) return [...entries].sort(([a], [b]) => Number(a) - Number(b)).reduce((hash, [, value]) => combine(hash, hashOf(value)), mapTag);
    return sumOf(entries, mapTag);
  };

  const sumOf = (entries: Iterable<readonly [string, unknown]>, tag: number): number => {
    let [high, low] = [0, 0];
    for (const [key, value] of entries) {
      if (isLeftOut(key, value)) continue;
      const field = combine(hashText(key), fieldHash(key, value));
      high ^= highLane(field);
      low ^= lowLane(field);
    }
    return combine(tag, packLanes(high, low));
  };

  const contentHash = (value: object): number => {
    if (Array.isArray(value)) return arrayHash(value);
    if ('toArray' in value && typeof value.toArray === 'function') return arrayHash((value.toArray as () => readonly unknown[])());
    if ('forEach' in value && typeof value.forEach === 'function') return mapHash([...(value as unknown as Entries).entries()]);
    return sumOf(Object.entries(value), recordTag);
  };

  const hashOf = (value: unknown): number => {
    if (typeof value === 'string') return hashText(value);
    if (typeof value === 'number') return hashNumber(value);
    if (typeof value === 'boolean') return value ? yes : no;
    if (typeof value !== 'object' || value === null) return nothing;
    const known = memo.get(value);
    if (known !== undefined) return known;
    const hash = contentHash(value);
    memo.set(value, hash);
    return hash;
  };

  return {
    hash: (value, store) => {
      ({ log } = store);
      return hashOf(value);
    },
  };
};
