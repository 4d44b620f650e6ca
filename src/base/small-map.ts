/**
 * A persistent map of few entries: a list of immutable cells, looked through from its head. Most maps of a state (pending requests, busy workers,
 * keys of a queue) hold fewer than four entries, and every fork of a world writes to the same old versions, which costs a list nothing.
 */
import { hashField, hashOf, hashRecord, highLane, lowLane, selfHash } from './hash.ts';
import { compareStrings } from './order.ts';
import type { PersistentMap } from './rerooting-map.ts';
import { rerootingMap } from './rerooting-map.ts';

/** With so many entries a look through the cells takes about as long as hashing a key. */
export const FEW = 8;

/** Why a class: one hidden class, and the hash of the entry is remembered with it, whichever maps share it. */
class Cell<V> {
  readonly key: string;
  readonly value: V;
  readonly next: Cell<V> | undefined;
  hash = -1;

  constructor(key: string, value: V, next: Cell<V> | undefined) {
    this.key = key;
    this.value = value;
    this.next = next;
  }
}

const find = <V>(first: Cell<V> | undefined, key: string): Cell<V> | undefined => {
  for (let cell = first; cell !== undefined; cell = cell.next) if (cell.key === key) return cell;
  return undefined;
};

/** The list without one of its cells: those ahead of it are made anew. */
const without = <V>(first: Cell<V> | undefined, gone: Cell<V>): Cell<V> | undefined =>
  (first === undefined || first === gone ? gone.next : new Cell(first.key, first.value, without(first.next, gone)));

const hashOfCell = <V>(cell: Cell<V>): number => (cell.hash >= 0 ? cell.hash : (cell.hash = hashField(cell.key, hashOf(cell.value))));

/** Why a class: see fifo.ts. */
class SmallMap<V> implements PersistentMap<V> {
  readonly size: number;
  private readonly first: Cell<V> | undefined;
  private sorted: readonly string[] | undefined;
  private hash = -1;

  constructor(size: number, first: Cell<V> | undefined, sorted: readonly string[] | undefined) {
    this.size = size;
    this.first = first;
    this.sorted = sorted;
  }

  get(key: string): V | undefined {
    return find(this.first, key)?.value;
  }

  has(key: string): boolean {
    return find(this.first, key) !== undefined;
  }

  set(key: string, value: V): PersistentMap<V> {
    const known = find(this.first, key);
    if (known !== undefined) return known.value === value ? this : new SmallMap(this.size, new Cell(key, value, without(this.first, known)), this.sorted);
    return this.size < FEW ? new SmallMap(this.size + 1, new Cell(key, value, this.first), undefined) : this.grown(key, value);
  }

  private grown(key: string, value: V): PersistentMap<V> {
    const map = new Map<string, V>();
    this.forEach((each, at) => map.set(at, each));
    return rerootingMap(map.set(key, value));
  }

  delete(key: string): PersistentMap<V> {
    const known = find(this.first, key);
    return known === undefined ? this : new SmallMap(this.size - 1, without(this.first, known), undefined);
  }

  keys(): readonly string[] {
    if (this.sorted !== undefined) return this.sorted;
    const keys: string[] = [];
    for (let cell = this.first; cell !== undefined; cell = cell.next) keys.push(cell.key);
    return (this.sorted = keys.sort(compareStrings));
  }

  values(): readonly V[] {
    return this.keys().map((key) => this.get(key) as V);
  }

  entries(): readonly (readonly [string, V])[] {
    return this.keys().map((key) => [key, this.get(key) as V] as const);
  }

  forEach(visit: (value: V, key: string) => void): void {
    for (let cell = this.first; cell !== undefined; cell = cell.next) visit(cell.value, cell.key);
  }

  [selfHash](): number {
    if (this.hash >= 0) return this.hash;
    let high = 0;
    let low = 0;
    for (let cell = this.first; cell !== undefined; cell = cell.next) {
      const hash = hashOfCell(cell);
      high ^= highLane(hash);
      low ^= lowLane(hash);
    }
    return (this.hash = hashRecord(high, low, this.size));
  }

  /** The plain record with the same entries. */
  toJSON(): Readonly<Record<string, V>> {
    return Object.fromEntries(this.entries());
  }
}

const empty: PersistentMap<unknown> = new SmallMap<unknown>(0, undefined, undefined);

/** The empty map, shared. */
export const emptySmallMap = <V>(): PersistentMap<V> => empty as PersistentMap<V>;
