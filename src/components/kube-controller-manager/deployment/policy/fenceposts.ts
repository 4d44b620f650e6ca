/**
 * How far a rolling update may stray from the wanted number of pods, up and down.
 * Models: pkg/controller/deployment/util/deployment_util.go ResolveFenceposts, MaxSurge, MaxUnavailable, NewRSNewReplicas
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { scaledValue } from '../../../../api/int-or-percent.ts';
import type { Deployment, DeploymentSpec, IntOrString, ReplicaSet } from '../../../../api/types.ts';
import { sizeOf, specReplicas } from './replica-sets.ts';

export const isRollingUpdate = (d: Deployment): boolean => d.spec.strategy?.type === 'RollingUpdate';

/** A value that cannot be read counts as 0: validation does not let it in. */
const resolve = (value: IntOrString | undefined, total: number, roundUp: boolean): number => {
  const scaled = scaledValue(value ?? 0, total, roundUp);
  return isLeft(scaled) ? 0 : scaled.right;
};

interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

/** `maxSurge` is rounded up and `maxUnavailable` down; not both may be 0, or the update could never move. */
const resolveFenceposts = (d: Deployment): Fenceposts => {
  const surge = resolve(d.spec.strategy?.rollingUpdate?.maxSurge, sizeOf(d), true);
  const unavailable = resolve(d.spec.strategy?.rollingUpdate?.maxUnavailable, sizeOf(d), false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
};

/** Why a memo: every sync asks several times, and the spec is immutable, so its identity stands for its content. */
const resolved = new WeakMap<DeploymentSpec, Fenceposts>();

const fenceposts = (d: Deployment): Fenceposts => {
  const known = resolved.get(d.spec);
  if (known !== undefined) return known;
  const fresh = resolveFenceposts(d);
  resolved.set(d.spec, fresh);
  return fresh;
};

export const maxSurge = (d: Deployment): number => (isRollingUpdate(d) ? fenceposts(d).surge : 0);

export const maxUnavailable = (d: Deployment): number =>
  (!isRollingUpdate(d) || sizeOf(d) === 0 ? 0 : Math.min(fenceposts(d).unavailable, sizeOf(d)));

/** How large the new ReplicaSet may be now; `all` includes it. */
export const newReplicas = (d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number => {
  if (!isRollingUpdate(d)) return sizeOf(d);
  const room = sizeOf(d) + resolve(d.spec.strategy?.rollingUpdate?.maxSurge, sizeOf(d), true) - specReplicas(all);
  return room <= 0 ? sizeOf(newSet) : sizeOf(newSet) + Math.min(room, sizeOf(d) - sizeOf(newSet));
};
