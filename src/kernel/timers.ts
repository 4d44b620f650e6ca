/** The armed timers of one world: by actor and key, and by when they are due. */
import { hashText } from '../base/hash.ts';
import { compareStrings } from '../base/order.ts';
import { emptyMap } from '../base/persistent-map.ts';
import type { PersistentMap } from '../base/persistent-map.ts';
import { heapFrom, liveTop, pushHeap } from './heap.ts';
import type { Heap } from './heap.ts';
import type { Step } from './step.ts';

export interface Timer {
  /** The index of its actor. */
  readonly actor: number;
  readonly key: string;
  /** On the world's clock. */
  readonly dueMs: number;
  /** The step that armed it. */
  readonly cause: number;
  readonly step: Step;
  /** Of the key, once asked for; -1 before. */
  keyHash: number;
}

/** Each order over the timers is built when it is first asked for and kept current from then on; see links.ts. */
export interface Timers {
  /** Indexed by actor. */
  readonly armed: PersistentMap<Timer>[];
  size: number;
  /** For who asks for the earliest only. */
  heap: Heap<Timer> | undefined;
  /** For who asks for all up to a time. */
  sorted: Timer[] | undefined;
}

/** The order in which timers are offered: by due time, then by actor and key. */
export const compareTimers = (a: Timer, b: Timer): number => a.dueMs - b.dueMs || a.actor - b.actor || compareStrings(a.key, b.key);

const sooner = (a: Timer, b: Timer): boolean => compareTimers(a, b) < 0;

export const newTimers = (actors: number): Timers => ({
  armed: Array.from({ length: actors }, () => emptyMap<Timer>()), size: 0, heap: undefined, sorted: undefined,
});

/** Why without the heap: see `forkLinks`. */
export const forkTimers = (timers: Timers): Timers => ({
  armed: timers.armed.slice(), size: timers.size, heap: undefined, sorted: timers.sorted?.slice(),
});

const armedOf = (timers: Timers, actor: number): PersistentMap<Timer> => timers.armed[actor] as PersistentMap<Timer>;

export const findTimer = (timers: Timers, actor: number, key: string): Timer | undefined => armedOf(timers, actor).get(key);

const allTimers = (timers: Timers): Timer[] => {
  const all: Timer[] = [];
  for (const armed of timers.armed) armed.forEach((timer) => all.push(timer));
  return all;
};

/** Where `timer` stands, or would stand, in `sorted`. */
const positionOf = (sorted: readonly Timer[], timer: Timer): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareTimers(sorted[middle] as Timer, timer) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const insert = (timers: Timers, timer: Timer): void => {
  if (timers.sorted !== undefined) timers.sorted.splice(positionOf(timers.sorted, timer), 0, timer);
  if (timers.heap === undefined) return;
  if (timers.heap.items.length > 2 * timers.size + 64) timers.heap = heapFrom(allTimers(timers), sooner);
  else pushHeap(timers.heap, timer);
};

/** The heap's copy is dropped when it comes to the top. */
const remove = ({ sorted }: Timers, timer: Timer): void => {
  if (sorted !== undefined) sorted.splice(positionOf(sorted, timer), 1);
};

/** Arms a timer, in place of the one with the same key. */
export const armTimer = (timers: Timers, timer: Timer): void => {
  const armed = armedOf(timers, timer.actor);
  const replaced = armed.get(timer.key);
  if (replaced !== undefined) remove(timers, replaced);
  const next = armed.set(timer.key, timer);
  timers.armed[timer.actor] = next;
  timers.size += next.size - armed.size;
  insert(timers, timer);
};

/** Takes a timer away that is armed. */
export const disarm = (timers: Timers, timer: Timer): void => {
  timers.armed[timer.actor] = armedOf(timers, timer.actor).delete(timer.key);
  timers.size -= 1;
  remove(timers, timer);
};

/** Disarms all timers of an actor. */
export const clearTimers = (timers: Timers, actor: number): void => {
  timersOf(timers, actor).forEach((timer) => remove(timers, timer));
  timers.size -= armedOf(timers, actor).size;
  timers.armed[actor] = emptyMap();
};

/** The timers of an actor by key. */
export const timersOf = (timers: Timers, actor: number): readonly Timer[] => armedOf(timers, actor).values();

/** The timer that is due first; ties by actor and key. */
export const earliestTimer = (timers: Timers): Timer | undefined => {
  if (timers.sorted !== undefined) return timers.sorted[0];
  if (timers.size === 0) return undefined;
  timers.heap ??= heapFrom(allTimers(timers), sooner);
  return liveTop(timers.heap, (timer) => findTimer(timers, timer.actor, timer.key) === timer);
};

/** All timers, in the order in which they are offered. */
export const sortedTimers = (timers: Timers): readonly Timer[] => {
  if (timers.sorted !== undefined) return timers.sorted;
  timers.heap = undefined;
  return (timers.sorted = allTimers(timers).sort(compareTimers));
};

/** How many are due at `limitMs` or before: they are the first so many of `sortedTimers`. */
export const countDueBy = (timers: Timers, limitMs: number): number => {
  const sorted = sortedTimers(timers);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as Timer).dueMs <= limitMs) low = middle + 1;
    else high = middle;
  }
  return low;
};

export const newTimer = (actor: number, actorId: string, key: string, dueMs: number, cause: number): Timer => ({
  actor, key, dueMs, cause, step: { kind: 'fire', actor: actorId, key }, keyHash: -1,
});

export const timerKeyHash = (timer: Timer): number => (timer.keyHash >= 0 ? timer.keyHash : (timer.keyHash = hashText(timer.key)));
