/**
 * A world: actors, the links between them, their timers and one clock, moved step by step by whoever chooses.
 *
 * The beginning is step 0: every actor, in order of its name, is given `start`; what that sends has cause 0 and sequence in that order.
 * Time depends on the steps alone, never on the chooser: a delivery moves the clock to when the message was due (what was delivered has taken
 * its latency), a firing to when the timer was due, and it never moves back. An untimed run configures a latency of 0, so that only timers
 * move the clock. Hence the same configuration and schedule give the same run, whichever chooser made the schedule.
 */
import type { Offered } from './chooser.ts';
import { readClock } from './clock.ts';
import { move } from './effects.ts';
import { listLinks } from './links.ts';
import type { Envelope } from './links.ts';
import { offerOf } from './offered.ts';
import type { Step, StepRecord } from './step.ts';
import { canTakeStep, takeStep } from './take-step.ts';
import { timersOf } from './timers.ts';
import { rememberingActors } from './transition-memory.ts';
import type { Actor, ActorId, Input } from './transition.ts';
import { invariant } from '../base/assert.ts';
import type { Fifo } from '../base/fifo.ts';
import type { WorldConfig } from './world-config.ts';
import { forkHashCache, hashWorld, newHashCache } from './world-hash.ts';
import type { HashCache } from './world-hash.ts';
import { actorIndex, forkWorldState, isCutBetween, newWorldState } from './world-state.ts';
import type { WorldState } from './world-state.ts';

export interface UndeliveredMessage {
  readonly from: ActorId;
  readonly to: ActorId;
  readonly channel: string;
  /** Undefined for the kernel's own `disconnected`. */
  readonly body: unknown;
  readonly isDisconnect: boolean;
  /** The step that sent it. */
  readonly cause: number;
  readonly sentMs: number;
  readonly dueMs: number;
}

export interface ArmedTimer {
  readonly actor: ActorId;
  readonly key: string;
  /** On the world's clock. */
  readonly dueMs: number;
  readonly cause: number;
}

/** Mutable, with immutable contents: `fork` copies flat arrays only. */
export interface World {
  readonly config: WorldConfig;
  /** ms since the Unix epoch, to the microsecond. */
  readonly nowMs: number;
  /** Steps taken. */
  readonly stepCount: number;
  /** The `start` of every actor, as records of index 0 with step `restart`. */
  readonly beginning: readonly StepRecord[];
  /** A live view: good until the next step is taken. */
  offered(): Offered;
  canTake(step: Step): boolean;
  /** Throws BrokenInvariant, having changed nothing, when the step is not enabled. */
  take(step: Step): StepRecord;
  /** `take` without the record. */
  advance(step: Step): void;
  /** A crashed actor's is its initial state. */
  stateOf<S>(actor: ActorId): S;
  /** Sorted by name. */
  actors(): readonly ActorId[];
  isUp(actor: ActorId): boolean;
  incarnationOf(actor: ActorId): number;
  /** What the actor's own clock reads. */
  clockOf(actor: ActorId): number;
  isCut(a: ActorId, b: ActorId): boolean;
  readonly undeliveredCount: number;
  /** By link name, each link from its head. */
  undelivered(): readonly UndeliveredMessage[];
  /** By actor and key. */
  timers(): readonly ArmedTimer[];
  fork(): World;
  /** A fork which, with all forks of its own, remembers up to `limit` transitions of its actors: see transition-memory.ts. Runs the same way, sooner. */
  forkRemembering(limit: number): World;
  /** Equal for worlds that differ only in what cannot matter to their future. */
  hash(): number;
}

/** An actor with its types forgotten, as a world holds it. Why: the kernel gives an actor back its own states only, and messages as wired. */
export const hosted = <S, Body>(actor: Actor<S, Body>): Actor => actor as unknown as Actor;

