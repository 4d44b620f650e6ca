/**
 * The Deployment controller: one ReplicaSet per pod template, and the way from the old ones to the new.
 * Models: pkg/controller/deployment/deployment_controller.go; cmd/kube-controller-manager/app/options/deploymentcontroller.go (5 concurrent syncs)
 */
import type { Controller, ControllerOf } from '../../../client/controller.ts';
import { erase } from '../../../client/controller.ts';
import { controllerIndex, POD_CONTROLLER_INDEX, REPLICA_SET_CONTROLLER_INDEX } from '../pod-control/owner-index.ts';
import { handleNotification } from './handlers.ts';
import type { DeploymentPolicy } from './policy/deployment-policy.ts';
import { upstreamDeploymentPolicy } from './policy/deployment-policy.ts';
import type { DeploymentMemory, DeploymentSync } from './sync-data.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from './sync-data.ts';
import { resumeSync, startSync } from './sync.ts';

const QUEUE = 'deployment';
/** With the back-off from 5 ms, the last try comes 82 s after the one before it. */
const MAX_RETRIES = 15;

/** The controller with its types, for specs. */
export const typedDeploymentController = (policy: DeploymentPolicy = upstreamDeploymentPolicy): ControllerOf<DeploymentMemory, DeploymentSync> => ({
  name: 'deployment-controller',
  queues: [{ name: QUEUE, workers: 5, maxRetries: MAX_RETRIES }],
  informers: [
    { resource: DEPLOYMENTS, handles: true },
    { resource: REPLICA_SETS, handles: true, indexes: { [REPLICA_SET_CONTROLLER_INDEX]: controllerIndex } },
    { resource: PODS, handles: true, indexes: { [POD_CONTROLLER_INDEX]: controllerIndex } },
  ],
  initial: {},
  handle: handleNotification,
  reconcile: (memory, _queue, key, context) => startSync(key, { memory, ops: [], context, policy }),
  resume: (memory, _queue, _key, stage, answers, context) => resumeSync(stage, answers, { memory, ops: [], context, policy }),
});

export const deploymentController = (policy?: DeploymentPolicy): Controller => erase(typedDeploymentController(policy));
