/**
 * Which taints a pod tolerates.
 * Models: staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go TolerationsTolerateTaint, FindMatchingUntoleratedTaint
 */
import type { PodSpec, Taint, Toleration } from '../../../api/types.ts';

export const tolerates = (toleration: Toleration, taint: Taint): boolean => {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
};

export const toleratesAny = (tolerations: PodSpec['tolerations'], taint: Taint): boolean =>
  tolerations !== undefined && tolerations.some((toleration) => tolerates(toleration, taint));

const forbids = (taint: Taint): boolean => taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';

/** The first taint that keeps new pods away and is not tolerated. */
export const untoleratedTaint = (taints: readonly Taint[], tolerations: PodSpec['tolerations']): Taint | undefined => {
  for (const taint of taints) if (forbids(taint) && !toleratesAny(tolerations, taint)) return taint;
  return undefined;
};
