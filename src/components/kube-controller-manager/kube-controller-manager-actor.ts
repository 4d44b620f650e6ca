/**
 * kube-controller-manager: every controller in one process, so that a crash takes them all.
 * Models: cmd/kube-controller-manager/app/controllermanager.go `NewControllerDescriptors`, `Run`
 * Not modelled: controllers of what the cluster has not got (cloud, certificates, volumes, StatefulSets, autoscaling, quotas).
 */
import type { Controller } from '../../client/controller.ts';
import type { HostState } from '../../client/controller-host.ts';
import { controllerHostActor } from '../../client/controller-host.ts';
import type { Actor, ActorId } from '../../kernel/transition.ts';
import { cronJobController } from './cronjob/cron-job-controller.ts';
import { daemonSetController } from './daemonset/daemonset-controller.ts';
import { deploymentController } from './deployment/deployment-controller.ts';
import { disruptionController } from './disruption/disruption-controller.ts';
import { endpointsController } from './endpoints/endpoints-controller.ts';
import { endpointSliceController } from './endpointslice/endpoint-slice-controller.ts';
import { garbageCollector } from './garbage-collector/garbage-collector.ts';
import { jobController } from './job/job-controller.ts';
import { namespaceController } from './namespace/namespace-controller.ts';
import { nodeLifecycleController } from './nodelifecycle/node-lifecycle-controller.ts';
import { podGcController } from './podgc/pod-gc-controller.ts';
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
}

/** What runs without flags. */
export const defaultControllers = (): readonly Controller[] => [
  deploymentController(), replicaSetController(), daemonSetController(), jobController(), cronJobController(), ttlAfterFinishedController(),
  endpointSliceController(), endpointsController(), garbageCollector(), namespaceController(),
  nodeLifecycleController(), taintEvictionController(), podGcController(), disruptionController(),
  serviceAccountController(), rootCaCertPublisher(),
];

export const kubeControllerManagerActor = ({ id, apiservers, leaderElection, controllers }: KubeControllerManagerOptions): Actor<HostState> =>
  controllerHostActor({ id, apiservers, controllers: controllers ?? defaultControllers(), ...(leaderElection ? {} : { leaderElection: false }) });
