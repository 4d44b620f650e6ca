/**
 * Who owns whom, as far as the watches have told: the graph in which the garbage collector looks for what nobody owns any more.
 * Models: pkg/controller/garbagecollector/graph.go, graph_builder.go processGraphChanges, processTransitions, addDependentToOwners
 * Not modelled: references with the wrong namespace or kind for a known UID (invalid coordinates).
 */
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import type { ResourceId } from '../../../api/resources.ts';
import { resourceByKind } from '../../../api/resources.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { Op } from '../../../client/controller.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export const TO_DELETE = 'garbage_collector_attempt_to_delete';
export const TO_ORPHAN = 'garbage_collector_attempt_to_orphan';

export interface GraphNode {
  readonly uid: string;
  readonly resource: ResourceId;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly owners: readonly OwnerReference[];
  readonly dependents: PersistentMap<true>;
  readonly isBeingDeleted: boolean;
  readonly isDeletingDependents: boolean;
  /** Named by a dependent, but not seen itself. */
  readonly isVirtual: boolean;
}

/** By UID. */
export type Graph = PersistentMap<GraphNode>;

export const emptyGraph: Graph = emptyMap<GraphNode>();

/** A graph with what follows from the change. */
export interface GraphChange { readonly graph: Graph; readonly ops: readonly Op[] }

const toDelete = (uid: string): Op => ({ op: 'add', queue: TO_DELETE, key: uid });

const hasFinalizer = (object: KubeObject, name: string): boolean => (object.metadata.finalizers ?? []).includes(name);
const isDeleted = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;
const waitsFor = (object: KubeObject | undefined, finalizer: string): boolean => object !== undefined && isDeleted(object) && hasFinalizer(object, finalizer);

const virtualNode = (owner: OwnerReference, namespace: string): GraphNode | undefined => {
  const info = resourceByKind(owner.apiVersion, owner.kind);
  return info === undefined ? undefined : {
    uid: owner.uid, resource: info.id, namespace: info.namespaced ? namespace : '', name: owner.name, owners: [], dependents: emptyMap<true>(),
    isBeingDeleted: false, isDeletingDependents: false, isVirtual: true,
  };
};

const addToOwners = ({ graph, ops }: GraphChange, node: GraphNode, owners: readonly OwnerReference[]): GraphChange =>
  owners.reduce<GraphChange>((change, owner) => {
    const known = change.graph.get(owner.uid);
    const target = known ?? virtualNode(owner, node.namespace);
    if (target === undefined) return change;
    const next = change.graph.set(owner.uid, { ...target, dependents: target.dependents.set(node.uid, true) });
    // Why: nobody has seen the owner, so somebody has to look whether it exists.
    return { graph: next, ops: known === undefined ? [...change.ops, toDelete(owner.uid)] : change.ops };
  }, { graph, ops });

const removeFromOwners = (graph: Graph, node: GraphNode, owners: readonly OwnerReference[]): Graph => owners.reduce((all, owner) => {
  const target = all.get(owner.uid);
  return target === undefined ? all : all.set(owner.uid, { ...target, dependents: target.dependents.delete(node.uid) });
}, graph);

/** Owners that this dependent blocks no longer, because it let go of them or stopped blocking: they may finish. */
const unblocked = (before: readonly OwnerReference[], after: readonly OwnerReference[], graph: Graph): readonly Op[] =>
  before.filter((owner) => owner.blockOwnerDeletion === true && graph.has(owner.uid) && after.find((one) => one.uid === owner.uid)?.blockOwnerDeletion !== true)
    .map((owner) => toDelete(owner.uid));

const isSameOwner = (a: OwnerReference, b: OwnerReference | undefined): boolean => a.uid === b?.uid && a.kind === b.kind && a.name === b.name
  && a.apiVersion === b.apiVersion && (a.blockOwnerDeletion ?? false) === (b.blockOwnerDeletion ?? false) && (a.controller ?? false) === (b.controller ?? false);

/** Why not by reference: every watch event brings fresh lists, and owners hardly ever change. */
const areSameOwners = (a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean =>
  a === b || (a.length === b.length && a.every((owner, i) => isSameOwner(owner, b[i])));

const transitions = ({ graph, ops }: GraphChange, before: KubeObject | undefined, object: KubeObject, uid: string): GraphChange => {
  if (waitsFor(object, ORPHAN) && !waitsFor(before, ORPHAN)) return { graph, ops: [...ops, { op: 'add', queue: TO_ORPHAN, key: uid }] };
  if (!waitsFor(object, FOREGROUND) || waitsFor(before, FOREGROUND)) return { graph, ops };
  const node = graph.get(uid) as GraphNode;
  return { graph: graph.set(uid, { ...node, isDeletingDependents: true }), ops: [...ops, ...node.dependents.keys().map(toDelete), toDelete(uid)] };
};

/** An object was seen, for the first time or changed. */
export const observe = (graph: Graph, resource: ResourceId, before: KubeObject | undefined, object: KubeObject): GraphChange => {
  const { uid = '', namespace = '', name } = object.metadata;
  const owners = object.metadata.ownerReferences ?? [];
  const known = graph.get(uid);
  if (known === undefined) {
    const node: GraphNode = {
      uid, resource, namespace, name, owners, dependents: emptyMap<true>(), isBeingDeleted: isDeleted(object),
      isDeletingDependents: waitsFor(object, FOREGROUND), isVirtual: false,
    };
    return transitions(addToOwners({ graph: graph.set(uid, node), ops: [] }, node, owners), before, object, uid);
  }
  const isBeingDeleted = known.isBeingDeleted || isDeleted(object);
  if (areSameOwners(known.owners, owners)) {
    const same = known.isVirtual || isBeingDeleted !== known.isBeingDeleted ? graph.set(uid, { ...known, resource, namespace, name, isVirtual: false, isBeingDeleted }) : graph;
    return transitions({ graph: same, ops: [] }, before, object, uid);
  }
  const added = owners.filter((owner) => !known.owners.some((one) => one.uid === owner.uid));
  const removed = known.owners.filter((owner) => !owners.some((one) => one.uid === owner.uid));
  const node: GraphNode = { ...known, resource, namespace, name, owners, isVirtual: false, isBeingDeleted };
  const detached = removeFromOwners(graph.set(uid, node), node, removed);
  const attached = addToOwners({ graph: detached, ops: unblocked(known.owners, owners, graph) }, node, added);
  return transitions(attached, before, object, uid);
};

/** An object is gone, or is known never to have been there. */
export const forget = (graph: Graph, uid: string): GraphChange => {
  const node = graph.get(uid);
  if (node === undefined) return { graph, ops: [] };
  const without = removeFromOwners(graph.delete(uid), node, node.owners);
  const waiting = node.owners.filter((owner) => without.get(owner.uid)?.isDeletingDependents === true).map((owner) => toDelete(owner.uid));
  return { graph: without, ops: [...node.dependents.keys().map(toDelete), ...waiting] };
};

/** Dependents that hold up the deletion of their owner. */
export const blockingDependents = (graph: Graph, node: GraphNode): readonly GraphNode[] =>
  node.dependents.keys().map((uid) => graph.get(uid)).filter((dependent) => dependent !== undefined)
    .filter((dependent) => dependent.owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true));
