/** What the ReplicaSet controller remembers between syncs, and what one sync carries from request to request. */
import type { Pod, ReplicaSet, ReplicaSetStatus } from '../../../api/types.ts';
import type { Plan, SyncRun } from '../../../client/controller.ts';
import type { UidExpectations } from '../../../client/expectations.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import type { ReplicaSetSyncState } from './machine.ts';
import type { ReplicaSetPolicy } from './policy/replicaset-policy.ts';

export const REPLICA_SETS = 'replicasets.apps';
export const PODS = 'pods';
export const REPLICA_SET_KIND = 'ReplicaSet';

export interface ReplicaSetMemory {
  /** By the ReplicaSet's key. */
  readonly expectations: UidExpectations;
}

/** The batch in flight, and what came of those before. */
export interface Creating {
  readonly count: number;
  readonly batchSize: number;
  /** Not yet answered, the batch in flight included. */
  readonly remaining: number;
  readonly successes: number;
}

export interface ReplicaSetSync {
  readonly state: ReplicaSetSyncState;
  readonly key: string;
  /** As the cache had it when the sync began; the fresh one after a conflict. */
  readonly rs: ReplicaSet;
  readonly mayManage: boolean;
  readonly claiming: Claiming<Pod>;
  /** The active pods that the ReplicaSet owns, once claimed. */
  readonly pods: readonly Pod[];
  readonly creating?: Creating;
  readonly deleting?: readonly Pod[];
  readonly manageError?: string;
  readonly status?: ReplicaSetStatus;
  readonly evaluatedAtMs?: number;
  readonly error?: string;
}

export type ReplicaSetPlan = Plan<ReplicaSetMemory, ReplicaSetSync>;

export type Turn = SyncRun<ReplicaSetMemory, ReplicaSetPolicy>;
