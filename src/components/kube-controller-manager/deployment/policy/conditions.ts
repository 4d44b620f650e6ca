/**
 * The conditions of a Deployment's status, and the reasons they give.
 * Models: pkg/controller/deployment/util/deployment_util.go NewDeploymentCondition, SetDeploymentCondition,
 *   ReplicaSetToDeploymentCondition, HasProgressDeadline
 */
import { findCondition, withoutCondition } from '../../../../api/conditions.ts';
import { formatTime } from '../../../../api/time.ts';
import type { Deployment, DeploymentCondition, ReplicaSetCondition } from '../../../../api/types.ts';

export const AVAILABLE = 'Available';
export const PROGRESSING = 'Progressing';
export const REPLICA_FAILURE = 'ReplicaFailure';

export const REASONS = {
  replicaSetUpdated: 'ReplicaSetUpdated',
  createFailed: 'ReplicaSetCreateError',
  created: 'NewReplicaSetCreated',
  found: 'FoundNewReplicaSet',
  available: 'NewReplicaSetAvailable',
  timedOut: 'ProgressDeadlineExceeded',
  paused: 'DeploymentPaused',
  resumed: 'DeploymentResumed',
  minimumAvailable: 'MinimumReplicasAvailable',
  minimumUnavailable: 'MinimumReplicasUnavailable',
} as const;

type Conditions = readonly DeploymentCondition[];

export const newCondition = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string, nowMs: number): DeploymentCondition => {
  const now = formatTime(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
};

/** Left alone when status and reason are the same; the transition time is kept when the status is. */
export const setCondition = (conditions: Conditions, condition: DeploymentCondition): Conditions => {
  const current = findCondition(conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  const kept = current?.status === condition.status && current.lastTransitionTime !== undefined;
  return [...withoutCondition(conditions, condition.type), kept ? { ...condition, lastTransitionTime: current.lastTransitionTime as string } : condition];
};

/** As `setCondition` of a new condition, which is not even made when status and reason are those that stand. */
export const tellCondition = (
  conditions: Conditions, type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string, nowMs: number,
): Conditions => {
  const current = findCondition(conditions, type);
  return current?.status === status && current.reason === reason ? conditions : setCondition(conditions, newCondition(type, status, reason, message, nowMs));
};

export const withCondition = (d: Deployment, condition: DeploymentCondition): Deployment =>
  ({ ...d, status: { ...d.status, conditions: setCondition(d.status?.conditions ?? [], condition) } });

/** A ReplicaSet's condition, told of its Deployment. */
export const fromReplicaSet = (condition: ReplicaSetCondition): DeploymentCondition => ({
  type: condition.type, status: condition.status,
  ...(condition.lastTransitionTime === undefined ? {} : { lastTransitionTime: condition.lastTransitionTime, lastUpdateTime: condition.lastTransitionTime }),
  ...(condition.reason === undefined ? {} : { reason: condition.reason }),
  ...(condition.message === undefined ? {} : { message: condition.message }),
});

/** The largest int32 stands for "none". */
const NO_LIMIT = 2 ** 31 - 1;
export const hasProgressDeadline = (d: Deployment): boolean => d.spec.progressDeadlineSeconds !== undefined && d.spec.progressDeadlineSeconds !== NO_LIMIT;
export const hasRevisionHistoryLimit = (d: Deployment): boolean => d.spec.revisionHistoryLimit !== undefined && d.spec.revisionHistoryLimit !== NO_LIMIT;

/**
 * The Deployment with a note that it was paused or resumed, so that the time it stood still is not held against it; undefined when
 * there is nothing to note. Models: sync.go checkPausedConditions
 */
export const notePause = (d: Deployment, nowMs: number): Deployment | undefined => {
  if (!hasProgressDeadline(d)) return undefined;
  const reason = findCondition(d.status?.conditions, PROGRESSING)?.reason;
  if (reason === REASONS.timedOut) return undefined;
  const noted = reason === REASONS.paused;
  const paused = d.spec.paused === true;
  if (paused === noted) return undefined;
  return withCondition(d, paused
    ? newCondition(PROGRESSING, 'Unknown', REASONS.paused, 'Deployment is paused', nowMs)
    : newCondition(PROGRESSING, 'Unknown', REASONS.resumed, 'Deployment is resumed', nowMs));
};
