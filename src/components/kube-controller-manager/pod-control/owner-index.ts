/**
 * Finding the objects that a controller owns without scanning a namespace.
 * Models: pkg/controller/controller_utils.go PodControllerIndexKey, AddPodControllerIndexer, FilterPodsByOwner;
 *   pkg/controller/replicaset/replica_set.go controllerUIDIndex; client-go listers' GetPodReplicaSets, GetDeploymentsForReplicaSet, GetPodDaemonSets
 */
import { isEmptySelector, matchesSelector } from '../../../api/label-selector.ts';
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import { selectorOrNothing } from '../../../api/selector-cache.ts';
import type { LabelSelector, Pod } from '../../../api/types.ts';
import type { IndexFunction, Lister } from '../../../client/caches.ts';

/** The index of objects by the UID of their controller. */
export const CONTROLLER_UID_INDEX = 'controllerUID';
export const controllerUidIndex: IndexFunction = (object) => {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
};

/** The indexes of objects by their controller, orphans included (under their namespace alone). */
export const POD_CONTROLLER_INDEX = 'podController';
export const REPLICA_SET_CONTROLLER_INDEX = 'replicaSetController';
const controllerKey = (namespace: string, owner: Pick<OwnerReference, 'kind' | 'name' | 'uid'> | undefined): string =>
  (owner === undefined ? namespace : `${namespace}/${owner.kind}/${owner.name}/${owner.uid}`);
export const controllerIndex: IndexFunction = (object) => [controllerKey(object.metadata.namespace ?? '', controllerOf(object))];
export const podControllerIndex = controllerIndex;

/** The objects of an index above that the owner controls and, on request, the orphans of its namespace, which it might adopt. */
export const objectsByOwner = <T extends KubeObject>(
  lister: Lister<T>, index: string, owner: KubeObject, options: { readonly includeOrphans: boolean },
): readonly T[] => {
  const namespace = owner.metadata.namespace ?? '';
  const owned = lister.byIndex(index, controllerKey(namespace, { kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '' }));
  if (!options.includeOrphans) return owned;
  const orphans = lister.byIndex(index, controllerKey(namespace, undefined));
  return orphans.length === 0 ? owned : [...owned, ...orphans];
};

export const podsByOwner = (pods: Lister<Pod>, owner: KubeObject, options: { readonly includeOrphans: boolean }): readonly Pod[] =>
  objectsByOwner(pods, POD_CONTROLLER_INDEX, owner, options);

/** The owners that might adopt an orphan: those whose selector matches its labels. Several are a user's error; an empty selector selects nothing here. */
export const ownersSelecting = <T extends KubeObject & { readonly spec: { readonly selector?: LabelSelector } }>(
  owners: Lister<T>, { metadata: { namespace = '', labels = {} } }: KubeObject,
): readonly T[] => (Object.keys(labels).length === 0 ? [] : owners.list(namespace).filter((owner) => {
  const selector = selectorOrNothing(owner.spec.selector);
  return !isEmptySelector(selector) && matchesSelector(selector, labels);
}));

/** The owner that a controller reference names, if it is of that kind, in the cache, and the very same object. */
export const resolveControllerRef = <T extends KubeObject>(
  lister: Lister<T>, kind: string, namespace: string, ref: OwnerReference | undefined,
): T | undefined => {
  if (ref === undefined || ref.kind !== kind) return undefined;
  const owner = lister.get(namespace, ref.name);
  return owner?.metadata.uid === ref.uid ? owner : undefined;
};
