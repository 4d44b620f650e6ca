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

export interface Timers {
  /** Indexed by actor. */
  readonly armed: PersistentMap<Timer>[];
  byDue: Heap<Timer>;
  size: number;
  /** One more at every change. */
  version: number;
}

/** The order in which timers are offered. */
export const compareTimers = (a: Timer, b: Timer): number => a.actor - b.actor || compareStrings(a.key, b.key);

const sooner = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && compareTimers(a, b) < 0);

export const newTimers = (actors: number): Timers => ({
  armed: Array.from({ length: actors }, () => emptyMap<Timer>()), byDue: { items: [], less: sooner }, size: 0, version: 0,
});

export const forkTimers = (timers: Timers): Timers => ({
  armed: timers.armed.slice(), byDue: { items: timers.byDue.items.slice(), less: sooner }, size: timers.size, version: timers.version,
});

const armedOf = (timers: Timers, actor: number): PersistentMap<Timer> => timers.armed[actor] as PersistentMap<Timer>;

export const findTimer = (timers: Timers, actor: number, key: string): Timer | undefined => armedOf(timers, actor).get(key);

const isAlive = (timers: Timers, timer: Timer): boolean => findTimer(timers, timer.actor, timer.key) === timer;

/** Arms a timer, in place of the one with the same key. */
export const armTimer = (timers: Timers, timer: Timer): void => {
  const armed = armedOf(timers, timer.actor);
  const next = armed.set(timer.key, timer);
  timers.armed[timer.actor] = next;
  timers.size += next.size - armed.size;
  timers.version += 1;
  if (timers.byDue.items.length > 2 * timers.size + 64) dropDead(timers);
  pushHeap(timers.byDue, timer);
};

const dropDead = (timers: Timers): void => {
  timers.byDue = heapFrom(timers.byDue.items.filter((timer) => isAlive(timers, timer)), sooner);
};

export const cancelTimer = (timers: Timers, actor: number, key: string): void => {
  const armed = armedOf(timers, actor);
  const next = armed.delete(key);
  if (next === armed) return;
  timers.armed[actor] = next;
  timers.size -= 1;
  timers.version += 1;
};

/** Disarms all timers of an actor. */
export const clearTimers = (timers: Timers, actor: number): void => {
  timers.size -= armedOf(timers, actor).size;
  timers.armed[actor] = emptyMap();
  timers.version += 1;
};

/** The timers of an actor by key. */
export const timersOf = (timers: Timers, actor: number): readonly Timer[] => armedOf(timers, actor).values();

/** The timer that is due first; ties by actor and key. */
export const earliestTimer = (timers: Timers): Timer | undefined => liveTop(timers.byDue, (timer) => isAlive(timers, timer));

/** The timers due at `limitMs` or before, by actor and key. */
export const timersDueBy = (timers: Timers, limitMs: number): Timer[] => {
  const { items } = timers.byDue;
  const due: Timer[] = [];
  const open = [0];
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const timer = items[i];
    if (timer === undefined || timer.dueMs > limitMs) continue;
    if (isAlive(timers, timer)) due.push(timer);
    open.push(2 * i + 1, 2 * i + 2);
  }
  return due.sort(compareTimers);
};

export const newTimer = (actor: number, actorId: string, key: string, dueMs: number, cause: number): Timer => ({
  actor, key, dueMs, cause, step: { kind: 'fire', actor: actorId, key }, keyHash: -1,
});

export const timerKeyHash = (timer: Timer): number => (timer.keyHash >= 0 ? timer.keyHash : (timer.keyHash = hashText(timer.key)));
