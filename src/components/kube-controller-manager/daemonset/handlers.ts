/**
 * What the DaemonSet controller makes of a change in its caches: which DaemonSets to look at, and which expectations are met.
 * Models: pkg/controller/daemon/daemon_controller.go addDaemonset, updateDaemonset, deleteDaemonset, addPod, updatePod, deletePod, addNode,
 *   updateNode, syncNodeUpdate, addHistory, updateHistory, deleteHistory
 */
import type { KubeObject } from '../../../api/object.ts';
import { controllerOf, isPodReady } from '../../../api/pod-helpers.ts';
import type { DaemonSet, Node, Pod } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Change, ControllerContext, Op } from '../../../client/controller.ts';
import { creationObserved, deleteExpectations, deletionObserved } from '../../../client/expectations.ts';
import { ownersSelecting, resolveControllerRef } from '../pod-control/owner-index.ts';
import { nodeShouldRunDaemonPod } from './node-fit.ts';
import type { DaemonMemory } from './state.ts';
import { NODE_QUEUE } from './state.ts';

/** The index of pods by the node they are bound to. */
export const NODE_NAME_INDEX = 'nodeName';
export const nodeNameIndex = (object: KubeObject): readonly string[] => {
  const { nodeName } = (object as Pod).spec;
  return nodeName === undefined || nodeName === '' ? [] : [nodeName];
};

const enqueue = (ds: KubeObject): Op => ({ op: 'add', key: keyOf(ds) });

const ownerOf = (context: ControllerContext, object: KubeObject): DaemonSet | undefined =>
  resolveControllerRef(context.caches.lister<DaemonSet>('daemonsets.apps'), 'DaemonSet', object.metadata.namespace ?? '', controllerOf(object));

const matching = (context: ControllerContext, object: KubeObject): readonly DaemonSet[] =>
  ownersSelecting(context.caches.lister<DaemonSet>('daemonsets.apps'), object);

const observing = (memory: DaemonMemory, ds: DaemonSet, observe: typeof creationObserved): DaemonMemory =>
  ({ ...memory, expectations: observe(memory.expectations, keyOf(ds)) });

/** A pod that is being deleted counts as deleted: its place is free for the next. */
const podDeleted = (memory: DaemonMemory, pod: Pod, context: ControllerContext): Change<DaemonMemory> => {
  const ds = ownerOf(context, pod);
  return ds === undefined ? { memory, ops: [] } : { memory: observing(memory, ds, deletionObserved), ops: [enqueue(ds)] };
};

const podAdded = (memory: DaemonMemory, pod: Pod, context: ControllerContext): Change<DaemonMemory> => {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(memory, pod, context);
  if (controllerOf(pod) === undefined) return { memory, ops: matching(context, pod).map(enqueue) };
  const ds = ownerOf(context, pod);
  return ds === undefined ? { memory, ops: [] } : { memory: observing(memory, ds, creationObserved), ops: [enqueue(ds)] };
};

const refChanged = (before: KubeObject, object: KubeObject): boolean => !semanticEqual(controllerOf(before), controllerOf(object));

/** The owner that an object has lost. */
const lostOwner = (before: KubeObject, object: KubeObject, context: ControllerContext): readonly Op[] => {
  const owner = refChanged(before, object) ? ownerOf(context, before) : undefined;
  return owner === undefined ? [] : [enqueue(owner)];
};

/** Whoever might adopt an orphan that has changed its labels or lost its owner. */
const adopters = (before: KubeObject, object: KubeObject, context: ControllerContext): readonly Op[] =>
  (refChanged(before, object) || !semanticEqual(before.metadata.labels, object.metadata.labels) ? matching(context, object).map(enqueue) : []);

/** Why a second more: the clock that wrote the time of readiness may differ by milliseconds. */
const whenAvailable = (before: Pod, pod: Pod, ds: DaemonSet): readonly Op[] => {
  const minReadySeconds = ds.spec.minReadySeconds ?? 0;
  const becameReady = !isPodReady(before) && isPodReady(pod);
  return becameReady && minReadySeconds > 0 ? [{ op: 'add-after', key: keyOf(ds), afterMs: (minReadySeconds + 1) * 1000 }] : [];
};

const podUpdated = (memory: DaemonMemory, before: Pod, pod: Pod, context: ControllerContext): Change<DaemonMemory> => {
  if (before.metadata.resourceVersion === pod.metadata.resourceVersion) return { memory, ops: [] };
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(memory, pod, context);
  const lost = lostOwner(before, pod, context);
  if (controllerOf(pod) === undefined) return { memory, ops: [...lost, ...adopters(before, pod, context)] };
  const ds = ownerOf(context, pod);
  return { memory, ops: ds === undefined ? lost : [...lost, enqueue(ds), ...whenAvailable(before, pod, ds)] };
};

