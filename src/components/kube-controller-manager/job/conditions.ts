/**
 * A Job's conditions, and where its life stands according to them.
 * Models: pkg/controller/job/job_controller.go newCondition, findConditionByType, ensureJobConditionStatus; pkg/controller/job/util/utils.go
 */
import { findCondition, withCondition } from '../../../api/conditions.ts';
import { formatTime } from '../../../api/time.ts';
import type { Job, JobCondition } from '../../../api/types.ts';
import type { JobLife } from './machine.ts';

export type ConditionType = 'SuccessCriteriaMet' | 'FailureTarget' | 'Complete' | 'Failed' | 'Suspended';

export interface NewCondition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const conditionOf = (job: Job, type: ConditionType): JobCondition | undefined => findCondition(job.status?.conditions, type);

export const trueCondition = (job: Job, type: ConditionType): JobCondition | undefined => {
  const found = conditionOf(job, type);
  return found?.status === 'True' ? found : undefined;
};

export const isJobFinished = (job: Job): boolean => trueCondition(job, 'Complete') !== undefined || trueCondition(job, 'Failed') !== undefined;

/** The state of the Job's statechart that its conditions stand for. */
export const lifeOf = (job: Job): JobLife => {
  if (trueCondition(job, 'Complete') !== undefined) return 'complete';
  if (trueCondition(job, 'Failed') !== undefined) return 'failed';
  if (trueCondition(job, 'SuccessCriteriaMet') !== undefined) return 'succeeding';
  return trueCondition(job, 'FailureTarget') === undefined ? 'active' : 'failing';
};

const stamped = ({ type, status, reason, message }: NewCondition, nowMs: number): JobCondition => ({
  type, status, lastProbeTime: formatTime(nowMs), lastTransitionTime: formatTime(nowMs),
  ...(reason === '' ? {} : { reason }), ...(message === '' ? {} : { message }),
});

/** The Job with the condition; the same Job when nothing changes. From nothing to `False` is no change. */
export const withJobCondition = (job: Job, wanted: NewCondition, nowMs: number): Job => {
  const before = conditionOf(job, wanted.type);
  if (before === undefined && wanted.status === 'False') return job;
  if (before?.status === wanted.status && (before.reason ?? '') === wanted.reason && (before.message ?? '') === wanted.message) return job;
  return { ...job, status: { ...job.status, conditions: withCondition(job.status?.conditions, stamped(wanted, nowMs)) } };
};
