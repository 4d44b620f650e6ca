/** All that a world is at one moment: flat arrays of immutable values, so that a fork copies arrays and nothing else. */
import { hashText } from '../base/hash.ts';
import { compareStrings } from '../base/order.ts';
import { invariant } from '../base/assert.ts';
import { readClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { forkLinks, newLinks } from './links.ts';
import type { Links } from './links.ts';
import type { Link } from './link-table.ts';
import { forkTimers, newTimers } from './timers.ts';
import type { Timer, Timers } from './timers.ts';
import { actorRandom } from './random.ts';
import type { Step } from './step.ts';
import type { Actor, ActorId, Effect, Env, Input } from './transition.ts';
import { noEffects } from './transition.ts';
import type { WorldConfig } from './world-config.ts';

/** What the last step did, from which a record is made if one is wanted. */
export interface LastStep {
  actor: number;
  input: Input | undefined;
  effects: readonly Effect[];
  cause: number;
}

/** Arrays are indexed by actor, actors being sorted by name. */
export interface WorldState {
  readonly config: WorldConfig;
  readonly actors: readonly Actor[];
  readonly ids: readonly ActorId[];
  readonly idHashes: readonly number[];
  readonly seedHash: number;
  nowMs: number;
  stepCount: number;
  readonly states: unknown[];
  readonly isUp: boolean[];
  readonly incarnations: number[];
  readonly randoms: Env['random'][];
  /** The environment of the actor's last transition, used again while its clock stands. */
  readonly envs: (Env | undefined)[];
  /** What the last incarnation of a crashed actor left. */
  readonly durables: unknown[];
  readonly clocks: (Clock | undefined)[];
  readonly links: Links;
  readonly timers: Timers;
  /** The pairs of actors that are cut, each as `smaller * actors + larger`. Never mutated. */
  cuts: ReadonlySet<number>;
  readonly last: LastStep;
  /** The step offered last and what it names. Why: taking it needs no look-up by name. */
  hintStep: Step | undefined;
  hint: Link | Timer | undefined;
}

const noCuts: ReadonlySet<number> = new Set();

const noLast = (): LastStep => ({ actor: -1, input: undefined, effects: noEffects, cause: 0 });

export const newWorldState = (config: WorldConfig): WorldState => {
  const actors = [...config.actors].sort((a, b) => compareStrings(a.id, b.id));
  const ids = actors.map((actor) => actor.id);
  ids.forEach((id, i) => invariant(id !== '' && id !== ids[i - 1], `world: expected actors of distinct names, found two of "${id}"`));
  return {
    config, actors, ids, idHashes: ids.map(hashText), seedHash: hashText(config.seed), nowMs: config.startMs, stepCount: 0,
    states: actors.map((actor) => actor.initial),
    isUp: actors.map(() => true),
    incarnations: actors.map(() => 0),
    randoms: ids.map((id) => actorRandom(config.seed, id, 0)),
    envs: actors.map(() => undefined), durables: actors.map(() => undefined), clocks: actors.map(() => undefined),
    links: newLinks(ids), timers: newTimers(actors.length), cuts: noCuts, last: noLast(), hintStep: undefined, hint: undefined,
  };
};

export const forkWorldState = (state: WorldState, actors: readonly Actor[] = state.actors): WorldState => ({
  ...state, actors,
  states: state.states.slice(), isUp: state.isUp.slice(), incarnations: state.incarnations.slice(), randoms: state.randoms.slice(),
  envs: state.envs.slice(), durables: state.durables.slice(), clocks: state.clocks.slice(),
  links: forkLinks(state.links), timers: forkTimers(state.timers), last: noLast(), hintStep: undefined, hint: undefined,
});

/** The index of an actor; -1 where there is none of that name. */
export const actorIndex = (state: WorldState, id: ActorId): number => state.links.table.indexOf.get(id) ?? -1;

const pairOf = (state: WorldState, a: number, b: number): number => Math.min(a, b) * state.ids.length + Math.max(a, b);

export const isCutBetween = (state: WorldState, a: number, b: number): boolean => state.cuts.size > 0 && state.cuts.has(pairOf(state, a, b));

export const setCut = (state: WorldState, a: number, b: number, cut: boolean): void => {
  const cuts = new Set(state.cuts);
  if (cut) cuts.add(pairOf(state, a, b));
  else cuts.delete(pairOf(state, a, b));
  state.cuts = cuts;
};

export const envOf = (state: WorldState, actor: number): Env => {
  const nowMs = readClock(state.clocks[actor], state.nowMs);
  const known = state.envs[actor];
  if (known !== undefined && known.nowMs === nowMs) return known;
  const env: Env = { self: state.ids[actor] as ActorId, nowMs, incarnation: state.incarnations[actor] as number, random: state.randoms[actor] as Env['random'] };
  state.envs[actor] = env;
  return env;
};
