/** Who owns whom among workloads, read off the index. */
import { controllerOf, isPodActive } from '../../api/pod-helpers.ts';
import { isConditionTrue } from '../../api/conditions.ts';
import { isRight } from 'fp-ts/lib/Either.js';
import { scaledValue } from '../../api/int-or-percent.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Deployment, IntOrString, Job, Pod, ReplicaSet } from '../../api/types.ts';
import type { StoreIndex } from '../store-index.ts';

/** The object that controls it, if it is of this kind and still there. */
export const controllerIn = <T extends KubeObject>(index: StoreIndex, object: KubeObject, kind: T['kind']): T | undefined => {
  const owner = controllerOf(object);
  if (owner?.kind !== kind) return undefined;
  return index.byUid(owner.uid) as T | undefined;
};

const ofKind = <T extends KubeObject>(index: StoreIndex, owner: KubeObject, kind: T['kind']): readonly T[] =>
  [...index.controlledBy(owner.metadata.uid ?? '').values()].filter((object) => object.kind === kind) as unknown as readonly T[];

export const podsOf = (index: StoreIndex, owner: KubeObject): readonly Pod[] => ofKind<Pod>(index, owner, 'Pod');
export const activePodsOf = (index: StoreIndex, owner: KubeObject): readonly Pod[] => podsOf(index, owner).filter(isPodActive);
export const replicaSetsOf = (index: StoreIndex, deployment: Deployment): readonly ReplicaSet[] => ofKind<ReplicaSet>(index, deployment, 'ReplicaSet');

export const replicasOf = (object: ReplicaSet | Deployment): number => object.spec.replicas ?? 1;

const scaled = (value: IntOrString | undefined, total: number, roundUp: boolean): number => {
  const result = scaledValue(value ?? 0, total, roundUp);
  return isRight(result) ? result.right : 0;
};

export const isRolling = (deployment: Deployment): boolean => deployment.spec.strategy?.type === 'RollingUpdate';

/** The most pods that a rolling update may have, and the fewest available ones. docs: Deployments, "Max Unavailable", "Max Surge". */
export const rolloutLimits = (deployment: Deployment): { readonly most: number; readonly fewest: number } => {
  const replicas = replicasOf(deployment);
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, replicas, true);
  const unavailable = scaled(maxUnavailable, replicas, false);
  return { most: replicas + surge, fewest: Math.max(0, replicas - (surge === 0 && unavailable === 0 ? 1 : unavailable)) };
};

export const hasEnded = (job: Job): boolean => isConditionTrue(job.status?.conditions, 'Complete') || isConditionTrue(job.status?.conditions, 'Failed');
