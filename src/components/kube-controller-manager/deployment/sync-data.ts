/** What one sync of a Deployment carries from request to request, and the moves that its actions make. */
import type { Deployment, ReplicaSet } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { Answer, Op, Plan, SyncRun } from '../../../client/controller.ts';
import { errorOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import { isNamespaceTerminating } from '../pod-control/errors.ts';
import type { DeploymentEventType, DeploymentSyncState } from './machine.ts';
import type { DeploymentPolicy } from './policy/deployment-policy.ts';
import type { Split } from './policy/replica-sets.ts';
import type { Resize } from './policy/rolling.ts';

export const DEPLOYMENTS = 'deployments.apps';
export const REPLICA_SETS = 'replicasets.apps';
export const PODS = 'pods';
export const DEPLOYMENT_KIND = 'Deployment';
export const REPLICA_SET_KIND = 'ReplicaSet';

/** The Deployment controller remembers nothing between syncs. */
export type DeploymentMemory = Readonly<Record<string, never>>;

export interface DeploymentSync {
  readonly state: DeploymentSyncState;
  readonly key: string;
  /**
   * The sync's own copy: the cache's, with the status and annotations that it has written since. Its resourceVersion stays the cache's, as
   * upstream's does, so a second write of the status in one sync conflicts and the key is tried again.
   */
  readonly d: Deployment;
  readonly claiming: Claiming<ReplicaSet>;
  /** The ReplicaSets it owns, as the cache had them. */
  readonly sets: readonly ReplicaSet[];
  /** The Deployment with a note in its status (paused, resumed, created), still to be written. */
  readonly note?: Deployment;
  readonly scaling: boolean;
  /** New and old among `sets`, once told apart. */
  readonly split: Split | undefined;
  /** The new ReplicaSet as this sync last wrote it. */
  readonly newSet: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  /** The old ones that had pods, as they are after this sync's writes. */
  readonly activeOld: readonly ReplicaSet[];
  /** Still to be done; `undefined`: here upstream gives up. */
  readonly resizes: readonly (Resize | undefined)[];
  readonly changed: boolean;
  readonly deletes: readonly ReplicaSet[];
  readonly error?: string;
  /** The namespace is going away: failing is the end of it, not a reason to try again. */
  readonly hopeless?: boolean;
}

export type DeploymentPlan = Plan<DeploymentMemory, DeploymentSync>;

export type Turn = SyncRun<DeploymentMemory, DeploymentPolicy>;

/** What an action comes to: requests to wait for, an event for the statechart at once, or the end. */
export type Move =
  | { readonly kind: 'ask'; readonly sync: DeploymentSync; readonly turn: Turn; readonly requests: readonly ApiRequest[] }
  | { readonly kind: 'event'; readonly sync: DeploymentSync; readonly turn: Turn; readonly type: DeploymentEventType }
  | { readonly kind: 'end'; readonly plan: DeploymentPlan };

export const ask = (sync: DeploymentSync, turn: Turn, request: ApiRequest): Move => ({ kind: 'ask', sync, turn, requests: [request] });
export const event = (sync: DeploymentSync, turn: Turn, type: DeploymentEventType): Move => ({ kind: 'event', sync, turn, type });

export const normalEvent = (d: Deployment, reason: string, message: string): Op => ({ op: 'event', regarding: d, type: 'Normal', reason, message });
export const warningEvent = (d: Deployment, reason: string, message: string): Op => ({ op: 'event', regarding: d, type: 'Warning', reason, message });

/** Notes why a request failed. */
export const withError = (sync: DeploymentSync, answer: Answer): DeploymentSync =>
  ({ ...sync, error: errorOf(answer) ?? '', ...(isNamespaceTerminating(answer) ? { hopeless: true } : {}) });

export const updateStatus = (d: Deployment): ApiRequest => ({ verb: 'update', resource: DEPLOYMENTS, subresource: 'status', ...placeOf(d), body: d });
export const updateReplicaSet = (rs: ReplicaSet): ApiRequest => ({ verb: 'update', resource: REPLICA_SETS, ...placeOf(rs), body: rs });
