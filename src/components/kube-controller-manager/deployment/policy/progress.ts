/**
 * Is the rollout getting on? The Progressing and ReplicaFailure conditions, and when to look again.
 * Models: pkg/controller/deployment/progress.go syncRolloutStatus, getReplicaFailures, requeueStuckDeployment; util/deployment_util.go
 *   DeploymentProgressing, DeploymentTimedOut
 */
import { findCondition, withoutCondition } from '../../../../api/conditions.ts';
import { parseTime, SECOND_MS } from '../../../../api/time.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../../api/types.ts';
import { fromReplicaSet, hasProgressDeadline, newCondition, PROGRESSING, REASONS, REPLICA_FAILURE, setCondition, tellCondition } from './conditions.ts';
import { count, isComplete } from './status.ts';

type Conditions = readonly DeploymentCondition[];

/** More new, ready or available pods than before, or fewer old ones. */
const isProgressing = (before: DeploymentStatus | undefined, after: DeploymentStatus): boolean => {
  const old = (status: DeploymentStatus | undefined): number => count(status, 'replicas') - count(status, 'updatedReplicas');
  return count(after, 'updatedReplicas') > count(before, 'updatedReplicas')
    || old(after) < old(before)
    || count(after, 'readyReplicas') > count(before, 'readyReplicas')
    || count(after, 'availableReplicas') > count(before, 'availableReplicas');
};

const deadlineMs = (d: Deployment, condition: DeploymentCondition): number =>
  (parseTime(condition.lastUpdateTime ?? '') ?? 0) + (d.spec.progressDeadlineSeconds ?? 0) * SECOND_MS;

const hasTimedOut = (d: Deployment, condition: DeploymentCondition | undefined, nowMs: number): boolean => {
  if (condition === undefined || condition.reason === REASONS.available) return false;
  return condition.reason === REASONS.timedOut || deadlineMs(d, condition) < nowMs;
};

const subject = (d: Deployment, newSet: ReplicaSet | undefined): string =>
  (newSet === undefined ? `Deployment "${d.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`);

/** Why replaced rather than set: the same reason is told again, with a new update time, whenever there is progress. */
const noteProgress = (conditions: Conditions, current: DeploymentCondition | undefined, condition: DeploymentCondition): Conditions => {
  if (current === undefined) return setCondition(conditions, condition);
  const transition = current.status === 'True' ? current.lastTransitionTime : undefined;
  return [...withoutCondition(conditions, PROGRESSING), transition === undefined ? condition : { ...condition, lastTransitionTime: transition }];
};

const progressConditions = (d: Deployment, status: DeploymentStatus, newSet: ReplicaSet | undefined, nowMs: number): Conditions => {
  const conditions = status.conditions ?? [];
  if (!hasProgressDeadline(d)) return withoutCondition(conditions, PROGRESSING);
  const current = findCondition(d.status?.conditions, PROGRESSING);
  const wasComplete = count(status, 'replicas') === count(status, 'updatedReplicas') && current?.reason === REASONS.available;
  if (wasComplete) return conditions;
  const of = subject(d, newSet);
  if (isComplete(d, status)) return tellCondition(conditions, PROGRESSING, 'True', REASONS.available, `${of} has successfully progressed.`, nowMs);
  if (isProgressing(d.status, status)) {
    return noteProgress(conditions, current, newCondition(PROGRESSING, 'True', REASONS.replicaSetUpdated, `${of} is progressing.`, nowMs));
  }
  if (!hasTimedOut(d, findCondition(status.conditions, PROGRESSING), nowMs)) return conditions;
  return tellCondition(conditions, PROGRESSING, 'False', REASONS.timedOut, `${of} has timed out progressing.`, nowMs);
};

/** The failure of the new ReplicaSet before those of the others. */
const replicaFailure = (all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): DeploymentCondition | undefined => {
  for (const rs of newSet === undefined ? all : [newSet, ...all]) {
    const failure = findCondition(rs.status?.conditions, REPLICA_FAILURE);
    if (failure !== undefined) return fromReplicaSet(failure);
  }
  return undefined;
};

/** `status` is what `calculateStatus` made of the same ReplicaSets. */
export const rolloutStatus = (d: Deployment, status: DeploymentStatus, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, nowMs: number): DeploymentStatus => {
  const told = progressConditions(d, status, newSet, nowMs);
  const failure = replicaFailure(all, newSet);
  const conditions = failure === undefined ? withoutCondition(told, REPLICA_FAILURE) : setCondition(told, failure);
  return conditions === status.conditions ? status : { ...status, conditions };
};

/** When to look again at a rollout that does not move. `now`: at once, rate limited. */
export type ProgressCheck = { readonly kind: 'none' } | { readonly kind: 'now' } | { readonly kind: 'after'; readonly afterMs: number };

/** Why a second more: the timer must not fire a moment before the deadline. */
export const nextProgressCheck = (d: Deployment, status: DeploymentStatus, nowMs: number): ProgressCheck => {
  const current = findCondition(d.status?.conditions, PROGRESSING);
  if (!hasProgressDeadline(d) || current === undefined) return { kind: 'none' };
  if (isComplete(d, status) || current.reason === REASONS.timedOut) return { kind: 'none' };
  const afterMs = deadlineMs(d, current) - nowMs;
  return afterMs < SECOND_MS ? { kind: 'now' } : { kind: 'after', afterMs: afterMs + SECOND_MS };
};
