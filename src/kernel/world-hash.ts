/**
 * The hash of a world's canonical state: what may matter to its future, without absolute time and without the number of steps.
 * Kept up incrementally: an actor is hashed again when its state changed, a link when its queue changed.
 * Not in it: how many messages a link has carried (it only picks latencies), the order of sending over different links.
 */
import type { Fifo } from '../base/fifo.ts';
import { combine, hashNumber, hashOf, hashText, highLane, lowLane, packLanes } from '../base/hash.ts';
import { toMicros } from './micros.ts';
import { readClock } from './clock.ts';
import { linksByName } from './links.ts';
import type { Envelope } from './links.ts';
import type { Link } from './link-table.ts';
import { timerKeyHash } from './timers.ts';
import type { Timer } from './timers.ts';
import type { PersistentMap } from '../base/persistent-map.ts';
import type { Actor } from './transition.ts';
import type { StateOf } from './world-config.ts';
import { actorIndex } from './world-state.ts';
import type { WorldState } from './world-state.ts';

/** What is remembered between two hashes of one world. Indexed by actor. */
export interface HashCache {
  readonly states: unknown[];
  readonly statesAtMs: number[];
  readonly stateHashes: number[];
  readonly timers: (PersistentMap<Timer> | undefined)[];
  timersAtMs: number;
  readonly timerHashes: number[];
}

const filled = <T>(size: number, value: T): T[] => Array.from({ length: size }, () => value);

export const newHashCache = (actors: number): HashCache => ({
  states: filled<unknown>(actors, undefined), statesAtMs: filled(actors, -1), stateHashes: filled(actors, -1),
  timers: filled<PersistentMap<Timer> | undefined>(actors, undefined), timersAtMs: -1, timerHashes: filled(actors, 0),
});

export const forkHashCache = (cache: HashCache): HashCache => ({
  states: cache.states.slice(), statesAtMs: cache.statesAtMs.slice(), stateHashes: cache.stateHashes.slice(),
  timers: cache.timers.slice(), timersAtMs: cache.timersAtMs, timerHashes: cache.timerHashes.slice(),
});

const linkTag = hashText('link');
const timerTag = hashText('timer');
const cutTag = hashText('cut');
const noticeHash = hashText('disconnected');

const actorHash = (state: WorldState, cache: HashCache, actor: number, stateOf: StateOf): number => {
  const { hashing } = state.config;
  const { canonical } = state.actors[actor] as Actor;
  const value = state.states[actor];
  const known = cache.stateHashes[actor] as number;
  const isSame = known >= 0 && cache.states[actor] === value;
  if (isSame && ((canonical === undefined && hashing === undefined) || cache.statesAtMs[actor] === state.nowMs)) return known;
  const nowMs = readClock(state.clocks[actor], state.nowMs);
  const hash = hashing === undefined ? hashOf(canonical === undefined ? value : canonical(value, nowMs)) : hashing.state(state.actors[actor] as Actor, value, nowMs, stateOf);
  cache.states[actor] = value;
  cache.statesAtMs[actor] = state.nowMs;
  cache.stateHashes[actor] = hash;
  return hash;
};

/** The state, the incarnation, what a crashed actor left, and how far its clock is off. */
const wholeActorHash = (state: WorldState, cache: HashCache, actor: number, stateOf: StateOf): number => {
  let hash = combine(state.idHashes[actor] as number, actorHash(state, cache, actor, stateOf));
  hash = combine(hash, (state.incarnations[actor] as number) * 2 + (state.isUp[actor] === true ? 1 : 0));
  if (state.isUp[actor] !== true) hash = combine(hash, hashOf(state.durables[actor]));
  const clock = state.clocks[actor];
  return clock === undefined ? hash : combine(combine(hash, hashNumber(toMicros(readClock(clock, state.nowMs) - state.nowMs))), hashNumber(clock.rate));
};

