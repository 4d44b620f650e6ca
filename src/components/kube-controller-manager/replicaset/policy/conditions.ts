/**
 * The conditions of a ReplicaSet's status.
 * Models: pkg/controller/replicaset/replica_set_utils.go GetCondition, SetCondition, RemoveCondition, NewReplicaSetCondition
 */
import { formatTime } from '../../../../api/time.ts';
import type { ReplicaSetCondition, ReplicaSetStatus } from '../../../../api/types.ts';

type Conditions = readonly ReplicaSetCondition[];

export const getCondition = (status: ReplicaSetStatus | undefined, type: string): ReplicaSetCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

export const newCondition = (type: string, reason: string, message: string, nowMs: number): ReplicaSetCondition =>
  ({ type, status: 'True', lastTransitionTime: formatTime(nowMs), ...(reason === '' ? {} : { reason }), ...(message === '' ? {} : { message }) });

/** A condition of the same status and reason is left as it is, message and all. */
export const setCondition = (conditions: Conditions, condition: ReplicaSetCondition): Conditions => {
  const current = conditions.find((one) => one.type === condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  return [...removeCondition(conditions, condition.type), condition];
};

export const removeCondition = (conditions: Conditions, type: string): Conditions =>
  (conditions.some((one) => one.type === type) ? conditions.filter((one) => one.type !== type) : conditions);
