/**
 * What the ReplicaSet controller does about each change in its caches: observe expectations, and enqueue.
 * Models: pkg/controller/replicaset/replica_set.go addRS, updateRS, deleteRS, addPod, updatePod, deletePod, getPodReplicaSets
 */
import type { OwnerReference } from '../../../api/object.ts';
import { controllerOf, isPodReady } from '../../../api/pod-helpers.ts';
import { SECOND_MS } from '../../../api/time.ts';
import type { Pod, ReplicaSet } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Change, ControllerContext, Op } from '../../../client/controller.ts';
import { uidCreationObserved, uidDeleteExpectations, uidDeletionObserved } from '../../../client/expectations.ts';
import { ownersSelecting, resolveControllerRef } from '../pod-control/owner-index.ts';
import type { ReplicaSetMemory } from './sync-data.ts';
import { PODS, REPLICA_SET_KIND, REPLICA_SETS } from './sync-data.ts';

type Changed = Change<ReplicaSetMemory>;

const unchanged = (memory: ReplicaSetMemory): Changed => ({ memory, ops: [] });
const enqueue = (rs: ReplicaSet): Op => ({ op: 'add', key: keyOf(rs) });

/** Why the expectations are kept where nothing changed: the same memory says that nothing did. */
const expecting = (memory: ReplicaSetMemory, expectations: ReplicaSetMemory['expectations']): ReplicaSetMemory =>
  (expectations === memory.expectations ? memory : { ...memory, expectations });

const resolve = (context: ControllerContext, pod: Pod, ref: OwnerReference | undefined): ReplicaSet | undefined =>
  resolveControllerRef(context.caches.lister<ReplicaSet>(REPLICA_SETS), REPLICA_SET_KIND, pod.metadata.namespace ?? '', ref);

const replicaSetsOfPod = (context: ControllerContext, pod: Pod): readonly ReplicaSet[] => ownersSelecting(context.caches.lister<ReplicaSet>(REPLICA_SETS), pod);

const deletePod = (memory: ReplicaSetMemory, pod: Pod, context: ControllerContext): Changed => {
  const rs = resolve(context, pod, controllerOf(pod));
  if (rs === undefined) return unchanged(memory);
  const key = keyOf(rs);
  return { memory: expecting(memory, uidDeletionObserved(memory.expectations, key, keyOf(pod))), ops: [{ op: 'add', key }] };
};

const addPod = (memory: ReplicaSetMemory, pod: Pod, context: ControllerContext): Changed => {
  // Why: after a restart a pod can first be seen already being deleted; that observes no creation.
  if (pod.metadata.deletionTimestamp !== undefined) return deletePod(memory, pod, context);
  const ref = controllerOf(pod);
  if (ref === undefined) return { memory, ops: replicaSetsOfPod(context, pod).map(enqueue) };
  const rs = resolve(context, pod, ref);
  if (rs === undefined) return unchanged(memory);
  const key = keyOf(rs);
  return { memory: expecting(memory, uidCreationObserved(memory.expectations, key)), ops: [{ op: 'add', key }] };
};

/** Why a second more: the timer must not fire a moment before the pod is available. */
const availabilityCheck = (rs: ReplicaSet, before: Pod, pod: Pod): readonly Op[] => {
  const minReadySeconds = rs.spec.minReadySeconds ?? 0;
  return !isPodReady(before) && isPodReady(pod) && minReadySeconds > 0
    ? [{ op: 'add-after', key: keyOf(rs), afterMs: (minReadySeconds + 1) * SECOND_MS }]
    : [];
};

const gracefullyDeleted = (memory: ReplicaSetMemory, before: Pod, pod: Pod, labelsChanged: boolean, context: ControllerContext): Changed => {
  const first = deletePod(memory, pod, context);
  if (!labelsChanged) return first;
  const second = deletePod(first.memory, before, context);
  return { memory: second.memory, ops: [...first.ops, ...second.ops] };
};

const updatePod = (memory: ReplicaSetMemory, before: Pod, pod: Pod, context: ControllerContext): Changed => {
  if (before.metadata.resourceVersion === pod.metadata.resourceVersion) return unchanged(memory);
  const labelsChanged = !semanticEqual(before.metadata.labels, pod.metadata.labels);
  // Why: a pod being deleted is replaced at once, not when the kubelet is done with it.
  if (pod.metadata.deletionTimestamp !== undefined) return gracefullyDeleted(memory, before, pod, labelsChanged, context);
  const ref = controllerOf(pod);
  const refBefore = controllerOf(before);
  const refChanged = !semanticEqual(ref, refBefore);
  const formerOwner = refChanged ? resolve(context, before, refBefore) : undefined;
  const wakeFormer = formerOwner === undefined ? [] : [enqueue(formerOwner)];
  if (ref !== undefined) {
    const rs = resolve(context, pod, ref);
    return { memory, ops: rs === undefined ? wakeFormer : [...wakeFormer, enqueue(rs), ...availabilityCheck(rs, before, pod)] };
  }
  return { memory, ops: labelsChanged || refChanged ? [...wakeFormer, ...replicaSetsOfPod(context, pod).map(enqueue)] : wakeFormer };
};

/** Why the expectations go: another ReplicaSet of the same name starts clean. */
const deleteReplicaSet = (memory: ReplicaSetMemory, rs: ReplicaSet): Changed =>
  ({ memory: expecting(memory, uidDeleteExpectations(memory.expectations, keyOf(rs))), ops: [enqueue(rs)] });

const updateReplicaSet = (memory: ReplicaSetMemory, before: ReplicaSet, rs: ReplicaSet): Changed => {
  if (before.metadata.uid === rs.metadata.uid) return { memory, ops: [enqueue(rs)] };
  const deleted = deleteReplicaSet(memory, before);
  return { memory: deleted.memory, ops: [...deleted.ops, enqueue(rs)] };
};

const handleReplicaSet = (memory: ReplicaSetMemory, notification: Notification): Changed => {
  const rs = notification.object as ReplicaSet;
  switch (notification.kind) {
    case 'add': return { memory, ops: [enqueue(rs)] };
    case 'update': return updateReplicaSet(memory, notification.before as ReplicaSet, rs);
    case 'delete': return deleteReplicaSet(memory, rs);
    default: return notification satisfies never;
  }
};

const handlePod = (memory: ReplicaSetMemory, notification: Notification, context: ControllerContext): Changed => {
  const pod = notification.object as Pod;
  switch (notification.kind) {
    case 'add': return addPod(memory, pod, context);
    case 'update': return updatePod(memory, notification.before as Pod, pod, context);
    case 'delete': return deletePod(memory, pod, context);
    default: return notification satisfies never;
  }
};

export const handleNotification = (memory: ReplicaSetMemory, notification: Notification, context: ControllerContext): Changed => {
  if (notification.resource === REPLICA_SETS) return handleReplicaSet(memory, notification);
  return notification.resource === PODS ? handlePod(memory, notification, context) : unchanged(memory);
};
