/**
 * The ReplicaSet controller: as many active pods of its template as each ReplicaSet asks for.
 * Models: pkg/controller/replicaset/replica_set.go; cmd/kube-controller-manager/app/options/replicasetcontroller.go (5 concurrent syncs)
 * Not modelled: ReplicationController, which upstream runs on the same code.
 */
import type { Controller, ControllerOf } from '../../../client/controller.ts';
import { erase } from '../../../client/controller.ts';
import { noUidExpectations } from '../../../client/expectations.ts';
import { CONTROLLER_UID_INDEX, controllerUidIndex, POD_CONTROLLER_INDEX, podControllerIndex } from '../pod-control/owner-index.ts';
import { handleNotification } from './handlers.ts';
import type { ReplicaSetPolicy } from './policy/replicaset-policy.ts';
import { upstreamReplicaSetPolicy } from './policy/replicaset-policy.ts';
import type { ReplicaSetMemory, ReplicaSetSync } from './sync-data.ts';
import { PODS, REPLICA_SETS } from './sync-data.ts';
import { resumeSync, startSync } from './sync.ts';

const QUEUE = 'replicaset';

/** The controller with its types, for specs. */
export const typedReplicaSetController = (policy: ReplicaSetPolicy = upstreamReplicaSetPolicy): ControllerOf<ReplicaSetMemory, ReplicaSetSync> => ({
  name: 'replicaset-controller',
  queues: [{ name: QUEUE, workers: 5 }],
  informers: [
    { resource: REPLICA_SETS, handles: true, indexes: { [CONTROLLER_UID_INDEX]: controllerUidIndex } },
    { resource: PODS, handles: true, indexes: { [POD_CONTROLLER_INDEX]: podControllerIndex } },
  ],
  initial: { expectations: noUidExpectations() },
  handle: handleNotification,
  reconcile: (memory, _queue, key, context) => startSync(key, { memory, ops: [], context, policy }),
  resume: (memory, _queue, _key, stage, answers, context) => resumeSync(stage, answers, { memory, ops: [], context, policy }),
});

export const replicaSetController = (policy?: ReplicaSetPolicy): Controller => erase(typedReplicaSetController(policy));
