/**
 * A queue of keys that hands each key to one worker at a time and never loses an addition.
 * Models: client-go/util/workqueue/{doc,queue,delaying_queue,rate_limiting_queue}.go
 * Not modelled: shutdown (a process that stops loses its queues), metrics.
 */
import { invariant } from '../../base/assert.ts';
import type { Fifo } from '../../base/fifo.ts';
import { emptyFifo } from '../../base/fifo.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import { laterBy, toMicros } from '../../kernel/micros.ts';
import type { Effect } from '../../kernel/transition.ts';
import { arm, noEffects } from '../../kernel/transition.ts';
import type { RateLimiter, RateLimits } from './rate-limiter.ts';
import { forgetFailures, newRateLimiter, numRequeues as requeuesOf, when } from './rate-limiter.ts';
import type { Waiting } from './waiting.ts';
import { earliest, stopWaiting, waitFor } from './waiting.ts';

/** `queued`: dirty, in the queue. `processing`: with a worker. `redo`: with a worker, and dirty: queued again when that is done. */
export type KeyStatus = 'queued' | 'processing' | 'redo';

export interface Workqueue {
  /** Invariant: holds exactly the keys whose status is `queued`. */
  readonly queue: Fifo<string>;
  readonly status: PersistentMap<KeyStatus>;
  readonly waiting: Waiting;
  /** When each waiting key is due. */
  readonly dueMs: PersistentMap<number>;
  readonly limiter: RateLimiter;
  /** When the queue's one timer is due; undefined when it is not armed. */
  readonly armedMs: number | undefined;
}

export const newWorkqueue = (): Workqueue =>
  ({ queue: emptyFifo<string>(), status: emptyMap<KeyStatus>(), waiting: undefined, dueMs: emptyMap<number>(), limiter: newRateLimiter(), armedMs: undefined });

/** With other keys in it. Why spelled out: see mutable.ts. */
const withKeys = ({ waiting, dueMs, limiter, armedMs }: Workqueue, queue: Fifo<string>, status: PersistentMap<KeyStatus>): Workqueue =>
  ({ queue, status, waiting, dueMs, limiter, armedMs });

/** Marks the key as needing work; it is handed out once, however often it was added before that. */
export const add = (queue: Workqueue, key: string): Workqueue => {
  const status = queue.status.get(key);
  switch (status) {
    case undefined: return withKeys(queue, queue.queue.push(key), queue.status.set(key, 'queued'));
    case 'processing': return withKeys(queue, queue.queue, queue.status.set(key, 'redo'));
    case 'queued':
    case 'redo': return queue;
    default: return status satisfies never;
  }
};

/** Keys ready to be handed out. */
export const length = (queue: Workqueue): number => queue.queue.size;

/** Hands out the key that was added first; undefined when none is ready. Must be followed by `done`. */
export const get = (queue: Workqueue): readonly [string | undefined, Workqueue] => {
  const key = queue.queue.head;
  return key === undefined ? [undefined, queue] : [key, withKeys(queue, queue.queue.shift(), queue.status.set(key, 'processing'))];
};

/** The worker is through with the key; if it was added meanwhile, it is queued again. */
export const done = (queue: Workqueue, key: string): Workqueue => {
  const status = queue.status.get(key);
  invariant(status !== 'queued' && status !== undefined, () => `Expected a key that is being processed. Instead, received ${key}. Hint: get it first.`);
  return status === 'redo'
    ? withKeys(queue, queue.queue.push(key), queue.status.set(key, 'queued'))
    : withKeys(queue, queue.queue, queue.status.delete(key));
};

export const isProcessing = (queue: Workqueue, key: string): boolean => queue.status.get(key) === 'processing' || queue.status.get(key) === 'redo';

export const isDirty = (queue: Workqueue, key: string): boolean => queue.status.get(key) === 'queued' || queue.status.get(key) === 'redo';

/** Adds the key later; of two times for a key the earlier counts. */
export const addAfter = (queue: Workqueue, key: string, afterMs: number, nowMs: number): Workqueue => {
  if (afterMs <= 0) return add(queue, key);
  // Why: a time that is no whole microsecond would never be reached exactly by the timer.
  const atMs = laterBy(nowMs, afterMs);
  const dueMs = queue.dueMs.get(key);
  if (dueMs !== undefined && dueMs <= atMs) return queue;
  const waiting = dueMs === undefined ? queue.waiting : stopWaiting(queue.waiting, dueMs, key);
  return { ...queue, waiting: waitFor(waiting, atMs, key), dueMs: queue.dueMs.set(key, atMs) };
};

/** Adds the key when its rate limiter allows it. */
export const addRateLimited = (queue: Workqueue, limits: RateLimits, key: string, nowMs: number): Workqueue => {
  const [afterMs, limiter] = when(queue.limiter, limits, key, nowMs);
  return addAfter({ ...queue, limiter }, key, afterMs, nowMs);
};

/** The key is fine again (or given up): its failures no longer count. Only the rate limiter forgets; `done` is still due. */
export const forget = (queue: Workqueue, key: string): Workqueue => {
  const limiter = forgetFailures(queue.limiter, key);
  return limiter === queue.limiter ? queue : { ...queue, limiter };
};

export const numRequeues = (queue: Workqueue, key: string): number => requeuesOf(queue.limiter, key);

/** The queue's timer fired: adds every key that is due. */
export const addDue = (queue: Workqueue, nowMs: number): Workqueue => {
  let next: Workqueue = { ...queue, armedMs: undefined };
  for (let first = earliest(next.waiting); first !== undefined && first.atMs <= nowMs; first = earliest(next.waiting)) {
    next = add({ ...next, waiting: stopWaiting(next.waiting, first.atMs, first.key), dueMs: next.dueMs.delete(first.key) }, first.key);
  }
  return next;
};

/** Arms the queue's one timer for the earliest key that waits, unless it stands there already. */
export const armTimer = (queue: Workqueue, timer: string, nowMs: number): readonly [Workqueue, readonly Effect[]] => {
  const first = earliest(queue.waiting);
  if (first === undefined || (queue.armedMs !== undefined && queue.armedMs <= first.atMs)) return [queue, noEffects];
  return [{ ...queue, armedMs: first.atMs }, [arm(timer, Math.max(0, toMicros(first.atMs - nowMs)))]];
};
