/** The only place where effects happen: sends, and timers armed and cancelled. Appends and observations are for the journal and change nothing here. */
import { BrokenInvariant, unreachable } from '../base/assert.ts';
import { dueOn } from './clock.ts';
import { openLink, reverseOf } from './link-table.ts';
import type { Link } from './link-table.ts';
import { pushEnvelope, reserve, setOpen } from './links.ts';
import type { Envelope } from './links.ts';
import { laterBy } from './micros.ts';
import { linkDraw } from './random.ts';
import { armTimer, disarm, findTimer, newTimer } from './timers.ts';
import type { Actor, Effect, Input } from './transition.ts';
import { envOf, isCutBetween } from './world-state.ts';
import { outside } from './step.ts';
import type { WorldState } from './world-state.ts';

const isSpan = (ms: number): boolean => ms >= 0 && ms < Infinity;

/** Why not `invariant` with a function: it would be allocated at every message. */
const broken = (message: string): never => {
  throw new BrokenInvariant(message);
};

/** When the next message on a link arrives. Invariant: not before the one ahead of it, which `now + latency` alone would allow. */
const arrivalMs = (state: WorldState, link: Link): number => {
  const { links, config } = state;
  const ordinal = links.sent[link.id] as number;
  links.sent[link.id] = ordinal + 1;
  const latencyMs = config.latencyMs(link.fromId, link.toId, link.channel, linkDraw(state.seedHash, link.hash, ordinal));
  if (!isSpan(latencyMs)) broken(`latencyMs: expected a finite time >= 0 for ${link.fromId} -> ${link.toId} ${link.channel}, found ${latencyMs}`);
  return laterBy(state.nowMs, latencyMs);
};

const enqueue = (state: WorldState, link: Link, body: unknown, isNotice: boolean, cause: number): void => {
  const { links } = state;
  const dueMs = arrivalMs(state, link);
  const floorMs = (links.queues[link.id]?.size ?? 0) > 0 ? links.lastDue[link.id] as number : dueMs;
  links.sequence += 1;
  const envelope: Envelope = { link, body, isNotice, cause, sentMs: state.nowMs, dueMs: dueMs < floorMs ? floorMs : dueMs, sequence: links.sequence, bodyHash: -1 };
  links.lastDue[link.id] = envelope.dueMs;
  pushEnvelope(links, envelope);
};

/** Tells the receiver of `link` that its connection to the sender broke, once. */
export const notify = (state: WorldState, link: Link, cause: number): void => {
  reserve(state.links);
  if (state.isUp[link.to] !== true || (state.links.notices[link.id] as number) > 0) return;
  enqueue(state, link, undefined, true, cause);
};

/**
 * Invariant: while the sender has an undelivered notice that this connection broke, what it sends is lost, as bytes written to a dead TCP
 * connection are; the notice tells it so. A send to a crashed actor or over a cut is refused by such a notice.
 */
const sendMessage = (state: WorldState, from: number, to: string, channel: string, body: unknown, cause: number): void => {
  if (to === outside) return;
  const { links } = state;
  const link = openLink(links.table, from, to, channel);
  if (link === undefined) return broken(`send: ${state.ids[from] ?? ''} sent to "${to}" (${channel}), and there is no such actor`);
  if (link.id >= links.queues.length) reserve(links);
  if (link.from !== link.to) {
    const reverse = reverseOf(links.table, link);
    if (state.isUp[link.to] !== true || isCutBetween(state, link.from, link.to)) return notify(state, reverse, cause);
    if ((links.notices[reverse.id] as number) > 0) return;
  }
  if (links.isOpen[link.connection] !== true) setOpen(links, link, true);
  enqueue(state, link, body, false, cause);
};

const armAfter = (state: WorldState, actor: number, key: string, afterMs: number, cause: number): void => {
  if (!isSpan(afterMs)) broken(`arm: expected a finite time >= 0 for "${key}" of ${state.ids[actor] ?? ''}, found ${afterMs}`);
  armTimer(state.timers, newTimer(actor, state.ids[actor] as string, key, dueOn(state.clocks[actor], state.nowMs, afterMs), cause));
};

const cancel = (state: WorldState, actor: number, key: string): void => {
  const timer = findTimer(state.timers, actor, key);
  if (timer !== undefined) disarm(state.timers, timer);
};

const execute = (state: WorldState, actor: number, effect: Effect, cause: number): void => {
  switch (effect.kind) {
    case 'send': return sendMessage(state, actor, effect.to, effect.channel, effect.body, cause);
    case 'arm': return armAfter(state, actor, effect.key, effect.afterMs, cause);
    case 'cancel': return cancel(state, actor, effect.key);
    case 'append': return;
    case 'observe': return;
    default: return unreachable(effect);
  }
};

/** Gives an actor an input: its transition, then its effects in order. `cause` is the step that led to this one. */
export const move = (state: WorldState, actor: number, input: Input, cause: number): void => {
  const machine = state.actors[actor] as Actor;
  const [next, effects] = machine.transition(state.states[actor], input, envOf(state, actor));
  state.states[actor] = next;
  const { last } = state;
  last.actor = actor;
  last.input = input;
  last.effects = effects;
  last.cause = cause;
  for (let i = 0; i < effects.length; i += 1) execute(state, actor, effects[i] as Effect, state.stepCount);
};
