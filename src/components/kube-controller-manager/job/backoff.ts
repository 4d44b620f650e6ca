/**
 * How long a Job waits after its pods have failed: 10 s, doubled by each failure since the last success, up to 10 min.
 * Models: pkg/controller/job/backoff_utils.go newBackoffRecord, getRemainingTime, getRemainingTimePerIndex
 */
import type { Pod } from '../../../api/types.ts';
import { finishedAtMs, indexFailures, indexIgnoredFailures } from './job-pods.ts';

const POD_FAILURE_BACKOFF_MS = 10_000;
const MAX_POD_FAILURE_BACKOFF_MS = 600_000;

export interface BackoffRecord {
  readonly failures: number;
  /** Undefined when no pod has failed since the last success. */
  readonly lastFailureMs: number | undefined;
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailureMs: undefined };

/** Only failures after the newest success count. */
export const newBackoffRecord = (before: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord => {
  if (succeeded.length === 0 && failed.length === 0) return before;
  const failures = failed.map(finishedAtMs);
  if (succeeded.length === 0) return { failures: before.failures + failures.length, lastFailureMs: Math.max(...failures) };
  const lastSuccess = Math.max(...succeeded.map(finishedAtMs));
  const since = failures.filter((ms) => ms > lastSuccess);
  return since.length === 0 ? NO_FAILURES : { failures: since.length, lastFailureMs: Math.max(...since) };
};

export const remainingMs = ({ failures, lastFailureMs }: BackoffRecord, nowMs: number): number => {
  if (failures === 0 || lastFailureMs === undefined) return 0;
  const backoffMs = Math.min(POD_FAILURE_BACKOFF_MS * 2 ** (failures - 1), MAX_POD_FAILURE_BACKOFF_MS);
  return Math.max(0, backoffMs - (nowMs - lastFailureMs));
};

/** The wait of one index, from the pod that its next pod replaces. */
export const remainingMsOfIndex = (replaced: Pod | undefined, nowMs: number): number =>
  (replaced === undefined ? 0
    : remainingMs({ failures: indexFailures(replaced) + indexIgnoredFailures(replaced) + 1, lastFailureMs: finishedAtMs(replaced) }, nowMs));
