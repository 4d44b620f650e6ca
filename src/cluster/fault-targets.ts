/**
 * What can break in a cluster. Not among it: the user's kubectl and the network, which are the world outside; kube-proxy on its own, whose life
 * is its container's.
 */
import type { ActorId } from '../kernel/transition.ts';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER, apiserverNames } from './create-cluster.ts';
import { ETCD } from './store-view.ts';
import type { ClusterTopology } from './topology.ts';

/** The shape is that of `FaultTargets` in explore/. */
export interface ClusterFaultTargets {
  readonly crash: readonly ActorId[];
  readonly cut: readonly (readonly [ActorId, ActorId])[];
  readonly reset: readonly ActorId[];
  readonly skew: readonly ActorId[];
  readonly nodes: readonly (readonly ActorId[])[];
}

export const faultTargetsOf = ({ apiservers, nodes }: ClusterTopology): ClusterFaultTargets => {
  const servers = apiserverNames(apiservers);
  const kubelets = nodes.map(({ name }): ActorId => `kubelet/${name}`);
  const clients = [KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER, ...kubelets];
  return {
    crash: [...servers, ETCD, ...clients],
    cut: servers.flatMap((server) => [ETCD, ...clients].map((peer): readonly [ActorId, ActorId] => [server, peer])),
    reset: servers,
    skew: clients,
    nodes: nodes.map(({ name }) => [`kubelet/${name}`, `container-runtime/${name}`, `kube-proxy/${name}`]),
  };
};
