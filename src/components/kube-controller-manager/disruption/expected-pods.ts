/**
 * How many pods a budget should count on: the scales of the controllers of the pods it selects.
 * Models: pkg/controller/disruption/disruption.go getExpectedPodCount, getExpectedScale, finders
 * Not modelled: asking the scale subresource of custom kinds.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { scaledValue } from '../../../api/int-or-percent.ts';
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import { resourceByKind } from '../../../api/resources.ts';
import type { Deployment, Pod, PodDisruptionBudget, ReplicaSet } from '../../../api/types.ts';
import type { Caches } from '../../../client/caches.ts';

export const SCALED_RESOURCES = ['replicationcontrollers', 'deployments.apps', 'replicasets.apps', 'statefulsets.apps'] as const;

interface Scale { readonly uid: string; readonly replicas: number }

export interface ExpectedPods {
  readonly expected: number;
  readonly desiredHealthy: number;
  /** Names of pods that no controller owns. */
  readonly unmanaged: readonly string[];
}

type Scaled = KubeObject & { readonly spec: { readonly replicas?: number } };

const scaleOf = (object: Scaled): Scale => ({ uid: object.metadata.uid ?? '', replicas: object.spec.replicas ?? 1 });

/** The object that a reference names, of these groups, if it is in the cache and the very same. */
const named = <T extends Scaled>(caches: Caches, resource: string, kind: string, groups: readonly string[], namespace: string, reference: OwnerReference | undefined): T | undefined => {
  if (reference === undefined || reference.kind !== kind || !groups.includes(reference.apiVersion.includes('/') ? reference.apiVersion.split('/')[0] as string : '')) return undefined;
  const object = caches.lister<T>(resource).get(namespace, reference.name);
  return object?.metadata.uid === reference.uid ? object : undefined;
};

/** Of a ReplicaSet that a Deployment controls, the Deployment's scale is what counts. */
const replicaSetScale = (caches: Caches, namespace: string, set: ReplicaSet): Scale | undefined => {
  const owner = controllerOf(set);
  if (owner === undefined || owner.kind !== 'Deployment') return scaleOf(set);
  const deployment = named<Deployment>(caches, 'deployments.apps', 'Deployment', ['apps', 'extensions'], namespace, owner);
  return deployment === undefined ? undefined : scaleOf(deployment);
};

const findScale = (caches: Caches, namespace: string, reference: OwnerReference): Either<string, Scale | undefined> => {
  const controller = named<Scaled>(caches, 'replicationcontrollers', 'ReplicationController', [''], namespace, reference)
    ?? named<Scaled>(caches, 'statefulsets.apps', 'StatefulSet', ['apps'], namespace, reference);
  if (controller !== undefined) return right(scaleOf(controller));
  const set = named<ReplicaSet>(caches, 'replicasets.apps', 'ReplicaSet', ['apps', 'extensions'], namespace, reference);
  if (set !== undefined) return right(replicaSetScale(caches, namespace, set));
  const info = resourceByKind(reference.apiVersion, reference.kind);
  if (info === undefined) return left(`no matches for kind "${reference.kind}" in version "${reference.apiVersion}"`);
  return info.subresources.includes('scale') ? right(undefined) : left(`${info.id} does not implement the scale subresource`);
};

const expectedScale = (caches: Caches, namespace: string, pods: readonly Pod[]): Either<string, Pick<ExpectedPods, 'expected' | 'unmanaged'>> => {
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (reference === undefined) {
      unmanaged.push(pod.metadata.name);
      continue;
    }
    if (scales.has(reference.uid)) continue;
    const scale = findScale(caches, namespace, reference);
    if (isLeft(scale)) return scale;
    if (scale.right === undefined) return left(`found no controllers for pod "${pod.metadata.name}"`);
    scales.set(scale.right.uid, scale.right.replicas);
  }
  return right({ expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged });
};

/** Errors: upstream's message. */
export const expectedPods = (pdb: PodDisruptionBudget, pods: readonly Pod[], caches: Caches): Either<string, ExpectedPods> => {
  const { maxUnavailable, minAvailable } = pdb.spec;
  if (maxUnavailable === undefined && minAvailable === undefined) return right({ expected: 0, desiredHealthy: 0, unmanaged: [] });
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return right({ expected: pods.length, desiredHealthy: minAvailable, unmanaged: [] });
  const scale = expectedScale(caches, pdb.metadata.namespace ?? '', pods);
  if (isLeft(scale)) return scale;
  const { expected, unmanaged } = scale.right;
  const amount = scaledValue(maxUnavailable ?? minAvailable ?? 0, expected, true);
  if (isLeft(amount)) return amount;
  return right({ expected, unmanaged, desiredHealthy: maxUnavailable === undefined ? amount.right : Math.max(0, expected - amount.right) });
};
