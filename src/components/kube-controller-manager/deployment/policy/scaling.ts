/**
 * What a change of the Deployment's size means for its ReplicaSets: the one that is active takes it, several share it in proportion.
 * Models: pkg/controller/deployment/sync.go scale, isScalingEvent; util/deployment_util.go FindActiveOrLatest, IsSaturated, GetReplicaSetProportion,
 *   getReplicaSetFraction
 */
import type { Deployment, ReplicaSet } from '../../../../api/types.ts';
import { desiredReplicasOf, maxReplicasOf, needsReplicasAnnotations } from './annotations.ts';
import { isRollingUpdate, maxSurge } from './fenceposts.ts';
import { activeReplicaSets, allOf, availableOf, compareLargerThenNewer, compareLargerThenOlder, compareOlder, sizeOf, specReplicas } from './replica-sets.ts';
import type { Resize } from './rolling.ts';

/** Some active ReplicaSet was last sized for another size of the Deployment. */
export const isScalingEvent = (d: Deployment, all: readonly ReplicaSet[]): boolean => activeReplicaSets(all).some((rs) => {
  const desired = desiredReplicasOf(rs);
  return desired !== undefined && desired !== sizeOf(d);
});

/** The only active one; if none is, the new one, or the newest. Undefined when several are active, or there is none at all. */
const activeOrLatest = (newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined => {
  const active = activeReplicaSets(allOf(old, newSet));
  if (active.length > 0) return active.length === 1 ? active[0] : undefined;
  return newSet ?? [...old].sort((a, b) => compareOlder(b, a))[0];
};

/** As large as wanted, known to be so, and all available. */
const isSaturated = (d: Deployment, rs: ReplicaSet | undefined): boolean =>
  rs !== undefined && sizeOf(rs) === sizeOf(d) && desiredReplicasOf(rs) === sizeOf(d) && availableOf(rs) === sizeOf(d);

/** Half away from zero. */
const round = (value: number): number => (value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5));

const fractionOf = (rs: ReplicaSet, d: Deployment): number => {
  if (sizeOf(d) === 0) return -sizeOf(rs);
  // Why the annotation: it tells the size of the whole before the scaling, of which this ReplicaSet had its part.
  const before = maxReplicasOf(rs) || (d.status?.replicas ?? 0);
  return before === 0 ? 0 : round((sizeOf(rs) * (sizeOf(d) + maxSurge(d))) / before) - sizeOf(rs);
};

/** What of `toAdd` falls to this ReplicaSet, `added` being given out already. */
export const proportionOf = (rs: ReplicaSet, d: Deployment, toAdd: number, added: number): number => {
  if (sizeOf(rs) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(rs, d);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
};

/** The larger have their part first; what rounding leaves over goes to the largest. */
const proportionally = (d: Deployment, active: readonly ReplicaSet[]): readonly Resize[] => {
  const toAdd = (sizeOf(d) > 0 ? sizeOf(d) + maxSurge(d) : 0) - specReplicas(active);
  const sorted = toAdd === 0 ? active : [...active].sort(toAdd > 0 ? compareLargerThenNewer : compareLargerThenOlder);
  let added = 0;
  const sizes = sorted.map((rs): Resize => {
    const proportion = proportionOf(rs, d, toAdd, added);
    added += proportion;
    return { rs, to: sizeOf(rs) + proportion };
  });
  return sizes.map(({ rs, to }, i) => ({ rs, to: i === 0 && toAdd !== 0 ? Math.max(0, to + toAdd - added) : to }));
};

/** In order; a ReplicaSet may keep its size and be written all the same, for its annotations. */
export const scale = (d: Deployment, newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] => {
  const single = activeOrLatest(newSet, old);
  if (single !== undefined) return sizeOf(single) === sizeOf(d) ? [] : [{ rs: single, to: sizeOf(d) }];
  if (isSaturated(d, newSet)) return activeReplicaSets(old).map((rs) => ({ rs, to: 0 }));
  if (!isRollingUpdate(d)) return [];
  return proportionally(d, activeReplicaSets(allOf(old, newSet)))
    .filter(({ rs, to }) => to !== sizeOf(rs) || needsReplicasAnnotations(rs, sizeOf(d), sizeOf(d) + maxSurge(d)));
};
