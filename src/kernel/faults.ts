/** What breaks and mends: crash, restart, cut, heal, reset, skew. A connection breaks whole, as TCP does; no single message is ever lost alone. */
import { skewClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { move, notify } from './effects.ts';
import { compareLinks, findLink, reverseOf } from './link-table.ts';
import type { Link } from './link-table.ts';
import { clearLink, reserve, setOpen } from './links.ts';
import { laterBy } from './micros.ts';
import { actorRandom } from './random.ts';
import { armTimer, clearTimers, newTimer, timersOf } from './timers.ts';
import { isCutBetween, setCut } from './world-state.ts';
import type { WorldState } from './world-state.ts';

/**
 * Loses what is undelivered in one direction and tells its receiver. Invariant: a receiver that was to be told and has not heard is told still.
 */
const breakDirection = (state: WorldState, link: Link, wasOpen: boolean): void => {
  const { links } = state;
  const untold = (links.notices[link.id] as number) > 0;
  clearLink(links, link);
  if (wasOpen || untold) notify(state, link, state.stepCount);
};

/** Why sorted: a link's number, and so the order in the table, depends on what other forks have sent. */
const breakLinks = (state: WorldState, touched: readonly Link[]): void => {
  reserve(state.links);
  const sorted = [...touched].sort(compareLinks);
  const wasOpen = sorted.map((link) => link.from !== link.to && state.links.isOpen[link.connection] === true);
  sorted.forEach((link, i) => breakDirection(state, link, wasOpen[i] as boolean));
  for (const link of sorted) setOpen(state.links, link, false);
};

export const crash = (state: WorldState, actor: number): void => {
  const machine = state.actors[actor];
  if (machine === undefined) return;
  state.durables[actor] = machine.durable?.(state.states[actor]);
  state.isUp[actor] = false;
  state.states[actor] = machine.initial;
  clearTimers(state.timers, actor);
  breakLinks(state, state.links.table.touching[actor] as readonly Link[]);
};

export const restart = (state: WorldState, actor: number): void => {
  const incarnation = (state.incarnations[actor] as number) + 1;
  const durable = state.durables[actor];
  state.incarnations[actor] = incarnation;
  state.randoms[actor] = actorRandom(state.config.seed, state.ids[actor] as string, incarnation);
  state.envs[actor] = undefined;
  state.durables[actor] = undefined;
  state.isUp[actor] = true;
  move(state, actor, { kind: 'start', durable }, 0);
};

const linksBetween = (state: WorldState, a: number, b: number): readonly Link[] =>
  (state.links.table.touching[a] as readonly Link[]).filter((link) => link.from === b || link.to === b);

export const cut = (state: WorldState, a: number, b: number): void => {
  breakLinks(state, linksBetween(state, a, b));
  setCut(state, a, b, true);
};

export const heal = (state: WorldState, a: number, b: number): void => setCut(state, a, b, false);

export const canCut = (state: WorldState, a: number, b: number): boolean => a >= 0 && b >= 0 && a !== b && !isCutBetween(state, a, b);

export const reset = (state: WorldState, a: number, b: number, channel: string): void => {
  const link = findLink(state.links.table, a, state.ids[b] as string, channel);
  if (link !== undefined) breakLinks(state, [link, reverseOf(state.links.table, link)]);
};

/** What remains of each timer is stretched to the new rate: timers run on the actor's own clock. */
const stretchTimers = (state: WorldState, actor: number, factor: number): void => {
  if (factor === 1) return;
  for (const timer of timersOf(state.timers, actor)) {
    const leftMs = Math.max(0, timer.dueMs - state.nowMs);
    armTimer(state.timers, newTimer(actor, state.ids[actor] as string, timer.key, laterBy(state.nowMs, leftMs * factor), timer.cause));
  }
};

export const skew = (state: WorldState, actor: number, offsetMs: number, rate: number): void => {
  const before: Clock | undefined = state.clocks[actor];
  state.clocks[actor] = skewClock(before, state.nowMs, offsetMs, rate);
  stretchTimers(state, actor, (before?.rate ?? 1) / rate);
};
