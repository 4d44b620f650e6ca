/**
 * A node as the scheduler reads it: what it offers and what its pods (bound and assumed) take, as numbers.
 * Models: pkg/scheduler/framework/types.go NodeInfo, HostPortInfo, Resource
 * Not modelled: PVC reference counts, attachable volume limits, declared features.
 */
import { hostPortsCollide } from '../../../api/host-ports.ts';
import type { HostPort } from '../../../api/host-ports.ts';
import { amountOf } from '../../../api/pod-helpers.ts';
import type { Node, Taint } from '../../../api/types.ts';
import { sortedKeys } from '../../../base/order.ts';
import { hasAffinity } from './pod-info.ts';
import type { PodInfo } from './pod-info.ts';

export interface NodeInfo {
  readonly name: string;
  /** Undefined: the node is gone but pods of it are still known. */
  readonly node: Node | undefined;
  /** Millicores, bytes, pods. */
  readonly allocatableCpu: number;
  readonly allocatableMemory: number;
  readonly allocatablePods: number;
  readonly allocatableScalar: ReadonlyMap<string, number>;
  readonly taints: readonly Taint[];
  /** Bytes by image name. */
  readonly images: ReadonlyMap<string, number>;
  readonly requestedCpu: number;
  readonly requestedMemory: number;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly requestedScalar: ReadonlyMap<string, number>;
  readonly pods: readonly PodInfo[];
  /** How many of the pods have any affinity term, how many a required anti-affinity term, how many a host port. */
  readonly podsWithAffinity: number;
  readonly podsWithAntiAffinity: number;
  readonly podsWithPorts: number;
}

const noTaints: readonly Taint[] = [];
const noAmounts: ReadonlyMap<string, number> = new Map();

export const emptyNodeInfo = (name: string): NodeInfo => ({
  name, node: undefined, allocatableCpu: 0, allocatableMemory: 0, allocatablePods: 0, allocatableScalar: noAmounts, taints: noTaints, images: noAmounts,
  requestedCpu: 0, requestedMemory: 0, nonZeroCpu: 0, nonZeroMemory: 0, requestedScalar: noAmounts, pods: [],
  podsWithAffinity: 0, podsWithAntiAffinity: 0, podsWithPorts: 0,
});

const offered = (node: Node): ReadonlyMap<string, number> => {
  const list = node.status?.allocatable ?? {};
  return new Map(sortedKeys(list).map((name) => [name, amountOf(name, list[name])]));
};

/** What `docker.io/library/nginx` is called in `status.images` is what a pod calls it. Source: `normalizedImageName`. */
export const normalizedImageName = (name: string): string => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name);

const imagesOf = (node: Node): ReadonlyMap<string, number> => {
  const listed = node.status?.images;
  if (listed === undefined || listed.length === 0) return noAmounts;
  return new Map(listed.flatMap((image) => (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0] as const)));
};

export const withNode = (info: NodeInfo, node: Node): NodeInfo => {
  const amounts = offered(node);
  const scalar = new Map([...amounts].filter(([name]) => name !== 'cpu' && name !== 'memory' && name !== 'pods'));
  return {
    ...info, node,
    allocatableCpu: amounts.get('cpu') ?? 0, allocatableMemory: amounts.get('memory') ?? 0, allocatablePods: amounts.get('pods') ?? 0, allocatableScalar: scalar,
    taints: node.spec.taints ?? noTaints, images: imagesOf(node),
  };
};

export const withoutNode = (info: NodeInfo): NodeInfo => ({ ...emptyNodeInfo(info.name), ...usageOf(info) });

const usageOf = (info: NodeInfo): Partial<NodeInfo> => ({
  requestedCpu: info.requestedCpu, requestedMemory: info.requestedMemory, nonZeroCpu: info.nonZeroCpu, nonZeroMemory: info.nonZeroMemory,
  requestedScalar: info.requestedScalar, pods: info.pods, podsWithAffinity: info.podsWithAffinity, podsWithAntiAffinity: info.podsWithAntiAffinity,
  podsWithPorts: info.podsWithPorts,
});

const addAmounts = (base: ReadonlyMap<string, number>, change: ReadonlyMap<string, number>, sign: 1 | -1): ReadonlyMap<string, number> => {
  if (change.size === 0) return base;
  const sum = new Map(base);
  for (const [name, amount] of change) {
    const total = (sum.get(name) ?? 0) + sign * amount;
    if (total === 0) sum.delete(name);
    else sum.set(name, total);
  }
  return sum;
};

const withPods = (info: NodeInfo, pods: readonly PodInfo[], pod: PodInfo, sign: 1 | -1): NodeInfo => ({
  name: info.name, node: info.node,
  allocatableCpu: info.allocatableCpu, allocatableMemory: info.allocatableMemory, allocatablePods: info.allocatablePods, allocatableScalar: info.allocatableScalar,
  taints: info.taints, images: info.images,
  requestedCpu: info.requestedCpu + sign * pod.cpu,
  requestedMemory: info.requestedMemory + sign * pod.memory,
  nonZeroCpu: info.nonZeroCpu + sign * pod.nonZeroCpu,
  nonZeroMemory: info.nonZeroMemory + sign * pod.nonZeroMemory,
  requestedScalar: addAmounts(info.requestedScalar, pod.scalar, sign),
  pods,
  podsWithAffinity: info.podsWithAffinity + (hasAffinity(pod) ? sign : 0),
  podsWithAntiAffinity: info.podsWithAntiAffinity + (pod.antiAffinity.length > 0 ? sign : 0),
  podsWithPorts: info.podsWithPorts + (pod.ports.length > 0 ? sign : 0),
});

export const addPod = (info: NodeInfo, pod: PodInfo): NodeInfo => withPods(info, [...info.pods, pod], pod, 1);

/** Unchanged when the pod is not on the node. */
export const removePod = (info: NodeInfo, uid: string): NodeInfo => {
  const index = info.pods.findIndex((pod) => pod.uid === uid);
  const found = info.pods[index];
  return found === undefined ? info : withPods(info, info.pods.toSpliced(index, 1), found, -1);
};

export const portsConflict = (info: NodeInfo, wanted: readonly HostPort[]): boolean =>
  info.podsWithPorts > 0 && info.pods.some((pod) => pod.ports.some((used) => wanted.some((port) => hostPortsCollide(used, port))));

/** Region and zone of a node as one text; '' when it has neither. Source: component-helpers/node/topology GetZoneKey. */
export const zoneKey = (node: Node): string => {
  const labels = node.metadata.labels ?? {};
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
};
