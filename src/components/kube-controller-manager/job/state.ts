/**
 * What the Job controller remembers, where a sync stands between two requests, and what a variant may replace.
 * Models: pkg/controller/job/job_controller.go Controller, syncJobCtx; tracking_utils.go uidTrackingExpectations
 */
import type { Job, Pod } from '../../../api/types.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { Plan, SyncRun } from '../../../client/controller.ts';
import type { Expectations } from '../../../client/expectations.ts';
import { noExpectations } from '../../../client/expectations.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import type { BackoffRecord } from './backoff.ts';
import type { Intervals } from './intervals.ts';

export const MAIN_QUEUE = 'job';
export const ORPHAN_QUEUE = 'job_orphan_pod';
/** Pod events and status changes wait so long, to be taken together. Source: `SyncJobBatchPeriod`. */
export const BATCH_PERIOD_MS = 1000;

export interface JobMemory {
  readonly expectations: Expectations;
  /** By Job key, the UIDs of pods whose finalizer we have removed and still see in the cache. */
  readonly removals: PersistentMap<readonly string[]>;
  readonly backoff: PersistentMap<BackoffRecord>;
  /** By Job key, the resourceVersion of our last status write while the cache has not shown it. */
  readonly unseen: PersistentMap<string>;
}

export const initialMemory: JobMemory = { expectations: noExpectations(), removals: emptyMap(), backoff: emptyMap(), unseen: emptyMap() };

/** The decisions that a variant of the controller may replace. */
export interface JobPolicy {
  /** Whether a pod that still bears the finalizer has been dealt with: those whose removal we wait to see have (job-double-count). */
  readonly isProcessed: (pod: Pod, removals: readonly string[]) => boolean;
  /** Whether pods may be created and deleted; `isStale`: the cache does not show our own last status write (job-extra-pod). */
  readonly mayManage: (job: Job, isStale: boolean) => boolean;
}

export const upstreamPolicy: JobPolicy = {
  isProcessed: (pod, removals) => removals.includes(pod.metadata.uid ?? ''),
  mayManage: () => true,
};

export interface Verdict {
  readonly outcome: 'succeed' | 'fail';
  readonly reason: string;
  readonly message: string;
}

/** All that one sync knows. Plain data: it waits in a stage. `job` is the working copy. */
export interface JobSync {
  readonly key: string;
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly activeCount: number;
  readonly ready: number;
  readonly terminating: number;
  readonly uncountedSucceeded: readonly string[];
  readonly uncountedFailed: readonly string[];
  readonly removals: readonly string[];
  readonly succeeded: number;
  readonly failed: number;
  readonly backoff: BackoffRecord;
  readonly isSatisfied: boolean;
  readonly previouslySucceeded: Intervals;
  readonly succeededIndexes: Intervals;
  /** Undefined unless the Job has a backoffLimitPerIndex. */
  readonly failedIndexes: Intervals | undefined;
  /** Failed pods kept until their successors have inherited their failure counts; one an index. */
  readonly delayed: readonly Pod[];
  readonly verdict: Verdict | undefined;
  readonly needsUpdate: boolean;
  /** The first error of creating and deleting pods: reported when the status is written. */
  readonly error: string | undefined;
}

export interface NewPods {
  readonly count: number;
  /** One a pod in an Indexed Job, else none. */
  readonly indexes: readonly number[];
}

export interface Tracking {
  readonly remove: readonly Pod[];
  /** UIDs of the pods that bear the finalizer and are not on their way to lose it. */
  readonly bearing: readonly string[];
  readonly isCapped: boolean;
}

export type JobStage =
  | { readonly kind: 'claim-pods'; readonly job: Job; readonly key: string; readonly claiming: Claiming<Pod>; readonly isSatisfied: boolean }
  | { readonly kind: 'delete-active'; readonly sync: JobSync }
  | { readonly kind: 'strip-surplus'; readonly sync: JobSync; readonly pods: readonly Pod[]; readonly stripped: readonly Pod[] }
  | { readonly kind: 'delete-surplus'; readonly sync: JobSync; readonly pods: readonly Pod[] }
  | { readonly kind: 'create-pods'; readonly sync: JobSync; readonly rest: NewPods; readonly batchSize: number }
  | { readonly kind: 'flush-uncounted'; readonly sync: JobSync; readonly tracking: Tracking }
  | { readonly kind: 'remove-finalizers'; readonly sync: JobSync; readonly tracking: Tracking }
  | { readonly kind: 'flush-partial'; readonly sync: JobSync; readonly error: string }
  | { readonly kind: 'flush-final'; readonly sync: JobSync; readonly ending: 'complete' | 'failed' | undefined }
  | { readonly kind: 'strip-orphan' };

export type JobPlan = Plan<JobMemory, JobStage>;

export type Run = SyncRun<JobMemory, JobPolicy>;

export const withMemory = (run: Run, change: Partial<JobMemory>): Run => ({ ...run, memory: { ...run.memory, ...change } });

const omit = (map: JobMemory['removals'], key: string, gone: readonly string[]): JobMemory['removals'] => {
  const left = (map.get(key) ?? []).filter((uid) => !gone.includes(uid));
  if (!map.has(key)) return map;
  return left.length === 0 ? map.delete(key) : map.set(key, left);
};

export const expectRemovals = (memory: JobMemory, key: string, uids: readonly string[]): JobMemory => {
  const before = memory.removals.get(key) ?? [];
  const added = uids.filter((uid) => !before.includes(uid));
  return added.length === 0 ? memory : { ...memory, removals: memory.removals.set(key, [...before, ...added]) };
};
export const removalObserved = (memory: JobMemory, key: string, uid: string): JobMemory => {
  const removals = omit(memory.removals, key, [uid]);
  return removals === memory.removals ? memory : { ...memory, removals };
};
