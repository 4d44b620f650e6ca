/**
 * Which taints a pod tolerates.
 * Models: staging/src/k8s.io/api/core/v1/toleration.go `ToleratesTaint`;
 *   staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go `TolerationsTolerateTaint`, `FindMatchingUntoleratedTaint`
 */
import type { Taint, Toleration } from './types.ts';

type Tolerations = readonly Toleration[] | undefined;

const tolerates = (toleration: Toleration, taint: Taint): boolean => {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal': return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists': return true;
    default: return false;
  }
};

/** The first toleration of the taint. */
export const tolerationOf = (tolerations: Tolerations, taint: Taint): Toleration | undefined => tolerations?.find((toleration) => tolerates(toleration, taint));

/** Whether the taint keeps new pods away. */
const forbids = ({ effect }: Taint): boolean => effect === 'NoSchedule' || effect === 'NoExecute';
/** Whether the taint drives running pods out. */
export const evicts = ({ effect }: Taint): boolean => effect === 'NoExecute';

/** The first of the taints that `matters` and is not tolerated; those that keep new pods away, unless told. */
export const untoleratedTaint = (taints: readonly Taint[], tolerations: Tolerations, matters: (taint: Taint) => boolean = forbids): Taint | undefined => {
  for (const taint of taints) if (matters(taint) && tolerationOf(tolerations, taint) === undefined) return taint;
  return undefined;
};
