/**
 * The decisions of the ReplicaSet controller, gathered so that a variant can replace one of them.
 * Models: pkg/controller/replicaset/replica_set.go BurstReplicas and the decisions named below
 */
import type { Pod, ReplicaSet, ReplicaSetStatus } from '../../../../api/types.ts';
import type { UidExpectations } from '../../../../client/expectations.ts';
import { uidSatisfied } from '../../../../client/expectations.ts';
import { firstBatch, nextBatch } from '../../pod-control/slow-start.ts';
import { calculateStatus } from './calculate-status.ts';
import { podsToDelete } from './pods-to-delete.ts';

export interface ReplicaSetPolicy {
  readonly name: string;
  /** The most pods that one sync creates or deletes. */
  readonly burstReplicas: number;
  /** May this sync create and delete pods? Upstream: once its own earlier creates and deletes have been observed, or have expired. */
  readonly mayManage: (expectations: UidExpectations, key: string, nowMs: number) => boolean;
  readonly firstBatch: (count: number) => number;
  readonly nextBatch: (batchSize: number, remaining: number) => number;
  readonly podsToDelete: (pods: readonly Pod[], related: () => readonly Pod[], count: number, nowMs: number) => readonly Pod[];
  readonly calculateStatus: (rs: ReplicaSet, pods: readonly Pod[], manageError: string | undefined, nowMs: number) => ReplicaSetStatus;
}

const BURST_REPLICAS = 500;

export const upstreamReplicaSetPolicy: ReplicaSetPolicy = {
  name: 'upstream',
  burstReplicas: BURST_REPLICAS,
  mayManage: uidSatisfied,
  firstBatch, nextBatch, podsToDelete, calculateStatus,
};
