/** What a world is made of. Same configuration + same schedule => byte-identical journal. */
import type { Actor, ActorId } from './transition.ts';

/** The states of a world's actors, by name. */
export type StateOf = (actor: ActorId) => unknown;

/** What counts as the same, where `hashOf` would tell apart what has the same future. Equal hashes promise that. */
export interface Hashing {
  /** Of an actor's state; `nowMs` on its own clock. */
  readonly state: (actor: Actor, state: unknown, nowMs: number, stateOf: StateOf) => number;
  /** Of a message that is undelivered. Must not change while it is. */
  readonly message: (body: unknown, stateOf: StateOf) => number;
}

export interface WorldConfig {
  /** Any text; every random stream of the world is derived from it. */
  readonly seed: string;
  /** ms since the Unix epoch at step 0. */
  readonly startMs: number;
  readonly actors: readonly Actor[];
  /**
   * How long a message takes on a link, in ms, from a uniform draw 0 <= u < 1 of that link's own stream. Rounded up to microseconds; a
   * message never overtakes the one before it on its link.
   */
  readonly latencyMs: (from: ActorId, to: ActorId, channel: string, u: number) => number;
  /**
   * Untimed choosers: the clock does not pass beyond `sent + lagMs` of any undelivered message, nor beyond `due + lagMs` of any armed timer,
   * so a timer is offered only while firing it keeps that bound.
   */
  readonly lagMs: number;
  /** Absent: `hashOf`, of the canonical part of a state and of the whole of a message. */
  readonly hashing?: Hashing;
}
