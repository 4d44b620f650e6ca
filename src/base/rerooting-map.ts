/**
 * A persistent map of many entries, at the speed of a native Map while only its newest version is used.
 * The newest version owns the one native Map; every older version holds the one entry in which it differs from a newer one. Reading an older
 * version moves the Map back to it (rerooting), or copies it where that is cheaper.
 * Models: H. G. Baker, "Shallow Binding Makes Functional Arrays Fast" (1991)
 */
import { invariant } from './assert.ts';
import { hashField, hashOf, hashRecord, highLane, lowLane, selfHash } from './hash.ts';
import { compareStrings } from './order.ts';

export interface PersistentMap<V> {
  readonly size: number;
  get(key: string): V | undefined;
  has(key: string): boolean;
  /** The same map when the key holds the very same value already. */
  set(key: string, value: V): PersistentMap<V>;
  /** The same map when there is no such key. */
  delete(key: string): PersistentMap<V>;
  /** Sorted; O(n log n) at the first call on a set of keys, then remembered. */
  keys(): readonly string[];
  /** Sorted by key. */
  values(): readonly V[];
  /** Sorted by key. */
  entries(): readonly (readonly [string, V])[];
  /** In no particular order: for folds whose result does not depend on it. */
  forEach(visit: (value: V, key: string) => void): void;
}

const absent: unique symbol = Symbol('absent');
type Stored<V> = V | typeof absent;

/** XOR of the fields' hashes as they were when last asked for, and what the keys changed since held then. */
interface HashState<V> {
  high: number;
  low: number;
  readonly changed: Map<string, Stored<V>>;
}

/** What the versions of one family share. `visiting` counts the `forEach` in progress: the Map must not change under them. */
interface Store<V> {
  readonly map: Map<string, V>;
  /** Since it was made. */
  writes: number;
  visiting: number;
  hash: HashState<V> | undefined;
}

const newStore = <V>(map: Map<string, V>, hash?: HashState<V>): Store<V> => ({ map, writes: 0, visiting: 0, hash });

const copyStore = <V>({ map, hash }: Store<V>): Store<V> =>
  newStore(new Map(map), hash === undefined ? undefined : { high: hash.high, low: hash.low, changed: new Map(hash.changed) });

/**
 * Whether the next write should go to a copy. Why also after many writes: an old version that somebody keeps holds all differences since, so
 * their number must stay within a multiple of the map's size.
 */
const isSpent = <V>({ map, writes, visiting }: Store<V>): boolean => visiting > 0 || writes > 4 * map.size + 1024;

/** Writes one entry and returns what was there. */
const write = <V>(store: Store<V>, key: string, value: Stored<V>): Stored<V> => {
  const { map } = store;
  const found = map.get(key);
  const old: Stored<V> = found === undefined && !map.has(key) ? absent : found as V;
  if (value === absent) map.delete(key);
  else map.set(key, value);
  store.writes += 1;
  if (store.hash !== undefined) noteChange(store, store.hash, key, old);
  return old;
};

const noteChange = <V>(store: Store<V>, hash: HashState<V>, key: string, old: Stored<V>): void => {
  if (!hash.changed.has(key)) hash.changed.set(key, old);
  if (hash.changed.size > store.map.size + 8) store.hash = undefined;
};

const toggle = <V>(hash: HashState<V>, key: string, value: V): void => {
  const field = hashField(key, hashOf(value));
  hash.high ^= highLane(field);
  hash.low ^= lowLane(field);
};

const fullHash = <V>(store: Store<V>): HashState<V> => {
  const hash: HashState<V> = { high: 0, low: 0, changed: new Map() };
  for (const [key, value] of store.map) toggle(hash, key, value);
  return hash;
};

const currentHash = <V>(store: Store<V>): HashState<V> => {
  const hash = store.hash;
  if (hash === undefined) return (store.hash = fullHash(store));
  for (const [key, old] of hash.changed) {
    if (old !== absent) toggle(hash, key, old);
    const now = store.map.get(key);
    if (now !== undefined || store.map.has(key)) toggle(hash, key, now as V);
  }
  hash.changed.clear();
  return hash;
};

/** Invariant: exactly one of `store` and `newer` is defined. Why a class: see fifo.ts. */
class Version<V> implements PersistentMap<V> {
  readonly size: number;
  private store: Store<V> | undefined;
  private newer: Version<V> | undefined;
  private diffKey = '';
  private diffValue: Stored<V> = absent;
  private sorted: readonly string[] | undefined;
  private hash = -1;

