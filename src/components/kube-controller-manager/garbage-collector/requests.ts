/**
 * The requests of the garbage collector.
 * Models: pkg/controller/garbagecollector/operations.go, patch.go, garbagecollector.go
 */
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import { resourceById, resourceByKind } from '../../../api/resources.ts';
import type { ApiRequest, PropagationPolicy } from '../../../protocol/api.ts';
import type { GraphNode } from './graph.ts';

type Place = Pick<GraphNode, 'resource' | 'namespace' | 'name'>;

/** Why `default`: a cluster-scoped object may name a namespaced owner, wrongly, and the lookup goes to some namespace. */
const at = ({ resource, namespace, name }: Place): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> => {
  if (resourceById(resource)?.namespaced !== true) return { resource, name };
  return { resource, name, namespace: namespace === '' ? 'default' : namespace };
};

export const getNode = (node: Place): ApiRequest => ({ verb: 'get', ...at(node) });

/** The owner that a reference names, where it would be; undefined when the cluster does not serve its kind. */
export const getOwner = (owner: OwnerReference, namespace: string): ApiRequest | undefined => {
  const info = resourceByKind(owner.apiVersion, owner.kind);
  return info === undefined ? undefined : getNode({ resource: info.id, namespace: info.namespaced ? namespace : '', name: owner.name });
};

/** A patch that takes owner references away from exactly this object. */
export const dropOwners = (node: GraphNode, uids: readonly string[]): ApiRequest => ({
  verb: 'patch', ...at(node), patchType: 'strategic',
  body: { metadata: { ownerReferences: uids.map((uid) => ({ $patch: 'delete', uid })), uid: node.uid } },
});

/** A patch after which this object blocks none of its owners. */
export const unblockOwners = (node: GraphNode): ApiRequest => {
  const blocking = node.owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true).map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  return { verb: 'patch', ...at(node), patchType: 'strategic', body: { metadata: { uid: node.uid, ...(blocking.length === 0 ? {} : { ownerReferences: blocking }) } } };
};

export const deleteNode = (node: GraphNode, resourceVersion: string | undefined, propagationPolicy: PropagationPolicy): ApiRequest => ({
  verb: 'delete', ...at(node),
  options: { preconditions: { uid: node.uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) }, propagationPolicy },
});

/** A patch that takes one finalizer away; undefined when the object has not got it. */
export const dropFinalizer = (node: GraphNode, latest: KubeObject, finalizer: string): ApiRequest | undefined => {
  const standing = latest.metadata.finalizers ?? [];
  if (!standing.includes(finalizer)) return undefined;
  const rest = standing.filter((name) => name !== finalizer);
  return {
    verb: 'patch', ...at(node), patchType: 'merge',
    body: { metadata: { resourceVersion: latest.metadata.resourceVersion, finalizers: rest.length === 0 ? null : rest } },
  };
};
