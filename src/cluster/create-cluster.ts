/** The composition root: from a topology to a world whose actors are the components of a cluster, wired to one another by name. */
import { containerRuntimeActor } from '../components/container-runtime/container-runtime-actor.ts';
import { etcdActor } from '../components/etcd/etcd-actor.ts';
import type { EtcdState } from '../components/etcd/state.ts';
import { kubeApiserverActor } from '../components/kube-apiserver/kube-apiserver-actor.ts';
import { defaultControllers, kubeControllerManagerActor } from '../components/kube-controller-manager/kube-controller-manager-actor.ts';
import { kubeProxyActor } from '../components/kube-proxy/kube-proxy-actor.ts';
import type { KubeSchedulerOptions } from '../components/kube-scheduler/kube-scheduler-actor.ts';
import { kubeSchedulerActor } from '../components/kube-scheduler/kube-scheduler-actor.ts';
import { kubectlActor } from '../components/kubectl/kubectl-actor.ts';
import { kubeletActor } from '../components/kubelet/kubelet-actor.ts';
import { networkActor } from '../components/network/network-actor.ts';
import type { Actor, ActorId } from '../kernel/transition.ts';
import type { World } from '../kernel/world.ts';
import { createWorld, hosted } from '../kernel/world.ts';
import { nodeAddress, podCidr } from './addresses.ts';
import { clusterHashing } from './canonical/canonical-hash.ts';
import { installedStore } from './install.ts';
import { KUBE_PROXY_IMAGE } from './kube-proxy-addon.ts';
import { latencyModel } from './latency.ts';
import { ETCD } from './store-view.ts';
import type { ClusterTopology, NodeTopology } from './topology.ts';
import { mutated, policiesOf } from './variants.ts';
import type { Policies, Variant } from './variants.ts';

export const KUBECTL = 'kubectl';
export const NETWORK = 'network';
export const KUBE_SCHEDULER = 'kube-scheduler';
export const KUBE_CONTROLLER_MANAGER = 'kube-controller-manager';

/** `kube-apiserver`, or `kube-apiserver/<n>` from 0 on where there are several. */
export const apiserverNames = (count: number): readonly ActorId[] =>
  (count === 1 ? ['kube-apiserver'] : Array.from({ length: count }, (_, i) => `kube-apiserver/${i}`));

/** The servers in the order in which a client tries them: clients spread over the replicas. */
const serversFor = (servers: readonly ActorId[], index: number): readonly ActorId[] => {
  const first = index % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
};

const eventsOf = ({ events = true }: ClusterTopology): { readonly events?: boolean } => (events ? {} : { events });

const nodeActors = (topology: ClusterTopology, node: NodeTopology, index: number, servers: readonly ActorId[], { kubelet: policy }: Policies): readonly Actor[] => {
  const kubelet = `kubelet/${node.name}`;
  const runtime = `container-runtime/${node.name}`;
  const proxy = `kube-proxy/${node.name}`;
  return [
    hosted(kubeletActor({
      id: kubelet, node: node.name, apiservers: servers, runtime, network: NETWORK, address: nodeAddress(index), podCidr: podCidr(index),
      capacity: node.capacity, labels: node.labels, taints: node.taints, ...(policy === undefined ? {} : { policy }), ...eventsOf(topology),
    })),
    hosted(containerRuntimeActor({ id: runtime, node: node.name, kubelet, network: NETWORK, images: topology.images, processes: { [KUBE_PROXY_IMAGE]: proxy } })),
    hosted(kubeProxyActor({ id: proxy, node: node.name, apiservers: servers, network: NETWORK })),
  ];
};

export interface ClusterOptions {
  /** What etcd holds at the beginning; a freshly installed cluster's when absent. */
  readonly store?: EtcdState | undefined;
  /** Replaced policies; of two that replace the same one, the later counts. */
  readonly variants?: readonly Variant[] | undefined;
}

const schedulerOptions = ({ scheduler, schedulerProfile }: Policies): Pick<KubeSchedulerOptions, 'policy' | 'profile'> =>
  ({ ...(scheduler === undefined ? {} : { policy: scheduler }), ...(schedulerProfile === undefined ? {} : { profile: schedulerProfile }) });

/** Every actor of a cluster. */
export const clusterActors = (topology: ClusterTopology, { store, variants = [] }: ClusterOptions = {}): readonly Actor[] => {
  const servers = apiserverNames(topology.apiservers);
  const { leaderElection, user } = topology;
  const policies = policiesOf(variants);
  return mutated(policies, [
    hosted(etcdActor({ id: ETCD, restored: store ?? installedStore(topology) })),
    ...servers.map((id) => hosted(kubeApiserverActor({ id, etcd: ETCD }))),
    hosted(kubeControllerManagerActor({
      id: KUBE_CONTROLLER_MANAGER, apiservers: serversFor(servers, 0), leaderElection, controllers: defaultControllers(policies, topology.controllers), ...eventsOf(topology),
    })),
    hosted(kubeSchedulerActor({
      id: KUBE_SCHEDULER, apiservers: serversFor(servers, 1), ...(leaderElection ? {} : { leaderElection: false }), ...schedulerOptions(policies), ...eventsOf(topology),
    })),
    hosted(networkActor({ id: NETWORK })),
    hosted(kubectlActor({
      id: KUBECTL, apiservers: serversFor(servers, 0),
      credential: { kind: 'certificate', commonName: user.name, organizations: user.groups },
      ...(user.retypeAfterMs === undefined ? {} : { retypeAfterMs: user.retypeAfterMs }),
    })),
    ...topology.nodes.flatMap((node, index) => nodeActors(topology, node, index, serversFor(servers, index + 2), policies)),
  ]);
};

/** A cluster at its beginning: everything is installed and about to start. */
export const createCluster = (topology: ClusterTopology, options: ClusterOptions = {}): World => createWorld({
  seed: topology.seed, startMs: topology.startMs, lagMs: topology.lagMs, latencyMs: latencyModel(topology.latency), actors: clusterActors(topology, options),
  hashing: clusterHashing(),
});