const recordOf = (state: WorldState, step: Step): StepRecord => {
  const { last } = state;
  return {
    index: state.stepCount, nowMs: state.nowMs, step, actor: last.actor < 0 ? undefined : state.ids[last.actor],
    input: last.input, effects: last.effects, cause: last.cause,
  };
};

const describeEnvelope = ({ link, body, isNotice, cause, sentMs, dueMs }: Envelope): UndeliveredMessage => ({
  from: link.fromId, to: link.toId, channel: link.channel, body, isDisconnect: isNotice, cause, sentMs, dueMs,
});

class KernelWorld implements World {
  readonly beginning: readonly StepRecord[];
  private readonly state: WorldState;
  private readonly offer: Offered;
  private hashCache: HashCache | undefined;

  constructor(state: WorldState, beginning: readonly StepRecord[], hashCache: HashCache | undefined) {
    this.state = state;
    this.beginning = beginning;
    this.offer = offerOf(state);
    this.hashCache = hashCache;
  }

  get config(): WorldConfig {
    return this.state.config;
  }

  get nowMs(): number {
    return this.state.nowMs;
  }

  get stepCount(): number {
    return this.state.stepCount;
  }

  get undeliveredCount(): number {
    return this.state.links.undelivered;
  }

  offered(): Offered {
    return this.offer;
  }

  canTake(step: Step): boolean {
    return canTakeStep(this.state, step);
  }

  take(step: Step): StepRecord {
    takeStep(this.state, step);
    return recordOf(this.state, step);
  }

  advance(step: Step): void {
    takeStep(this.state, step);
  }

  private indexOf(actor: ActorId): number {
    const index = actorIndex(this.state, actor);
    invariant(index >= 0, () => `world: there is no actor "${actor}"`);
    return index;
  }

  stateOf<S>(actor: ActorId): S {
    return this.state.states[this.indexOf(actor)] as S;
  }

  actors(): readonly ActorId[] {
    return this.state.ids;
  }

  isUp(actor: ActorId): boolean {
    return this.state.isUp[this.indexOf(actor)] === true;
  }

  incarnationOf(actor: ActorId): number {
    return this.state.incarnations[this.indexOf(actor)] as number;
  }

  clockOf(actor: ActorId): number {
    return readClock(this.state.clocks[this.indexOf(actor)], this.state.nowMs);
  }

  isCut(a: ActorId, b: ActorId): boolean {
    return isCutBetween(this.state, this.indexOf(a), this.indexOf(b));
  }

  undelivered(): readonly UndeliveredMessage[] {
    const { links } = this.state;
    return listLinks(links).flatMap((link) => (links.queues[link.id] as Fifo<Envelope>).toArray().map(describeEnvelope));
  }

  timers(): readonly ArmedTimer[] {
    const { ids, timers } = this.state;
    return ids.flatMap((actor, i) => timersOf(timers, i).map(({ key, dueMs, cause }) => ({ actor, key, dueMs, cause })));
  }

  fork(): World {
    return new KernelWorld(forkWorldState(this.state), this.beginning, this.hashCache === undefined ? undefined : forkHashCache(this.hashCache));
  }

  forkRemembering(limit: number): World {
    const state = forkWorldState(this.state, rememberingActors(this.state.actors, limit));
    return new KernelWorld(state, this.beginning, this.hashCache === undefined ? undefined : forkHashCache(this.hashCache));
  }

  hash(): number {
    return hashWorld(this.state, (this.hashCache ??= newHashCache(this.state.ids.length)));
  }
}

const startAll = (state: WorldState): readonly StepRecord[] => {
  const start: Input = { kind: 'start', durable: undefined };
  return state.ids.map((actor, i) => {
    move(state, i, start, 0);
    return recordOf(state, { kind: 'restart', actor });
  });
};

/** A world at its beginning, every actor started. */
export const createWorld = (config: WorldConfig): World => {
  const state = newWorldState(config);
  return new KernelWorld(state, startAll(state), undefined);
};