const envelopeHash = (state: WorldState, envelope: Envelope, stateOf: StateOf): number => {
  if (envelope.bodyHash >= 0) return envelope.bodyHash;
  if (envelope.isNotice) return (envelope.bodyHash = noticeHash);
  const { hashing } = state.config;
  return (envelope.bodyHash = hashing === undefined ? hashOf(envelope.body) : hashing.message(envelope.body, stateOf));
};

/** Of the messages in order and how long after the first each was sent; the age of the first is added by the caller. */
const queueHash = (state: WorldState, queue: Fifo<Envelope>, stateOf: StateOf): number => {
  const first = queue.head as Envelope;
  if (queue.size === 1) return combine(envelopeHash(state, first, stateOf), hashNumber(toMicros(first.dueMs - first.sentMs)));
  let hash = 0;
  for (const envelope of queue.toArray()) {
    hash = combine(combine(hash, envelopeHash(state, envelope, stateOf)), hashNumber(toMicros(envelope.dueMs - envelope.sentMs)));
    if (envelope.sentMs !== first.sentMs) hash = combine(hash, hashNumber(toMicros(envelope.sentMs - first.sentMs)));
  }
  return hash;
};

const linkHash = (state: WorldState, link: Link, stateOf: StateOf): number => {
  const { links } = state;
  const queue = links.queues[link.id] as Fifo<Envelope>;
  let hash = links.hashes[link.id] as number;
  if (hash < 0) {
    hash = combine(combine(linkTag, link.hash), queueHash(state, queue, stateOf));
    links.hashes[link.id] = hash;
  }
  const ageMs = state.nowMs - (queue.head as Envelope).sentMs;
  return ageMs === 0 ? hash : combine(hash, hashNumber(toMicros(ageMs)));
};

const timerHash = (state: WorldState, timer: Timer): number =>
  combine(combine(state.idHashes[timer.actor] as number, combine(timerTag, timerKeyHash(timer))), hashNumber(toMicros(timer.dueMs - state.nowMs)));

const timersHash = (state: WorldState, cache: HashCache, actor: number): number => {
  const armed = state.timers.armed[actor] as PersistentMap<Timer>;
  if (armed === cache.timers[actor]) return cache.timerHashes[actor] as number;
  let high = 0;
  let low = 0;
  armed.forEach((timer) => {
    const hash = timerHash(state, timer);
    high ^= highLane(hash);
    low ^= lowLane(hash);
  });
  cache.timers[actor] = armed;
  return (cache.timerHashes[actor] = packLanes(high, low));
};

/** Why: a timer counts by the time left, so all are hashed again when the clock has moved. */
const forgetTimers = (state: WorldState, cache: HashCache): void => {
  if (cache.timersAtMs === state.nowMs) return;
  cache.timers.fill(undefined);
  cache.timersAtMs = state.nowMs;
};

const cutHash = (state: WorldState, pair: number): number =>
  combine(combine(cutTag, state.idHashes[Math.floor(pair / state.ids.length)] as number), state.idHashes[pair % state.ids.length] as number);

/** A 53-bit hash: equal for worlds that differ only in what cannot matter to their future. */
export const hashWorld = (state: WorldState, cache: HashCache): number => {
  let high = state.links.openHigh;
  let low = state.links.openLow;
  const add = (hash: number): void => {
    high ^= highLane(hash);
    low ^= lowLane(hash);
  };
  const stateOf: StateOf = (actor) => state.states[actorIndex(state, actor)];
  forgetTimers(state, cache);
  for (let actor = 0; actor < state.ids.length; actor += 1) {
    add(wholeActorHash(state, cache, actor, stateOf));
    if ((state.timers.armed[actor] as PersistentMap<Timer>).size > 0) add(timersHash(state, cache, actor));
  }
  for (const link of linksByName(state.links)) add(linkHash(state, link, stateOf));
  for (const pair of state.cuts) add(cutHash(state, pair));
  return packLanes(high, low);
};
