/**
 * What the Deployment controller does about each change in its caches: find the Deployment concerned, and enqueue it.
 * Models: pkg/controller/deployment/deployment_controller.go addDeployment, updateReplicaSet, deletePod, ..., getDeploymentsForReplicaSet
 * Not modelled: deletePod's live list of ReplicaSets; the cache's are asked instead.
 */
import type { OwnerReference } from '../../../api/object.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Change, ControllerContext, Op } from '../../../client/controller.ts';
import { objectsByOwner, ownersSelecting, podsByOwner, REPLICA_SET_CONTROLLER_INDEX, resolveControllerRef } from '../pod-control/owner-index.ts';
import type { DeploymentMemory } from './sync-data.ts';
import { DEPLOYMENT_KIND, DEPLOYMENTS, PODS, REPLICA_SET_KIND, REPLICA_SETS } from './sync-data.ts';

const enqueue = (d: Deployment | undefined): readonly Op[] => (d === undefined ? [] : [{ op: 'add', key: keyOf(d) }]);

const deploymentOf = (context: ControllerContext, rs: ReplicaSet, ref: OwnerReference | undefined = controllerOf(rs)): Deployment | undefined =>
  resolveControllerRef(context.caches.lister<Deployment>(DEPLOYMENTS), DEPLOYMENT_KIND, rs.metadata.namespace ?? '', ref);

const deploymentsFor = (context: ControllerContext, rs: ReplicaSet): readonly Op[] =>
  ownersSelecting(context.caches.lister<Deployment>(DEPLOYMENTS), rs).flatMap(enqueue);

const addReplicaSet = (rs: ReplicaSet, context: ControllerContext): readonly Op[] => {
  const ref = controllerOf(rs);
  // Why the deleted ones are no orphans to be adopted: after a restart one can first be seen already being deleted.
  return ref !== undefined || rs.metadata.deletionTimestamp !== undefined ? enqueue(deploymentOf(context, rs)) : deploymentsFor(context, rs);
};

const updateReplicaSet = (before: ReplicaSet, rs: ReplicaSet, context: ControllerContext): readonly Op[] => {
  if (before.metadata.resourceVersion === rs.metadata.resourceVersion) return [];
  const ref = controllerOf(rs);
  const refBefore = controllerOf(before);
  const refChanged = !semanticEqual(ref, refBefore);
  const former = refChanged ? enqueue(deploymentOf(context, before, refBefore)) : [];
  if (ref !== undefined) return [...former, ...enqueue(deploymentOf(context, rs, ref))];
  return refChanged || !semanticEqual(before.metadata.labels, rs.metadata.labels) ? [...former, ...deploymentsFor(context, rs)] : former;
};

const handleReplicaSet = (notification: Notification, context: ControllerContext): readonly Op[] => {
  const rs = notification.object as ReplicaSet;
  switch (notification.kind) {
    case 'add': return addReplicaSet(rs, context);
    case 'update': return updateReplicaSet(notification.before as ReplicaSet, rs, context);
    case 'delete': return enqueue(deploymentOf(context, rs));
    default: return notification satisfies never;
  }
};

/** Under Recreate the last old pod to go lets the new ones be made. */
const deletePod = (pod: Pod, context: ControllerContext): readonly Op[] => {
  const sets = context.caches.lister<ReplicaSet>(REPLICA_SETS);
  const rs = resolveControllerRef(sets, REPLICA_SET_KIND, pod.metadata.namespace ?? '', controllerOf(pod));
  const d = rs === undefined ? undefined : deploymentOf(context, rs);
  if (d?.spec.strategy?.type !== 'Recreate') return [];
  const pods = context.caches.lister<Pod>(PODS);
  const owned = objectsByOwner(sets, REPLICA_SET_CONTROLLER_INDEX, d, { includeOrphans: false });
  return owned.some((one) => podsByOwner(pods, one, { includeOrphans: false }).length > 0) ? [] : enqueue(d);
};

export const handleNotification = (memory: DeploymentMemory, notification: Notification, context: ControllerContext): Change<DeploymentMemory> => {
  switch (notification.resource) {
    case DEPLOYMENTS: return { memory, ops: enqueue(notification.object as Deployment) };
    case REPLICA_SETS: return { memory, ops: handleReplicaSet(notification, context) };
    case PODS: return { memory, ops: notification.kind === 'delete' ? deletePod(notification.object as Pod, context) : [] };
    default: return { memory, ops: [] };
  }
};
