/**
 * The conditions of a ReplicaSet's status.
 * Models: pkg/controller/replicaset/replica_set_utils.go SetCondition, NewReplicaSetCondition
 */
import { findCondition, withoutCondition } from '../../../../api/conditions.ts';
import { formatTime } from '../../../../api/time.ts';
import type { ReplicaSetCondition } from '../../../../api/types.ts';

type Conditions = readonly ReplicaSetCondition[];

export const newCondition = (type: string, reason: string, message: string, nowMs: number): ReplicaSetCondition =>
  ({ type, status: 'True', lastTransitionTime: formatTime(nowMs), ...(reason === '' ? {} : { reason }), ...(message === '' ? {} : { message }) });

/** A condition of the same status and reason is left as it is, message and all. */
export const setCondition = (conditions: Conditions, condition: ReplicaSetCondition): Conditions => {
  const current = findCondition(conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  return [...withoutCondition(conditions, condition.type), condition];
};
