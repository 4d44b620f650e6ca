/**
 * A map that forgets what was used longest ago, as a value.
 * Models: github.com/golang/groupcache/lru
 */
import type { Fifo } from '../../base/fifo.ts';
import { emptyFifo } from '../../base/fifo.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';

interface Slot<V> {
  readonly value: V;
  readonly use: number;
}

export interface Lru<V> {
  readonly slots: PersistentMap<Slot<V>>;
  /** Uses in order; one that is not its key's last is void. */
  readonly uses: Fifo<{ readonly key: string; readonly use: number }>;
  readonly nextUse: number;
}

/** Source: `maxLruCacheEntries`. */
const CAPACITY = 4096;
const SLACK = 64;

export const emptyLru = <V>(): Lru<V> => ({ slots: emptyMap<Slot<V>>(), uses: emptyFifo(), nextUse: 0 });

export const lruGet = <V>(lru: Lru<V>, key: string): V | undefined => lru.slots.get(key)?.value;

const isVoid = <V>(slots: Lru<V>['slots'], { key, use }: { readonly key: string; readonly use: number }): boolean => slots.get(key)?.use !== use;

const compact = <V>(slots: Lru<V>['slots'], uses: Lru<V>['uses']): Lru<V>['uses'] =>
  (uses.size <= 2 * slots.size + SLACK ? uses : uses.toArray().reduce((kept, use) => (isVoid(slots, use) ? kept : kept.push(use)), emptyFifo<{ readonly key: string; readonly use: number }>()));

/** Sets a value and counts as its last use. */
export const lruSet = <V>(lru: Lru<V>, key: string, value: V, capacity: number = CAPACITY): Lru<V> => {
  let slots = lru.slots.set(key, { value, use: lru.nextUse });
  let uses = lru.uses.push({ key, use: lru.nextUse });
  while (slots.size > capacity && uses.head !== undefined) {
    if (!isVoid(slots, uses.head)) slots = slots.delete(uses.head.key);
    uses = uses.shift();
  }
  return { slots, uses: compact(slots, uses), nextUse: lru.nextUse + 1 };
};
