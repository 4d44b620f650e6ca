/**
 * Conditions that the API server itself sets on pods.
 * Models: pkg/api/v1/pod/util.go UpdatePodCondition
 */
import { timestamp } from './timestamps.ts';
import type { Pod, PodCondition } from '../../../api/types.ts';

/** The pod with the condition; its transition time moves only with its status. */
export const withPodCondition = (pod: Pod, condition: PodCondition, nowMs: number): Pod => {
  const conditions = pod.status?.conditions ?? [];
  const known = conditions.find((c) => c.type === condition.type);
  const since = known !== undefined && known.status === condition.status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : timestamp(nowMs);
  const generation = pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
  const next: PodCondition = { ...condition, ...generation, lastTransitionTime: since };
  const rest = known === undefined ? [...conditions, next] : conditions.map((c) => (c === known ? next : c));
  return { ...pod, status: { ...pod.status, conditions: rest } };
};
