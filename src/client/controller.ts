/**
 * What a controller is: pure functions over its caches, its volatile memory and a key. Reconciling is a plan, not a coroutine: it returns the
 * requests to send and the named stage that looks at the answers, so a crash can fall between any two requests.
 * Models: the shape that pkg/controller/<name> share: AddEventHandler, a workqueue of keys, workers, syncHandler.
 */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import type { Status } from '../api/status.ts';
import type { ApiAnswer, ApiRequest } from '../protocol/api.ts';
import type { Caches, IndexFunction, Notification } from './caches.ts';

export interface ControllerContext {
  /** The process's own clock, ms since the epoch. */
  readonly nowMs: number;
  /** As `Env.random`, under the controller's own label. */
  readonly random: (label: string, n: number) => number;
  readonly caches: Caches;
}

/** An answer, or why there is none. `unknown-outcome`: the connection broke or the request timed out; the write may stand. */
export type Answer = ApiAnswer | { readonly kind: 'unknown-outcome'; readonly message: string };

/** What a controller asks for besides API requests; done in order, in the same step. */
export type Op =
  /** `queue` absent: the controller's first. */
  | { readonly op: 'add'; readonly key: string; readonly queue?: string }
  | { readonly op: 'add-after'; readonly key: string; readonly afterMs: number; readonly queue?: string }
  | { readonly op: 'add-rate-limited'; readonly key: string; readonly queue?: string }
  /** Resets the key's failure count. */
  | { readonly op: 'forget'; readonly key: string; readonly queue?: string }
  /** Through the process's event recorder: aggregated, counted and written asynchronously, never retried by the controller. */
  | { readonly op: 'event'; readonly regarding: KubeObject; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  | { readonly op: 'observe'; readonly fact: string; readonly data?: unknown };

export interface Change<M> {
  readonly memory: M;
  readonly ops: readonly Op[];
}

/** What a sync does next. */
export type Plan<M, Stage> =
  /**
   * Send these and call `resume` with `stage` and the answers. `parallel`: all at once, one answer each, in order. `in-order`: one after another, ending
   * at the first that is not a success; the answers end with it.
   */
  | { readonly kind: 'ask'; readonly memory: M; readonly ops: readonly Op[]; readonly requests: readonly ApiRequest[]; readonly mode: 'parallel' | 'in-order'; readonly stage: Stage }
  /** The sync returned nil: the key is forgotten by the rate limiter and the worker is free. */
  | { readonly kind: 'done'; readonly memory: M; readonly ops: readonly Op[] }
  /** The sync returned an error: the key is added again, rate limited. */
  | { readonly kind: 'failed'; readonly memory: M; readonly ops: readonly Op[]; readonly error: string };

export interface QueueSpec {
  readonly name: string;
  /** Concurrent syncs, upstream's `--concurrent-*-syncs`. */
  readonly workers: number;
  /** Per-item exponential back-off; upstream's default is 5 ms doubling to 1000 s. */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  /** Drop a key after so many failures (then `ops` of the failed plan stand, nothing more); absent: never. */
  readonly maxRetries?: number;
}

/** Work that happens by itself, such as nodelifecycle's monitorNodeHealth: `key` is added to `queue` every so often, from the start on. */
export interface Periodic {
  readonly queue: string;
  readonly key: string;
  readonly everyMs: number;
}

export interface ControllerOf<M, Stage> {
  /** The name of its service account, user agent and event source, such as `replicaset-controller`. */
  readonly name: string;
  /** `source.component` of its events, where it is not `name`: upstream's daemon-set-controller signs as `daemonset-controller`. */
  readonly eventSource?: string;
  /** The service account in kube-system that it acts as, where that is another's; its name when absent. */
  readonly serviceAccount?: string;
  readonly queues: readonly QueueSpec[];
  /** The resources whose notifications it handles (with the indexes it needs), and those that it only lists from. */
  readonly informers: readonly { readonly resource: ResourceId; readonly handles: boolean; readonly indexes?: Readonly<Record<string, IndexFunction>> }[];
  readonly periodic?: readonly Periodic[];
  readonly initial: M;
  /** Called once, when all its informers have synced, before any worker starts. */
  readonly start?: (memory: M, context: ControllerContext) => Change<M>;
  readonly handle: (memory: M, notification: Notification, context: ControllerContext) => Change<M>;
  readonly reconcile: (memory: M, queue: string, key: string, context: ControllerContext) => Plan<M, Stage>;
  readonly resume: (memory: M, queue: string, key: string, stage: Stage, answers: readonly Answer[], context: ControllerContext) => Plan<M, Stage>;
}

/** A controller whose memory and stages are its own business: how the host holds them. */
export type Controller = ControllerOf<unknown, unknown>;

/** Why: the host only ever hands a controller its own memory and stages back, so forgetting the types is sound. */
export const erase = <M, Stage>(controller: ControllerOf<M, Stage>): Controller => controller as unknown as Controller;

export const done = <M>(memory: M, ops: readonly Op[] = []): Plan<M, never> => ({ kind: 'done', memory, ops });
export const failed = <M>(memory: M, error: string, ops: readonly Op[] = []): Plan<M, never> => ({ kind: 'failed', memory, ops, error });

export const ask = <M, Stage>(
  { memory, ops }: Change<M>, requests: readonly ApiRequest[], stage: Stage, mode: 'parallel' | 'in-order' = 'in-order',
): Plan<M, Stage> => ({ kind: 'ask', memory, ops, requests, mode, stage });

/** `done` without an error, `failed` with one. */
export const finish = <M>({ memory, ops }: Change<M>, error: string | undefined): Plan<M, never> => (error === undefined ? done(memory, ops) : failed(memory, error, ops));

/** One step of a sync: what it may read, what a variant may replace, and what it has gathered so far. */
export interface SyncRun<M, Policy> extends Change<M> {
  readonly context: ControllerContext;
  readonly policy: Policy;
}

export const withOps = <C extends Change<unknown>>(change: C, ops: readonly Op[]): C => (ops.length === 0 ? change : { ...change, ops: [...change.ops, ...ops] });

/** The refusal in an answer, if it is one. */
export const refusalOf = (answer: Answer): Status | undefined => (answer.kind === 'refused' ? answer.status : undefined);
/** The error text in upstream's words, or undefined for a success. */
export const errorOf = (answer: Answer): string | undefined =>
  (answer.kind === 'refused' ? answer.status.message : answer.kind === 'unknown-outcome' ? answer.message : undefined);
/** The object of a successful answer. */
export const objectOf = (answer: Answer): KubeObject | undefined => (answer.kind === 'object' ? answer.object : undefined);
