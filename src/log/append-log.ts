/**
 * An append-only log as an immutable value: appending is O(1) amortised, every older version stays readable, and a fork copies at most one chunk.
 * Models: nothing upstream; it is what a revision log and a journal are kept in.
 *
 * Full chunks hang in a 32-way trie; the last chunk is shared by all versions that grew from it. A version that is the newest one on its last
 * chunk appends in place (older versions do not look beyond their own length); any other copies that one chunk first.
 */

export interface AppendLog<T> {
  /** Index of the first entry still held; entries before it were dropped. */
  readonly start: number;
  /** Index that the next entry will get. */
  readonly end: number;
  /** Full chunks, as a trie of height `height` (0: `root` is itself a chunk; undefined: no full chunk yet). */
  readonly root: Branch<T> | undefined;
  readonly height: number;
  readonly tail: T[];
}

type Branch<T> = readonly (Branch<T> | T)[];

const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** A log whose first entry will have index `start`. */
export const emptyLog = <T>(start = 0): AppendLog<T> => ({ start, end: start, root: undefined, height: 0, tail: [] });

/** Entries held in the trie: all but the last 1 to 32. */
const tailOffset = (size: number): number => (size === 0 ? 0 : ((size - 1) >>> BITS) << BITS);

export const logSize = (log: AppendLog<unknown>): number => log.end - log.start;

export const append = <T>(log: AppendLog<T>, entry: T): AppendLog<T> => {
  const size = log.end - log.start;
  const used = size - tailOffset(size);
  if (used === WIDTH) return appendToFull(log, size, entry);
  const tail = log.tail.length === used ? log.tail : log.tail.slice(0, used);
  tail.push(entry);
  return { start: log.start, end: log.end + 1, root: log.root, height: log.height, tail };
};

const appendToFull = <T>(log: AppendLog<T>, size: number, entry: T): AppendLog<T> => {
  const index = size - WIDTH;
  const next = { start: log.start, end: log.end + 1, tail: [entry] };
  if (log.root === undefined) return { ...next, root: log.tail, height: 0 };
  const isFull = index === WIDTH << (log.height * BITS);
  if (isFull) return { ...next, root: [log.root, path(log.tail, log.height)], height: log.height + 1 };
  return { ...next, root: hang(log.root, log.height, index, log.tail), height: log.height };
};

/** A trie of that height holding one chunk. */
const path = <T>(chunk: Branch<T>, height: number): Branch<T> => (height === 0 ? chunk : [path(chunk, height - 1)]);

const hang = <T>(branch: Branch<T>, height: number, index: number, chunk: Branch<T>): Branch<T> => {
  const slot = (index >>> (height * BITS)) & MASK;
  const child = branch[slot] as Branch<T> | undefined;
  const copy = branch.slice();
  copy[slot] = child === undefined ? path(chunk, height - 1) : hang(child, height - 1, index, chunk);
  return copy;
};

/** The entry at `index`; undefined outside [start, end). */
export const entryAt = <T>(log: AppendLog<T>, index: number): T | undefined => {
  if (index < log.start || index >= log.end) return undefined;
  const at = index - log.start;
  if (at >= tailOffset(log.end - log.start)) return log.tail[at & MASK];
  let branch = log.root as Branch<T>;
  for (let shift = log.height * BITS; shift > 0; shift -= BITS) branch = branch[(at >>> shift) & MASK] as Branch<T>;
  return branch[at & MASK] as T;
};

/** Folds the entries of [from, to), oldest first. */
export const foldLog = <T, A>(log: AppendLog<T>, from: number, f: (accumulator: A, entry: T, index: number) => A, initial: A, to = log.end): A => {
  let accumulator = initial;
  const last = Math.min(to, log.end);
  for (let index = Math.max(from, log.start); index < last; index++) accumulator = f(accumulator, entryAt(log, index) as T, index);
  return accumulator;
};

/** The entries from index `from` on, oldest first. */
export const readFrom = <T>(log: AppendLog<T>, from: number): readonly T[] =>
  foldLog<T, T[]>(log, from, (entries, entry) => (entries.push(entry), entries), []);

/** The same log without the entries before `start`: costs as much as there are entries left, and lets go of the rest. */
export const dropBefore = <T>(log: AppendLog<T>, start: number): AppendLog<T> =>
  start <= log.start ? log : foldLog<T, AppendLog<T>>(log, start, append, emptyLog<T>(start));
