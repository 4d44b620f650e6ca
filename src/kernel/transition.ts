/** What an actor is: a pure function from a state and an input to a state and effects. Nothing in the kernel knows what is simulated. */

/** The name of an actor, such as `kube-scheduler` or `kubelet/node-1`. */
export type ActorId = string;

/** All that a transition may know besides its state and its input. */
export interface Env {
  readonly self: ActorId;
  /** The actor's own clock: ms since the Unix epoch, with at most three decimals (microseconds). */
  readonly nowMs: number;
  /** 0 at the first start, one more at every restart. */
  readonly incarnation: number;
  /**
   * A uniform 32-bit unsigned integer: a pure function of the run's seed, the actor, its incarnation, `label` and `n`. An actor that draws
   * repeatedly keeps its own `n` in its state, so draws depend on that actor's history alone.
   */
  readonly random: (label: string, n: number) => number;
}

/** What can happen to an actor. `Body` is the protocol's message type. */
export type Input<Body = unknown> =
  /** The first input of every incarnation. `durable` is what the last incarnation left (`Actor.durable`), undefined at the first start. */
  | { readonly kind: 'start'; readonly durable: unknown }
  | { readonly kind: 'message'; readonly from: ActorId; readonly channel: string; readonly body: Body }
  /** An armed timer has fired; it is no longer armed. */
  | { readonly kind: 'timer'; readonly key: string }
  /**
   * The connection to a peer broke (crash, cut, refused): everything undelivered between the two on that channel is lost, in both directions.
   * A request whose answer had not arrived has an unknown outcome.
   */
  | { readonly kind: 'disconnected'; readonly peer: ActorId; readonly channel: string };

/** What an actor asks of the kernel: data, executed by the kernel only, in order, after the transition. */
export type Effect<Body = unknown> =
  /** Appends to the FIFO link (self, to, channel). Sending to oneself is how work is put off to a later step. */
  | { readonly kind: 'send'; readonly to: ActorId; readonly channel: string; readonly body: Body }
  /** Arms the timer `key`, replacing it if armed. `afterMs` >= 0, on the actor's own clock. */
  | { readonly kind: 'arm'; readonly key: string; readonly afterMs: number }
  /** No effect when the timer is not armed. */
  | { readonly kind: 'cancel'; readonly key: string }
  /** Appends a record to a named durable log (etcd's revision log). The edge may mirror it to disk. */
  | { readonly kind: 'append'; readonly log: string; readonly record: unknown }
  /** A fact worth reading in the journal that changes nothing, such as which revision a reconcile's cache stood at. */
  | { readonly kind: 'observe'; readonly fact: string; readonly data?: unknown };

/** The next state and the effects, in order. Never mutates `state`; returns it unchanged (same reference) when nothing changed. */
export type Transition<S, I, E> = (state: S, input: I, env: Env) => readonly [S, readonly E[]];

export interface Actor<S = unknown, Body = unknown> {
  readonly id: ActorId;
  /** The state before `start`; a restart begins here again. */
  readonly initial: S;
  readonly transition: Transition<S, Input<Body>, Effect<Body>>;
  /** What survives a crash, handed to the next incarnation's `start`. Absent: nothing does. */
  readonly durable?: (state: S) => unknown;
  /**
   * The part of the state that may matter to the future, for hashing: without absolute revisions, absolute times and counters that only count.
   * Absent: the whole state.
   */
  readonly canonical?: (state: S, nowMs: number) => unknown;
}

/** No effects, shared. */
export const noEffects: readonly never[] = [];

export const send = <Body>(to: ActorId, channel: string, body: Body): Effect<Body> => ({ kind: 'send', to, channel, body });
export const arm = (key: string, afterMs: number): Effect<never> => ({ kind: 'arm', key, afterMs });
export const cancel = (key: string): Effect<never> => ({ kind: 'cancel', key });
export const observe = (fact: string, data?: unknown): Effect<never> => (data === undefined ? { kind: 'observe', fact } : { kind: 'observe', fact, data });