const onPod = (memory: DaemonMemory, notification: Notification, context: ControllerContext): Change<DaemonMemory> => {
  switch (notification.kind) {
    case 'add': return podAdded(memory, notification.object as Pod, context);
    case 'update': return podUpdated(memory, notification.before as Pod, notification.object as Pod, context);
    case 'delete': return podDeleted(memory, notification.object as Pod, context);
  }
};

/** A DaemonSet of the same name made anew begins with a clean slate. */
const daemonSetDeleted = (memory: DaemonMemory, ds: KubeObject): DaemonMemory =>
  ({ ...memory, expectations: deleteExpectations(memory.expectations, keyOf(ds)) });

const onDaemonSet = (memory: DaemonMemory, notification: Notification): Change<DaemonMemory> => {
  const { object } = notification;
  switch (notification.kind) {
    case 'add': return { memory, ops: [enqueue(object)] };
    case 'update': {
      const isReplaced = notification.before.metadata.uid !== object.metadata.uid;
      return { memory: isReplaced ? daemonSetDeleted(memory, notification.before) : memory, ops: [enqueue(object)] };
    }
    case 'delete': return { memory: daemonSetDeleted(memory, object), ops: [enqueue(object)] };
  }
};

/** Only what decides where daemon pods run counts; heartbeats do not. */
const isNodeChange = (before: Node, node: Node): boolean =>
  !semanticEqual(before.metadata.labels, node.metadata.labels) || !semanticEqual(before.spec.taints, node.spec.taints);

const onNode = (memory: DaemonMemory, notification: Notification): Change<DaemonMemory> => {
  const add: Op = { op: 'add', key: notification.object.metadata.name, queue: NODE_QUEUE };
  switch (notification.kind) {
    case 'add': return { memory, ops: [add] };
    case 'update': return { memory, ops: isNodeChange(notification.before as Node, notification.object as Node) ? [add] : [] };
    case 'delete': return { memory, ops: [] };
  }
};

const onRevision = (memory: DaemonMemory, notification: Notification, context: ControllerContext): Change<DaemonMemory> => {
  const { object } = notification;
  const owner = ownerOf(context, object);
  const owners = owner === undefined ? [] : [enqueue(owner)];
  switch (notification.kind) {
    case 'add':
      if (object.metadata.deletionTimestamp !== undefined) return { memory, ops: owners };
      return { memory, ops: controllerOf(object) === undefined ? matching(context, object).map(enqueue) : [] };
    case 'update': {
      const { before } = notification;
      if (before.metadata.resourceVersion === object.metadata.resourceVersion) return { memory, ops: [] };
      const rest = controllerOf(object) === undefined ? adopters(before, object, context) : owners;
      return { memory, ops: [...lostOwner(before, object, context), ...rest] };
    }
    case 'delete': return { memory, ops: owners };
  }
};

export const handleNotification = (memory: DaemonMemory, notification: Notification, context: ControllerContext): Change<DaemonMemory> => {
  switch (notification.resource) {
    case 'daemonsets.apps': return onDaemonSet(memory, notification);
    case 'pods': return onPod(memory, notification, context);
    case 'nodes': return onNode(memory, notification);
    case 'controllerrevisions.apps': return onRevision(memory, notification, context);
    default: return { memory, ops: [] };
  }
};

/** The DaemonSets whose pods on a node are not as they should be. */
export const syncNode = (nodeName: string, context: ControllerContext): readonly Op[] => {
  const node = context.caches.lister<Node>('nodes').get('', nodeName);
  if (node === undefined) return [];
  const scheduled = new Set<string>();
  for (const pod of context.caches.lister<Pod>('pods').byIndex(NODE_NAME_INDEX, nodeName)) {
    const ds = ownerOf(context, pod);
    if (ds !== undefined) scheduled.add(keyOf(ds));
  }
  return context.caches.lister<DaemonSet>('daemonsets.apps').list().filter((ds) => {
    const { shouldRun, shouldContinueRunning } = nodeShouldRunDaemonPod(node, ds);
    const isScheduled = scheduled.has(keyOf(ds));
    return (shouldRun && !isScheduled) || (!shouldContinueRunning && isScheduled) || (isScheduled && (ds.status?.numberMisscheduled ?? 0) > 0);
  }).map(enqueue);
};
