/** What can happen next in a world. A schedule is a list of these; a chooser picks one of those offered. */
import type { ActorId, Effect, Input } from './transition.ts';

/** A link is named by its ends and its channel: FIFO within, any order between. */
export interface LinkName {
  readonly from: ActorId;
  readonly to: ActorId;
  readonly channel: string;
}

/** The sender named in the input that an `inject` step makes. What is sent to it leaves the world: observers read it off the effects. */
export const outside = '';

export type Step =
  /** Deliver the head of a link. */
  | { readonly kind: 'deliver'; readonly from: ActorId; readonly to: ActorId; readonly channel: string }
  /** Fire an armed timer. */
  | { readonly kind: 'fire'; readonly actor: ActorId; readonly key: string }
  /** Lose the volatile state of an actor, its timers, and all that is undelivered to and from it; every peer is told `disconnected`. */
  | { readonly kind: 'crash'; readonly actor: ActorId }
  /** Start a crashed actor again with what was durable. */
  | { readonly kind: 'restart'; readonly actor: ActorId }
  /** Break the connections between two actors until healed: what is undelivered is lost, both are told, sends are refused. */
  | { readonly kind: 'cut'; readonly a: ActorId; readonly b: ActorId }
  | { readonly kind: 'heal'; readonly a: ActorId; readonly b: ActorId }
  /** Break one channel's connection once, in both directions (it may be re-established at once). */
  | { readonly kind: 'reset'; readonly a: ActorId; readonly b: ActorId; readonly channel: string }
  /** From now on the actor's clock reads `offsetMs` more and runs `rate` times as fast. */
  | { readonly kind: 'skew'; readonly actor: ActorId; readonly offsetMs: number; readonly rate: number }
  /** A message from outside the world, such as a user's command. */
  | { readonly kind: 'inject'; readonly to: ActorId; readonly channel: string; readonly body: unknown };

/** What was done to the world to take the step, and what came of it. The journal is made of these. */
export interface StepRecord {
  /** 1 for the first step. */
  readonly index: number;
  /** The world's clock after the step, ms since the epoch. */
  readonly nowMs: number;
  readonly step: Step;
  /** The actor that moved; undefined for cut and heal. */
  readonly actor: ActorId | undefined;
  /** What that actor was given; undefined where no actor moved. */
  readonly input: Input | undefined;
  readonly effects: readonly Effect[];
  /** The index of the step that sent the message or armed the timer; 0 for the world's beginning or the outside. */
  readonly cause: number;
}
