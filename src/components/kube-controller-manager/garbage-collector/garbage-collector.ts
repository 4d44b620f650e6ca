/**
 * Deletes what nobody owns any more, waits with owners for their dependents, and orphans dependents on request.
 * Models: pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem, classifyReferences, processDeletingDependentsItem, attemptToOrphan
 * Not modelled: discovery and resynchronising monitors; the size limit of the cache of absent owners. Owners are looked up side by side, not one
 *   after another. An owner of a kind that is not served counts as there, where upstream asks again for ever: either way the dependent stays.
 */
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import type { ResourceId } from '../../../api/resources.ts';
import { allResources, resourceByKind } from '../../../api/resources.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import { hashOf } from '../../../base/hash.ts';
import type { Answer, Change, Controller, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import type { PropagationPolicy } from '../../../protocol/api.ts';
import { aggregate, isNotFound, isRefusedAs } from '../pod-control/errors.ts';
import type { Graph, GraphNode } from './graph.ts';
import { FOREGROUND, ORPHAN, TO_DELETE, TO_ORPHAN, blockingDependents, emptyGraph, forget, observe } from './graph.ts';
import { deleteNode, dropFinalizer, dropOwners, getNode, getOwner, unblockOwners } from './requests.ts';

interface Memory {
  readonly graph: Graph;
  /** UIDs of owners known not to exist. */
  readonly absent: PersistentMap<true>;
}

type Stage =
  | { readonly kind: 'read' }
  | { readonly kind: 'owners'; readonly latest: KubeObject; readonly asked: readonly OwnerReference[] }
  | { readonly kind: 'unblocked'; readonly latest: KubeObject }
  | { readonly kind: 'deleted'; readonly latest: KubeObject; readonly policy: PropagationPolicy; readonly isLast: boolean }
  | { readonly kind: 'conflicted'; readonly latest: KubeObject; readonly policy: PropagationPolicy }
  | { readonly kind: 'finalizer'; readonly finalizer: string; readonly doing: 'read' | 'write'; readonly tries: number }
  | { readonly kind: 'orphaned' }
  | { readonly kind: 'written' };

type GcPlan = Plan<Memory, Stage>;

/** Why: events own nothing, nobody owns them, and there are many. */
const IGNORED: ReadonlySet<ResourceId> = new Set(['events', 'events.events.k8s.io']);
const MONITORED = allResources.filter((info) => info.storagePrefix !== '' && !IGNORED.has(info.id)).map((info) => info.id);

const ask = (memory: Memory, requests: Extract<GcPlan, { kind: 'ask' }>['requests'], stage: Stage, ops: readonly Op[] = []): GcPlan =>
  ({ kind: 'ask', memory, ops, requests, mode: 'parallel', stage });

/** retry.DefaultBackoff. */
const MAX_TRIES = 4;

const readAgain = (memory: Memory, node: GraphNode, finalizer: string, tries = 1): GcPlan => ask(memory, [getNode(node)], { kind: 'finalizer', finalizer, doing: 'read', tries });

/** The object is gone. Its dependents, if any, may know without a look that this owner is absent. */
const forgotten = (memory: Memory, uid: string): Change<Memory> => {
  const known = memory.graph.get(uid);
  if (known === undefined) return { memory, ops: [] };
  const { graph, ops } = forget(memory.graph, uid);
  return { memory: { graph, absent: known.dependents.size > 0 ? memory.absent.set(uid, true) : memory.absent }, ops };
};

/** The object turned out not to exist: what a delete event would have told. */
const vanished = (before: Memory, uid: string): GcPlan => {
  const { memory, ops } = forgotten(before, uid);
  return done(memory, ops);
};

/** Why: an object added and removed while no watch ran would stay in the graph for ever; so it is asked for until a watch has shown it. */
const finished = (memory: Memory, node: GraphNode): GcPlan =>
  (memory.graph.get(node.uid)?.isVirtual === true ? failed(memory, `${node.name} hasn't been observed via informer yet`) : done(memory));

const isOwnerMisplaced = (owner: OwnerReference, node: GraphNode): boolean => node.namespace === '' && resourceByKind(owner.apiVersion, owner.kind)?.namespaced === true;

const attemptToDelete = (memory: Memory, uid: string): GcPlan => {
  const node = memory.graph.get(uid);
  if (node === undefined || (node.isBeingDeleted && !node.isDeletingDependents)) return done(memory);
  return ask(memory, [getNode(node)], { kind: 'read' });
};

const processDeletingDependents = (memory: Memory, node: GraphNode): GcPlan => {
  const blocking = blockingDependents(memory.graph, node);
  if (blocking.length === 0) return readAgain(memory, node, FOREGROUND);
  return done(memory, blocking.filter((one) => !one.isDeletingDependents).map((one): Op => ({ op: 'add', queue: TO_DELETE, key: one.uid })));
};

const found = (memory: Memory, uid: string, answer: Answer): GcPlan => {
  const node = memory.graph.get(uid);
  if (node === undefined) return done(memory);
  const latest = objectOf(answer);
  if (isNotFound(answer) || (latest !== undefined && latest.metadata.uid !== uid)) return vanished(memory, uid);
  if (latest === undefined) return failed(memory, errorOf(answer) ?? '');
  if (node.isDeletingDependents) return processDeletingDependents(memory, node);
  const owners = latest.metadata.ownerReferences ?? [];
  if (owners.length === 0) return finished(memory, node);
  // A cluster-scoped object with a namespaced owner is an error that no retry mends.
  if (owners.some((owner) => isOwnerMisplaced(owner, node))) return done(memory);
  const asked = owners.filter((owner) => !memory.absent.has(owner.uid) && getOwner(owner, node.namespace) !== undefined);
  if (asked.length === 0) return decide(memory, node, latest, []);
  return ask(memory, asked.map((owner) => getOwner(owner, node.namespace) as NonNullable<ReturnType<typeof getOwner>>), { kind: 'owners', latest, asked });
};

const isWaiting = (owner: KubeObject): boolean => owner.metadata.deletionTimestamp !== undefined && (owner.metadata.finalizers ?? []).includes(FOREGROUND);

const policyOf = (latest: KubeObject): PropagationPolicy => {
  const finalizers = latest.metadata.finalizers ?? [];
  return finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
};

const remove = (memory: Memory, node: GraphNode, latest: KubeObject, policy: PropagationPolicy): GcPlan =>
  ask(memory, [deleteNode(node, latest.metadata.resourceVersion, policy)], { kind: 'deleted', latest, policy, isLast: false });

/** What to do with an object, given the owners that exist. */
const decide = (memory: Memory, node: GraphNode, latest: KubeObject, existing: readonly KubeObject[]): GcPlan => {
  const owners = latest.metadata.ownerReferences ?? [];
  const ownerOf = (reference: OwnerReference): KubeObject | undefined => existing.find((object) => object.metadata.uid === reference.uid);
  const unserved = owners.filter((owner) => getOwner(owner, node.namespace) === undefined);
  const waiting = owners.filter((owner) => { const object = ownerOf(owner); return object !== undefined && isWaiting(object); });
  const solid = [...unserved, ...owners.filter((owner) => { const object = ownerOf(owner); return object !== undefined && !isWaiting(object); })];
  const dangling = owners.filter((owner) => !solid.includes(owner) && !waiting.includes(owner));
  const rest = [...dangling, ...waiting];
  if (solid.length > 0) return rest.length === 0 ? finished(memory, node) : ask(memory, [dropOwners(node, rest.map((owner) => owner.uid))], { kind: 'written' });
  if (waiting.length === 0 || node.dependents.size === 0) return remove(memory, node, latest, policyOf(latest));
  const isCircle = node.dependents.keys().some((uid) => memory.graph.get(uid)?.isDeletingDependents === true);
  return isCircle ? ask(memory, [unblockOwners(node)], { kind: 'unblocked', latest }) : remove(memory, node, latest, 'Foreground');
};

const classified = (memory: Memory, node: GraphNode, stage: Stage & { kind: 'owners' }, answers: readonly Answer[]): GcPlan => {
  let { absent } = memory;
  const existing: KubeObject[] = [];
  for (const [i, owner] of stage.asked.entries()) {
    const answer = answers[i] as Answer;
    const object = objectOf(answer);
    if (object?.metadata.uid === owner.uid) existing.push(object);
    else if (object !== undefined || isNotFound(answer)) absent = absent.set(owner.uid, true);
    else return failed(memory, errorOf(answer) ?? '');
  }
  return decide({ ...memory, absent }, node, stage.latest, existing);
};

const deleted = (memory: Memory, node: GraphNode, stage: Stage & { kind: 'deleted' }, answer: Answer): GcPlan => {
  const error = errorOf(answer);
  if (error === undefined) return finished(memory, node);
  if (isNotFound(answer)) return vanished(memory, node.uid);
  if (!isRefusedAs(answer, 'Conflict') || stage.isLast) return failed(memory, error);
  return ask(memory, [getNode(node)], { kind: 'conflicted', latest: stage.latest, policy: stage.policy });
};

/** Why: most conflicts are of a status; an object whose owners are the same may go all the same. */
const conflicted = (memory: Memory, node: GraphNode, stage: Stage & { kind: 'conflicted' }, answer: Answer): GcPlan => {
  const object = objectOf(answer);
  if (isNotFound(answer)) return vanished(memory, node.uid);
  if (object === undefined) return failed(memory, errorOf(answer) ?? '');
  const isSame = object.metadata.uid === node.uid && hashOf(object.metadata.ownerReferences ?? []) === hashOf(stage.latest.metadata.ownerReferences ?? []);
  if (!isSame) return failed(memory, `Operation cannot be fulfilled on ${node.resource} "${node.name}": owners changed`);
  return ask(memory, [deleteNode(node, undefined, stage.policy)], { kind: 'deleted', latest: object, policy: stage.policy, isLast: true });
};

const finalizing = (memory: Memory, node: GraphNode, stage: Stage & { kind: 'finalizer' }, answer: Answer): GcPlan => {
  if (isNotFound(answer)) return done(memory);
  if (stage.doing === 'write') {
    if (isRefusedAs(answer, 'Conflict')) {
      if (stage.tries < MAX_TRIES) return readAgain(memory, node, stage.finalizer, stage.tries + 1);
      return failed(memory, `updateMaxRetries(${MAX_TRIES}) has reached. The garbage collector will retry later for owner ${node.name}`);
    }
    const error = errorOf(answer);
    return error === undefined ? done(memory) : failed(memory, error);
  }
  const latest = objectOf(answer);
  if (latest === undefined) return failed(memory, errorOf(answer) ?? '');
  const request = dropFinalizer(node, latest, stage.finalizer);
  return request === undefined ? done(memory) : ask(memory, [request], { ...stage, doing: 'write' });
};

const attemptToOrphan = (memory: Memory, uid: string): GcPlan => {
  const owner = memory.graph.get(uid);
  if (owner === undefined) return done(memory);
  const dependents = owner.dependents.keys().map((one) => memory.graph.get(one)).filter((one) => one !== undefined);
  if (dependents.length === 0) return readAgain(memory, owner, ORPHAN);
  return ask(memory, dependents.map((one) => dropOwners(one, [uid])), { kind: 'orphaned' });
};

const resume = (memory: Memory, uid: string, stage: Stage, answers: readonly Answer[]): GcPlan => {
  const first = answers[0] as Answer;
  if (stage.kind === 'read') return found(memory, uid, first);
  const node = memory.graph.get(uid);
  if (node === undefined) return done(memory);
  switch (stage.kind) {
    case 'owners': return classified(memory, node, stage, answers);
    case 'unblocked': return errorOf(first) === undefined ? remove(memory, node, stage.latest, 'Foreground') : failed(memory, errorOf(first) ?? '');
    case 'deleted': return deleted(memory, node, stage, first);
    case 'conflicted': return conflicted(memory, node, stage, first);
    case 'finalizer': return finalizing(memory, node, stage, first);
    case 'orphaned': {
      const error = aggregate(answers.filter((answer) => !isNotFound(answer)).map(errorOf).filter((text) => text !== undefined));
      return error === undefined ? readAgain(memory, node, ORPHAN) : failed(memory, `failed to orphan dependents of owner ${node.name}: ${error}`);
    }
    case 'written': return errorOf(first) === undefined ? finished(memory, node) : failed(memory, errorOf(first) ?? '');
    default: return stage satisfies never;
  }
};

/** The controller with its types, for specs. */
export const typedGarbageCollector: ControllerOf<Memory, Stage> = {
  name: 'generic-garbage-collector',
  queues: [{ name: TO_DELETE, workers: 20 }, { name: TO_ORPHAN, workers: 20 }],
  informers: MONITORED.map((resource) => ({ resource, handles: true })),
  initial: { graph: emptyGraph, absent: emptyMap<true>() },
  handle: (memory, notification) => {
    const { resource, object } = notification;
    if (notification.kind === 'delete') return forgotten(memory, object.metadata.uid ?? '');
    const { graph, ops } = observe(memory.graph, resource, notification.kind === 'update' ? notification.before : undefined, object);
    return { memory: graph === memory.graph ? memory : { ...memory, graph }, ops };
  },
  reconcile: (memory, queue, uid) => (queue === TO_ORPHAN ? attemptToOrphan(memory, uid) : attemptToDelete(memory, uid)),
  resume: (memory, _queue, uid, stage, answers) => resume(memory, uid, stage, answers),
};

export const garbageCollector = (): Controller => erase(typedGarbageCollector);
