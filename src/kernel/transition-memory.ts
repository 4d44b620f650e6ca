/**
 * Actors that remember their transitions: given the very same state, input and time again, each answers with the very same state and effects.
 *
 * What an actor does depends on its own history alone, so the worlds of one search, which differ in the order of steps that mostly commute, lead
 * their actors through the same histories again and again. As answers are remembered by identity, a remembered answer makes the next one found too.
 * Invariant: transitions are pure. Where that itself is in doubt, as in the determinism guard, run a world that was made anew.
 */
import type { Actor, Effect, Env, Input } from './transition.ts';

type Answer = readonly [unknown, readonly Effect[]];

/** One input that a state was given, and what came of it; the next of the same state behind it. */
interface Remembered {
  readonly input: Input;
  readonly nowMs: number;
  readonly incarnation: number;
  readonly answer: Answer;
  readonly next: Remembered | undefined;
}

/** Shared by the actors of one world and of all its forks. */
interface Memory {
  readonly limit: number;
  size: number;
  /** By the actor's index, then by its state. */
  readonly byState: Map<unknown, Remembered>[];
}

const isSame = (a: Input, b: Input): boolean => {
  switch (a.kind) {
    case 'message': return b.kind === 'message' && a.body === b.body && a.channel === b.channel && a.from === b.from;
    case 'timer': return b.kind === 'timer' && a.key === b.key;
    case 'disconnected': return b.kind === 'disconnected' && a.channel === b.channel && a.peer === b.peer;
    case 'start': return b.kind === 'start' && a.durable === b.durable;
    default: return a satisfies never;
  }
};

const recall = (first: Remembered | undefined, input: Input, { nowMs, incarnation }: Env): Answer | undefined => {
  for (let one = first; one !== undefined; one = one.next) {
    if (one.nowMs === nowMs && one.incarnation === incarnation && isSame(one.input, input)) return one.answer;
  }
  return undefined;
};

/** Why all at once: what a search met long ago leads to what it met lately, so no part of it is the oldest. */
const makeRoom = (memory: Memory): void => {
  if (memory.size < memory.limit) return;
  for (const states of memory.byState) states.clear();
  memory.size = 0;
};

const remembering = (actor: Actor, at: number, memory: Memory): Actor => {
  const states = memory.byState[at] as Map<unknown, Remembered>;
  return {
    ...actor,
    transition: (state, input, env) => {
      const first = states.get(state);
      const known = recall(first, input, env);
      if (known !== undefined) return known;
      const answer = actor.transition(state, input, env);
      makeRoom(memory);
      memory.size += 1;
      states.set(state, { input, nowMs: env.nowMs, incarnation: env.incarnation, answer, next: states.get(state) });
      return answer;
    },
  };
};

/**
 * The same actors, remembering up to `limit` transitions together; then they forget all. For worlds of one seed: draws are part of what is remembered.
 * A transition of a cluster's component holds about 2 kB.
 */
export const rememberingActors = (actors: readonly Actor[], limit: number): readonly Actor[] => {
  const memory: Memory = { limit, size: 0, byState: actors.map(() => new Map()) };
  return actors.map((actor, at) => remembering(actor, at, memory));
};
