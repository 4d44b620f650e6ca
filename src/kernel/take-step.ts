/** Which steps a world can take, and what each does to it. Depends on the world and the step only, never on who chose it. */
import { BrokenInvariant, unreachable } from '../base/assert.ts';
import { move } from './effects.ts';
import { canCut, crash, cut, heal, reset, restart, skew } from './faults.ts';
import { findLink } from './link-table.ts';
import type { Link } from './link-table.ts';
import { headOf, shiftEnvelope } from './links.ts';
import { printStep } from './print-step.ts';
import type { Step } from './step.ts';
import { outside } from './step.ts';
import { disarm, findTimer } from './timers.ts';
import type { Timer } from './timers.ts';
import { noEffects } from './transition.ts';
import { actorIndex, isCutBetween } from './world-state.ts';
import type { WorldState } from './world-state.ts';

const linkOf = (state: WorldState, step: Step & { kind: 'deliver' }): Link | undefined => {
  if (step === state.hintStep) return state.hint as Link;
  const from = actorIndex(state, step.from);
  return from < 0 ? undefined : findLink(state.links.table, from, step.to, step.channel);
};

const timerOf = (state: WorldState, step: Step & { kind: 'fire' }): Timer | undefined => {
  if (step === state.hintStep) return state.hint as Timer;
  const actor = actorIndex(state, step.actor);
  return actor < 0 ? undefined : findTimer(state.timers, actor, step.key);
};

const canDeliver = (state: WorldState, step: Step & { kind: 'deliver' }): boolean => {
  const link = linkOf(state, step);
  return link !== undefined && headOf(state.links, link) !== undefined;
};

const isUp = (state: WorldState, actor: number): boolean => actor >= 0 && state.isUp[actor] === true;
const isDown = (state: WorldState, actor: number): boolean => actor >= 0 && state.isUp[actor] === false;

const canReset = (state: WorldState, a: number, b: number, channel: string): boolean =>
  a >= 0 && b >= 0 && a !== b && findLink(state.links.table, a, state.ids[b] as string, channel) !== undefined;

/** Whether the step is enabled. The lag bound is no part of it: that says what is offered to untimed choosers, not what can happen. */
export const canTakeStep = (state: WorldState, step: Step): boolean => {
  switch (step.kind) {
    case 'deliver': return canDeliver(state, step);
    case 'fire': return timerOf(state, step) !== undefined;
    case 'crash': return isUp(state, actorIndex(state, step.actor));
    case 'restart': return isDown(state, actorIndex(state, step.actor));
    case 'cut': return canCut(state, actorIndex(state, step.a), actorIndex(state, step.b));
    case 'heal': return isCutBetween(state, actorIndex(state, step.a), actorIndex(state, step.b));
    case 'reset': return canReset(state, actorIndex(state, step.a), actorIndex(state, step.b), step.channel);
    case 'skew': return actorIndex(state, step.actor) >= 0 && step.rate > 0;
    case 'inject': return isUp(state, actorIndex(state, step.to));
    default: return unreachable(step);
  }
};

/** A delivered message has taken at least its latency, so the clock moves to when it was due; it never moves back. */
const deliver = (state: WorldState, link: Link): void => {
  const envelope = shiftEnvelope(state.links, link);
  if (envelope.dueMs > state.nowMs) state.nowMs = envelope.dueMs;
  move(state, link.to, envelope.isNotice
    ? { kind: 'disconnected', peer: link.fromId, channel: link.channel }
    : { kind: 'message', from: link.fromId, channel: link.channel, body: envelope.body }, envelope.cause);
};

const fire = (state: WorldState, timer: Timer): void => {
  disarm(state.timers, timer);
  if (timer.dueMs > state.nowMs) state.nowMs = timer.dueMs;
  move(state, timer.actor, { kind: 'timer', key: timer.key }, timer.cause);
};

/** Steps that move no actor leave none in `last`, except the one they happen to. */
const happenTo = (state: WorldState, actor: number): void => {
  const { last } = state;
  last.actor = actor;
  last.input = undefined;
  last.effects = noEffects;
  last.cause = 0;
};

const takeRare = (state: WorldState, step: Exclude<Step, { kind: 'deliver' | 'fire' }>): void => {
  switch (step.kind) {
    case 'crash':
      happenTo(state, actorIndex(state, step.actor));
      return crash(state, actorIndex(state, step.actor));
    case 'restart': return restart(state, actorIndex(state, step.actor));
    case 'cut':
      happenTo(state, -1);
      return cut(state, actorIndex(state, step.a), actorIndex(state, step.b));
    case 'heal':
      happenTo(state, -1);
      return heal(state, actorIndex(state, step.a), actorIndex(state, step.b));
    case 'reset':
      happenTo(state, -1);
      return reset(state, actorIndex(state, step.a), actorIndex(state, step.b), step.channel);
    case 'skew':
      happenTo(state, actorIndex(state, step.actor));
      return skew(state, actorIndex(state, step.actor), step.offsetMs, step.rate);
    case 'inject': return move(state, actorIndex(state, step.to), { kind: 'message', from: outside, channel: step.channel, body: step.body }, 0);
    default: return unreachable(step);
  }
};

const refuse = (state: WorldState, step: Step): never => {
  throw new BrokenInvariant(`step ${state.stepCount + 1} is not enabled: ${printStep(step)}`);
};

/** Takes the step; throws BrokenInvariant, having changed nothing, when it is not enabled. */
export const takeStep = (state: WorldState, step: Step): void => {
  if (step.kind === 'deliver') {
    const link = linkOf(state, step);
    if (link === undefined || headOf(state.links, link) === undefined) return refuse(state, step);
    state.hintStep = undefined;
    state.stepCount += 1;
    return deliver(state, link);
  }
  if (step.kind === 'fire') {
    const timer = timerOf(state, step);
    if (timer === undefined) return refuse(state, step);
    state.hintStep = undefined;
    state.stepCount += 1;
    return fire(state, timer);
  }
  if (!canTakeStep(state, step)) return refuse(state, step);
  state.hintStep = undefined;
  state.stepCount += 1;
  return takeRare(state, step);
};
