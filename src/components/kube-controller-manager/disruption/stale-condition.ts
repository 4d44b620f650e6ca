/**
 * A pod that was to be disrupted and never was: its condition is taken back.
 * Models: pkg/controller/disruption/disruption.go syncStalePodDisruption, nonTerminatingPodHasStaleDisruptionCondition
 */
import { getPodCondition, isPodTerminal } from '../../../api/pod-helpers.ts';
import { observedGenerationOf, withPodCondition } from '../../../api/pod-status.ts';
import { MINUTE_MS, parseTime } from '../../../api/time.ts';
import type { Pod } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { DISRUPTION_TARGET } from '../pod-status/mark-pod.ts';

const STALE_MS = 2 * MINUTE_MS;

/** ms until the condition is stale, 0 when it is; undefined when the pod has none that ever will be. */
export const staleAfter = (pod: Pod, nowMs: number): number | undefined => {
  const condition = getPodCondition(pod.status, DISRUPTION_TARGET);
  if (pod.metadata.deletionTimestamp !== undefined || condition?.status !== 'True' || condition.reason === 'TerminationByKubelet' || isPodTerminal(pod)) return undefined;
  return Math.max(0, STALE_MS - (nowMs - (parseTime(condition.lastTransitionTime ?? '') ?? 0)));
};

export const takeBack = (pod: Pod, nowMs: number): ApiRequest | undefined => {
  const status = withPodCondition(pod.status ?? {}, { type: DISRUPTION_TARGET, status: 'False', ...observedGenerationOf(pod) }, nowMs);
  return status === pod.status ? undefined : { verb: 'update', resource: 'pods', subresource: 'status', ...placeOf(pod), body: { ...pod, status } };
};
