/**
 * The scheduler's own timers, armed only while there is something to wait for.
 * Models: pkg/scheduler/backend/queue/scheduling_queue.go Run (backoff flush at whole seconds, unschedulable flush every 30 s), cache.go run
 */
import { arm, cancel } from '../../kernel/transition.ts';
import { rejectWaiting } from './binding.ts';
import { expireAssumed, nextExpiry } from './cache/cache.ts';
import { unschedulable } from './framework/status.ts';
import { flushUnschedulable, moveAll, nothingChanged, oldestUnschedulable } from './queue/moves.ts';
import { EVENT } from './framework/cluster-event.ts';
import { flushBackoff, nextBackoffEnd } from './queue/queue.ts';
import type { Turn } from './state.ts';
import { queueContext, set, updateQueue } from './turn.ts';

export const BACKOFF_TIMER = 'queue/backoff';
export const FLUSH_TIMER = 'queue/unschedulable';
export const EXPIRY_TIMER = 'cache/assumed';
const FLUSH_EVERY_MS = 30_000;

/** The flush runs at whole multiples of its period since the start, and moves what is older than the limit by then. */
const flushDue = (turn: Turn): number | undefined => {
  const oldest = oldestUnschedulable(turn.state.queue);
  if (oldest === undefined) return undefined;
  const { startMs } = turn.state;
  const ripe = oldest + turn.plan.maxUnschedulableMs - startMs;
  return startMs + (Math.floor(ripe / FLUSH_EVERY_MS) + 1) * FLUSH_EVERY_MS;
};

const backoffDue = (turn: Turn): number | undefined => {
  const { queue } = turn.state;
  return queue.backoffSize + queue.errorBackoffSize === 0 ? undefined : nextBackoffEnd(queue, queueContext(turn));
};

const lookAfterBackoff = (turn: Turn): void => {
  const due = backoffDue(turn);
  if (due === turn.state.backoffTimerMs) return;
  set(turn, { backoffTimerMs: due });
  turn.effects.push(due === undefined ? cancel(BACKOFF_TIMER) : arm(BACKOFF_TIMER, Math.max(due - turn.env.nowMs, 0)));
};

/** Why an armed timer is left alone while pods are parked: the oldest only gets younger, and a flush that finds nothing arms the next. */
const lookAfterFlush = (turn: Turn): void => {
  if (turn.state.flushTimerMs !== undefined || turn.state.queue.parked.size === 0) return;
  const due = flushDue(turn);
  if (due === undefined) return;
  set(turn, { flushTimerMs: due });
  turn.effects.push(arm(FLUSH_TIMER, Math.max(due - turn.env.nowMs, 0)));
};

const lookAfterExpiry = (turn: Turn): void => {
  if (turn.plan.policy.assumedPodTtlMs === 0) return;
  const due = nextExpiry(turn.state.cache);
  turn.effects.push(due === undefined ? cancel(EXPIRY_TIMER) : arm(EXPIRY_TIMER, Math.max(due - turn.env.nowMs, 0)));
};

/** After every step that may have moved pods. */
export const lookAfterTimers = (turn: Turn, queueChanged: boolean, cacheChanged: boolean): void => {
  if (queueChanged) {
    lookAfterBackoff(turn);
    lookAfterFlush(turn);
  }
  if (cacheChanged) lookAfterExpiry(turn);
};

/** Why it looks after itself: a clock that was set back has nothing due yet. Upstream's flush ticks every second whatever the clock reads. */
export const backoffFired = (turn: Turn): void => {
  set(turn, { backoffTimerMs: undefined });
  updateQueue(turn, flushBackoff);
  lookAfterBackoff(turn);
};

export const flushFired = (turn: Turn): void => {
  set(turn, { flushTimerMs: undefined });
  updateQueue(turn, (queue, context) => flushUnschedulable(queue, turn.plan.maxUnschedulableMs, context));
  lookAfterFlush(turn);
};

export const expiryFired = (turn: Turn): void => {
  set(turn, { cache: expireAssumed(turn.state.cache, turn.env.nowMs) });
  lookAfterExpiry(turn);
  updateQueue(turn, (queue, context) => moveAll(queue, EVENT.assignedPodDelete, nothingChanged, context));
};

export const permitFired = (turn: Turn, uid: string): void => rejectWaiting(turn, uid, unschedulable('', 'timeout'));
