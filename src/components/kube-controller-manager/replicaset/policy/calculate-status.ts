/**
 * The status of a ReplicaSet, from the active pods that it owns.
 * Models: pkg/controller/replicaset/replica_set_utils.go calculateStatus, updateReplicaSetStatus (the comparison)
 * Not modelled: status.terminatingReplicas (feature gate DeploymentReplicaSetTerminatingReplicas, alpha and off in v1.34).
 */
import type { Mutable } from '../../../../base/mutable.ts';
import { findCondition, withoutCondition } from '../../../../api/conditions.ts';
import { matchesSelector } from '../../../../api/label-selector.ts';
import { isPodAvailable, isPodReady } from '../../../../api/pod-helpers.ts';
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../../../api/types.ts';
import { semanticEqual } from '../../../../api/validation/deep-equal.ts';
import { selectorOfSet } from '../../../../api/selector-cache.ts';
import { newCondition, setCondition } from './conditions.ts';

const REPLICA_FAILURE = 'ReplicaFailure';
const NO_CONDITIONS: readonly ReplicaSetCondition[] = [];

const failureReason = (rs: ReplicaSet, pods: readonly Pod[]): string => {
  const diff = pods.length - (rs.spec.replicas ?? 1);
  if (diff === 0) return '';
  return diff < 0 ? 'FailedCreate' : 'FailedDelete';
};

const conditionsOf = (rs: ReplicaSet, pods: readonly Pod[], manageError: string | undefined, nowMs: number): readonly ReplicaSetCondition[] => {
  const conditions = rs.status?.conditions ?? NO_CONDITIONS;
  const failing = findCondition(conditions, REPLICA_FAILURE) !== undefined;
  if (manageError !== undefined && !failing) return setCondition(conditions, newCondition(REPLICA_FAILURE, failureReason(rs, pods), manageError, nowMs));
  return manageError === undefined && failing ? withoutCondition(conditions, REPLICA_FAILURE) : conditions;
};

interface Counts {
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

const countPods = (rs: ReplicaSet, pods: readonly Pod[], nowMs: number): Counts => {
  const template = selectorOfSet(rs.spec.template?.metadata?.labels);
  const minReadySeconds = rs.spec.minReadySeconds ?? 0;
  let fullyLabeledReplicas = 0;
  let readyReplicas = 0;
  let availableReplicas = 0;
  for (const pod of pods) {
    if (matchesSelector(template, pod.metadata.labels)) fullyLabeledReplicas += 1;
    if (!isPodReady(pod)) continue;
    readyReplicas += 1;
    if (isPodAvailable(pod, minReadySeconds, nowMs)) availableReplicas += 1;
  }
  return { fullyLabeledReplicas, readyReplicas, availableReplicas };
};

const isCurrent = (rs: ReplicaSet, status: ReplicaSetStatus, replicas: number, counts: Counts): boolean =>
  status.replicas === replicas
  && (status.fullyLabeledReplicas ?? 0) === counts.fullyLabeledReplicas
  && (status.readyReplicas ?? 0) === counts.readyReplicas
  && (status.availableReplicas ?? 0) === counts.availableReplicas
  && (status.observedGeneration ?? 0) === (rs.metadata.generation ?? 0);

/**
 * As it goes over the wire: zeros left out, but for `replicas`. Its observedGeneration is the generation acted on. The very status that the
 * ReplicaSet has when nothing changed.
 */
export const calculateStatus = (rs: ReplicaSet, pods: readonly Pod[], manageError: string | undefined, nowMs: number): ReplicaSetStatus => {
  const counts = countPods(rs, pods, nowMs);
  const conditions = conditionsOf(rs, pods, manageError, nowMs);
  if (rs.status !== undefined && isCurrent(rs, rs.status, pods.length, counts) && conditions === (rs.status.conditions ?? NO_CONDITIONS)) return rs.status;
  const status: Mutable<ReplicaSetStatus> = { replicas: pods.length };
  const generation = rs.metadata.generation ?? 0;
  if (counts.fullyLabeledReplicas !== 0) status.fullyLabeledReplicas = counts.fullyLabeledReplicas;
  if (counts.readyReplicas !== 0) status.readyReplicas = counts.readyReplicas;
  if (counts.availableReplicas !== 0) status.availableReplicas = counts.availableReplicas;
  if (generation !== 0) status.observedGeneration = generation;
  if (conditions.length > 0) status.conditions = conditions;
  return status;
};

/** Nothing to write: the steady state. */
export const isSameStatus = (rs: ReplicaSet, status: ReplicaSetStatus): boolean => rs.status === status || (rs.status !== undefined
  && isCurrent(rs, rs.status, status.replicas, {
    fullyLabeledReplicas: status.fullyLabeledReplicas ?? 0, readyReplicas: status.readyReplicas ?? 0, availableReplicas: status.availableReplicas ?? 0,
  })
  && semanticEqual(rs.status.conditions ?? [], status.conditions ?? []));
