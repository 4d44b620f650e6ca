/**
 * The next step of a rolling update: grow the new ReplicaSet, shrink the old ones, within maxSurge and maxUnavailable.
 * Models: pkg/controller/deployment/rolling.go reconcileNewReplicaSet, reconcileOldReplicaSets, cleanupUnhealthyReplicas,
 *   scaleDownOldReplicaSetsForRollingUpdate
 */
import type { Deployment, ReplicaSet } from '../../../../api/types.ts';
import { maxUnavailable, newReplicas } from './fenceposts.ts';
import { allOf, availableOf, availableReplicas, compareOlder, sizeOf, specReplicas } from './replica-sets.ts';

/** A ReplicaSet to be given another size. */
export interface Resize {
  readonly rs: ReplicaSet;
  readonly to: number;
}

/** The new ReplicaSet's next size; its present one when nothing is to be done. */
export const growNew = (d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number => {
  if (sizeOf(newSet) === sizeOf(d)) return sizeOf(d);
  return sizeOf(newSet) > sizeOf(d) ? sizeOf(d) : newReplicas(d, all, newSet);
};

/**
 * How many old pods may go in all. What the new ReplicaSet has not made available counts as missing already, so that pods which never
 * become available do not drag the old ones down with them.
 */
export const maxScaledDown = (d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number => {
  const minAvailable = sizeOf(d) - maxUnavailable(d);
  return specReplicas(all) - minAvailable - (sizeOf(newSet) - availableOf(newSet));
};

/**
 * First the old pods that are not available anyway, oldest ReplicaSet first. `undefined` in the list: a ReplicaSet shows more available
 * pods than it wants (its status lags), at which upstream gives up.
 */
export const trimUnhealthy = (old: readonly ReplicaSet[], maxCleanup: number): readonly (Resize | undefined)[] => {
  const resizes: (Resize | undefined)[] = [];
  let total = 0;
  for (const rs of [...old].sort(compareOlder)) {
    if (total >= maxCleanup) break;
    const unhealthy = sizeOf(rs) - availableOf(rs);
    if (sizeOf(rs) === 0 || unhealthy === 0) continue;
    const count = Math.min(maxCleanup - total, unhealthy);
    if (count < 0) return [...resizes, undefined];
    resizes.push({ rs, to: sizeOf(rs) - count });
    total += count;
  }
  return resizes;
};

/** Then as many available ones as the minimum allows, oldest ReplicaSet first. */
export const shrinkOld = (d: Deployment, old: readonly ReplicaSet[], newSet: ReplicaSet): readonly Resize[] => {
  const spare = availableReplicas(allOf(old, newSet)) - (sizeOf(d) - maxUnavailable(d));
  const resizes: Resize[] = [];
  let total = 0;
  for (const rs of [...old].sort(compareOlder)) {
    if (total >= spare) break;
    if (sizeOf(rs) === 0) continue;
    const count = Math.min(sizeOf(rs), spare - total);
    resizes.push({ rs, to: sizeOf(rs) - count });
    total += count;
  }
  return resizes;
};