  constructor(store: Store<V>, size: number, sorted: readonly string[] | undefined) {
    this.store = store;
    this.size = size;
    this.sorted = sorted;
  }

  get(key: string): V | undefined {
    return (this.store ?? this.rooted()).map.get(key);
  }

  has(key: string): boolean {
    return (this.store ?? this.rooted()).map.has(key);
  }

  set(key: string, value: V): PersistentMap<V> {
    const store = this.store ?? this.rooted();
    const old = store.map.get(key);
    if (old !== undefined) return old === value ? this : this.derive(store, key, value, this.size);
    if (!store.map.has(key)) return this.derive(store, key, value, this.size + 1);
    return value === undefined ? this : this.derive(store, key, value, this.size);
  }

  delete(key: string): PersistentMap<V> {
    const store = this.store ?? this.rooted();
    return store.map.has(key) ? this.derive(store, key, absent, this.size - 1) : this;
  }

  private derive(store: Store<V>, key: string, value: Stored<V>, size: number): Version<V> {
    const sorted = size === this.size ? this.sorted : undefined;
    if (isSpent(store)) {
      const copy = copyStore(store);
      write(copy, key, value);
      return new Version(copy, size, sorted);
    }
    const next = new Version(store, size, sorted);
    this.diffValue = write(store, key, value);
    this.diffKey = key;
    this.newer = next;
    this.store = undefined;
    return next;
  }

  /** Makes this version own a Map. */
  private rooted(): Store<V> {
    const chain: Version<V>[] = [this];
    let root = this.newer as Version<V>;
    while (root.newer !== undefined) {
      chain.push(root);
      root = root.newer;
    }
    const shared = root.store;
    invariant(shared !== undefined, 'persistent map: the newest version has no store');
    return chain.length > this.size || shared.visiting > 0 ? this.copied(shared, chain) : this.rerooted(shared, chain, root);
  }

  private copied(shared: Store<V>, chain: readonly Version<V>[]): Store<V> {
    const store = copyStore(shared);
    for (let i = chain.length - 1; i >= 0; i -= 1) write(store, (chain[i] as Version<V>).diffKey, (chain[i] as Version<V>).diffValue);
    this.newer = undefined;
    this.diffKey = '';
    this.diffValue = absent;
    return (this.store = store);
  }

  private rerooted(shared: Store<V>, chain: readonly Version<V>[], root: Version<V>): Store<V> {
    let newer = root;
    for (let i = chain.length - 1; i >= 0; i -= 1) {
      const older = chain[i] as Version<V>;
      newer.diffValue = write(shared, older.diffKey, older.diffValue);
      newer.diffKey = older.diffKey;
      newer.newer = older;
      newer.store = undefined;
      older.newer = undefined;
      older.store = shared;
      newer = older;
    }
    this.diffKey = '';
    this.diffValue = absent;
    return shared;
  }

  keys(): readonly string[] {
    return (this.sorted ??= [...(this.store ?? this.rooted()).map.keys()].sort(compareStrings));
  }

  values(): readonly V[] {
    const keys = this.keys();
    const { map } = this.store ?? this.rooted();
    return keys.map((key) => map.get(key) as V);
  }

  entries(): readonly (readonly [string, V])[] {
    const keys = this.keys();
    const { map } = this.store ?? this.rooted();
    return keys.map((key) => [key, map.get(key) as V] as const);
  }

  forEach(visit: (value: V, key: string) => void): void {
    const store = this.store ?? this.rooted();
    store.visiting += 1;
    try {
      for (const [key, value] of store.map) visit(value, key);
    } finally {
      store.visiting -= 1;
    }
  }

  [selfHash](): number {
    if (this.hash >= 0) return this.hash;
    const hash = currentHash(this.store ?? this.rooted());
    return (this.hash = hashRecord(hash.high, hash.low, this.size));
  }

  /** The plain record with the same entries. */
  toJSON(): Readonly<Record<string, V>> {
    return Object.fromEntries(this.entries());
  }
}

/** Takes `map` over: nobody else may write to it. */
export const rerootingMap = <V>(map: Map<string, V>): PersistentMap<V> => new Version(newStore(map), map.size, undefined);
