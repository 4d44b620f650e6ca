/**
 * What a scheduler plugin is: a name and any of the extension points, as pure functions. `definePlugin` types the state that `preFilter` hands to
 * `filter` and `preScore` to `score`; the framework never looks inside.
 * Models: staging/src/k8s.io/kube-scheduler/framework/interface.go
 * Why no `reserve`/`unreserve` memory: a plugin sees what is reserved by the assumed pods in the snapshot.
 */
import type { Pod } from '../../../api/types.ts';
import type { Caches } from '../../../client/caches.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import type { Snapshot } from '../cache/snapshot.ts';
import type { EventRegistration } from './cluster-event.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Status } from './status.ts';

/** One attempt to schedule one pod. */
export interface Cycle {
  readonly pod: PodInfo;
  readonly snapshot: Snapshot;
  readonly caches: Caches;
  readonly nowMs: number;
  /** A uniform 32-bit draw, labelled by the pod and its attempt. */
  readonly random: (label: string, n: number) => number;
}

export type PreFilterResult<F> =
  /** The plugin has nothing to filter in this cycle. */
  | { readonly kind: 'skip' }
  /** `nodes`: only these may be tried. */
  | { readonly kind: 'ready'; readonly state: F; readonly nodes?: readonly string[] }
  | { readonly kind: 'rejected'; readonly status: Status };
export type PreScoreResult<P> = { readonly kind: 'skip' } | { readonly kind: 'ready'; readonly state: P };

/** What a PostFilter plugin did. */
export interface PostFilterResult {
  /** undefined: made the pod schedulable (upstream's Success). */
  readonly status: Status | undefined;
  /** undefined: leave the nomination as it is; '' clears it. */
  readonly nominatedNodeName?: string;
  readonly victims?: readonly PodInfo[];
}

export interface PostFilterTools {
  /** The filters of this cycle, as if the nominated pods of the node ran there. */
  readonly passesFilters: (states: FilterStates, node: NodeInfo) => Status | undefined;
  readonly addPod: (states: FilterStates, added: PodInfo, node: NodeInfo) => FilterStates;
  readonly removePod: (states: FilterStates, removed: PodInfo, node: NodeInfo) => FilterStates;
  readonly states: FilterStates;
}
/** By index of the filter plugin; `skipped` marks a plugin that skipped the cycle. */
export type FilterStates = readonly unknown[];
export const skipped: unique symbol = Symbol('skipped');

export type PermitResult =
  | { readonly kind: 'allow' }
  /** Asked again whenever another pod is assumed or an event arrives, until allowed, rejected or timed out. */
  | { readonly kind: 'wait'; readonly timeoutMs: number }
  | { readonly kind: 'reject'; readonly status: Status };

export interface Plugin<F = unknown, P = unknown> {
  readonly name: string;
  /** What can undo this plugin's refusals. */
  readonly events?: readonly EventRegistration[];
  /** QueueSort: less than 0 when `a` goes first; ties are broken by arrival. Only the first plugin that has one is asked. */
  compare?(a: QueueOrder, b: QueueOrder): number;
  /** A status keeps the pod out of the queues. */
  preEnqueue?(pod: Pod, facts: { readonly preempting: boolean }): Status | undefined;
  preFilter?(cycle: Cycle): PreFilterResult<F>;
  /** The state as if `pod` were (or were not) on `node`: used for nominated pods and in preemption's dry runs. */
  addPod?(state: F, cycle: Cycle, pod: PodInfo, node: NodeInfo): F;
  removePod?(state: F, cycle: Cycle, pod: PodInfo, node: NodeInfo): F;
  /** undefined: the node passes. Called for each node: must not allocate on that path. */
  filter?(state: F, cycle: Cycle, node: NodeInfo): Status | undefined;
  postFilter?(cycle: Cycle, diagnosis: Diagnosis, tools: PostFilterTools): PostFilterResult;
  preScore?(cycle: Cycle, nodes: readonly NodeInfo[]): PreScoreResult<P>;
  /** A whole number; after `normalize` within 0 and 100. */
  score?(state: P, cycle: Cycle, node: NodeInfo): number;
  /** The scores in the order of `nodes`, brought to 0..100. */
  normalize?(state: P, scores: readonly number[], nodes: readonly NodeInfo[]): readonly number[];
  reserve?(cycle: Cycle, node: NodeInfo): Status | undefined;
  permit?(cycle: Cycle, node: NodeInfo): PermitResult;
  /** Requests to send, in order, before the pod is bound. */
  preBind?(pod: Pod, nodeName: string): readonly ApiRequest[];
  /** undefined: leave it to the next plugin. */
  bind?(pod: Pod, nodeName: string): ApiRequest | undefined;
}

/** What QueueSort compares. */
export interface QueueOrder {
  readonly pod: PodInfo;
  /** When the pod was (re-)added to the queues. */
  readonly timestampMs: number;
}

/** Why: the framework only ever hands a plugin its own states back, so forgetting their types is sound. */
export const definePlugin = <F = undefined, P = undefined>(plugin: Plugin<F, P>): Plugin => plugin as unknown as Plugin;

export const MAX_NODE_SCORE = 100;
export const allow: PermitResult = { kind: 'allow' };
export const skip: { readonly kind: 'skip' } = { kind: 'skip' };
export const ready = <S>(state: S): { readonly kind: 'ready'; readonly state: S } => ({ kind: 'ready', state });
export const rejected = (status: Status): { readonly kind: 'rejected'; readonly status: Status } => ({ kind: 'rejected', status });

/** Scales to 0..100 by the highest score; `reverse`: the lowest is best. Source: plugins/helper DefaultNormalizeScore. */
export const defaultNormalize = (scores: readonly number[], reverse: boolean): readonly number[] => {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  if (most === 0) return reverse ? scores.map(() => MAX_NODE_SCORE) : scores;
  return scores.map((score) => {
    const scaled = Math.trunc((score * MAX_NODE_SCORE) / most);
    return reverse ? MAX_NODE_SCORE - scaled : scaled;
  });
};
