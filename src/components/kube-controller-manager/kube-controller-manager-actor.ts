/**
 * kube-controller-manager: every controller in one process, so that a crash takes them all.
 * Models: cmd/kube-controller-manager/app/controllermanager.go `NewControllerDescriptors`, `Run`
 * Not modelled: controllers of what the cluster has not got (cloud, certificates, volumes, StatefulSets, autoscaling, quotas).
 */
import type { Controller } from '../../client/controller.ts';
import type { HostState } from '../../client/controller-host.ts';
import { controllerHostActor } from '../../client/controller-host.ts';
import type { Actor, ActorId } from '../../kernel/transition.ts';
import type { ControllerName } from './controller-names.ts';
import { ALL_CONTROLLERS, controllerNames, isControllerEnabled } from './controller-names.ts';
import type { CronPolicy } from './cronjob/cron-job-controller.ts';
import { cronJobController } from './cronjob/cron-job-controller.ts';
import type { DaemonPolicy } from './daemonset/daemonset-controller.ts';
import { daemonSetController } from './daemonset/daemonset-controller.ts';
import { deploymentController } from './deployment/deployment-controller.ts';
import type { DeploymentPolicy } from './deployment/policy/deployment-policy.ts';
import { upstreamDeploymentPolicy } from './deployment/policy/deployment-policy.ts';
import { disruptionController } from './disruption/disruption-controller.ts';
import { endpointsController } from './endpoints/endpoints-controller.ts';
import { endpointSliceController } from './endpointslice/endpoint-slice-controller.ts';
import type { EndpointSlicePolicy } from './endpointslice/endpoint-slice-controller.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import type { JobPolicy } from './job/job-controller.ts';
import { jobController } from './job/job-controller.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { nodeLifecycleController } from './nodelifecycle/node-lifecycle-controller.ts';
import { podGcController } from './podgc/pod-gc-controller.ts';
import type { ReplicaSetPolicy } from './replicaset/policy/replicaset-policy.ts';
import { upstreamReplicaSetPolicy } from './replicaset/policy/replicaset-policy.ts';
import { replicaSetController } from './replicaset/replicaset-controller.ts';
import { rootCaCertPublisher } from './root-ca-cert-publisher/root-ca-cert-publisher.ts';
import { serviceAccountController } from './serviceaccount/service-account-controller.ts';
import { taintEvictionController } from './taint-eviction/taint-eviction-controller.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished-controller.ts';

export interface KubeControllerManagerOptions {
  readonly id: ActorId;
  readonly apiservers: readonly ActorId[];
  /** Whether replicas of it take turns over the Lease `kube-system/kube-controller-manager`. */
  readonly leaderElection: boolean;
  /** Default: `defaultControllers()`. */
  readonly controllers?: readonly Controller[];
  /** Whether it records Events; default: true. */
  readonly events?: boolean;
}

/** Decisions of controllers that a variant replaces; what is absent is upstream's. */
export interface ControllerPolicies {
  readonly deployment?: Partial<DeploymentPolicy>;
  readonly replicaSet?: Partial<ReplicaSetPolicy>;
  readonly daemonSet?: Partial<DaemonPolicy>;
  readonly job?: Partial<JobPolicy>;
  readonly cronJob?: Partial<CronPolicy>;
  readonly endpointSlice?: Partial<EndpointSlicePolicy>;
}

const controllersByName = ({ deployment, replicaSet, daemonSet, job, cronJob, endpointSlice }: ControllerPolicies): Readonly<Record<ControllerName, () => Controller>> => ({
  'deployment-controller': () => deploymentController({ ...upstreamDeploymentPolicy, ...deployment }),
  'replicaset-controller': () => replicaSetController({ ...upstreamReplicaSetPolicy, ...replicaSet }),
  'daemonset-controller': () => daemonSetController(daemonSet),
  'job-controller': () => jobController(job),
  'cronjob-controller': () => cronJobController(cronJob),
  'ttl-after-finished-controller': ttlAfterFinishedController,
  'endpointslice-controller': () => endpointSliceController(endpointSlice),
  'endpoints-controller': endpointsController,
  'garbage-collector-controller': garbageCollector,
  'namespace-controller': namespaceController,
  'node-lifecycle-controller': nodeLifecycleController,
  'taint-eviction-controller': taintEvictionController,
  'pod-garbage-collector-controller': podGcController,
  'disruption-controller': disruptionController,
  'serviceaccount-controller': serviceAccountController,
  'root-ca-certificate-publisher-controller': rootCaCertPublisher,
});

/** What runs: all without flags, else those that `chosen` enables (see `isControllerEnabled`). */
export const defaultControllers = (policies: ControllerPolicies = {}, chosen: readonly string[] = [ALL_CONTROLLERS]): readonly Controller[] => {
  const byName = controllersByName(policies);
  return controllerNames.filter((name) => isControllerEnabled(name, chosen)).map((name) => byName[name]());
};

export const kubeControllerManagerActor = ({ id, apiservers, leaderElection, controllers, events = true }: KubeControllerManagerOptions): Actor<HostState> => controllerHostActor({
  id, apiservers, controllers: controllers ?? defaultControllers(), ...(leaderElection ? {} : { leaderElection: false }), ...(events ? {} : { events }),
});
