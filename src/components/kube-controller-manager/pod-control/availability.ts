/**
 * When a ready pod that is not yet available will be: so that the controller looks again at that very moment.
 * Models: pkg/controller/controller_utils.go FindMinNextPodAvailabilityCheck, nextPodAvailabilityCheck
 */
import { getPodCondition, isPodReady } from '../../../api/pod-helpers.ts';
import { parseTime, SECOND_MS } from '../../../api/time.ts';
import type { Pod } from '../../../api/types.ts';

/** ms until the pod is available; undefined when it is not ready, or is available already. */
const nextAvailabilityCheck = (pod: Pod, minReadySeconds: number, nowMs: number): number | undefined => {
  if (minReadySeconds <= 0 || !isPodReady(pod)) return undefined;
  const since = getPodCondition(pod.status, 'Ready')?.lastTransitionTime;
  const sinceMs = since === undefined ? undefined : parseTime(since);
  if (sinceMs === undefined) return undefined;
  const afterMs = sinceMs + minReadySeconds * SECOND_MS - nowMs;
  return afterMs > 0 ? afterMs : undefined;
};

/**
 * ms until the first of the pods that were not available when the owner's status was computed (`evaluatedAtMs`) becomes so;
 * 0 when that has happened since; undefined when there is none.
 */
export const minNextAvailabilityCheck = (pods: readonly Pod[], minReadySeconds: number, evaluatedAtMs: number, nowMs: number): number | undefined => {
  let first: { readonly pod: Pod; readonly afterMs: number } | undefined;
  for (const pod of pods) {
    const afterMs = nextAvailabilityCheck(pod, minReadySeconds, evaluatedAtMs);
    if (afterMs !== undefined && (first === undefined || afterMs < first.afterMs)) first = { pod, afterMs };
  }
  return first === undefined ? undefined : nextAvailabilityCheck(first.pod, minReadySeconds, nowMs) ?? 0;
};
