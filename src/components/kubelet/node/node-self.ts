/**
 * What this kubelet's Node looks like.
 * Models: pkg/kubelet/kubelet_node_status.go `initialNode`, pkg/kubelet/nodestatus/setters.go
 * Not modelled: cloud providers, pressure (the conditions are always False), reserved resources, runtime health, volumes in use.
 */
import { findCondition, transitionTime } from '../../../api/conditions.ts';
import type { Node, NodeCondition, NodeStatus } from '../../../api/types.ts';
import { formatTime } from '../../../api/time.ts';
import { cachesOf } from '../../../client/informers.ts';
import type { KubeletOptions } from '../options.ts';
import { KUBELET_VERSION } from '../options.ts';
import type { KubeletState } from '../state.ts';
import type { AdmittingNode } from '../admission/admit-pod.ts';
import type { Turn } from '../turn.ts';

const MAX_IMAGES = 50;

export const nodeLabels = ({ node, labels = {}, zone, region }: KubeletOptions): Readonly<Record<string, string>> => ({
  'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': node, 'kubernetes.io/os': 'linux',
  ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
  ...(region === undefined ? {} : { 'topology.kubernetes.io/region': region }),
  ...labels,
});

type Draft = Required<Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>>;

const HEALTH: readonly Draft[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
];
const READY: Draft = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
const NOT_READY: Draft = { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'container runtime status check may not have completed yet' };

const WHEN_READY: readonly Draft[] = [...HEALTH, READY];
const WHEN_NOT_READY: readonly Draft[] = [...HEALTH, NOT_READY];

const conditionsAt = (before: readonly NodeCondition[], isReady: boolean, now: string): readonly NodeCondition[] => {
  const wanted = isReady ? WHEN_READY : WHEN_NOT_READY;
  const others = before.filter(({ type }) => findCondition(wanted, type) === undefined);
  return others.concat(wanted.map(({ type, status, reason, message }) =>
    ({ type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: transitionTime(findCondition(before, type), status, now) })));
};

const hex = (text: string): string => [...text].map((letter) => letter.charCodeAt(0).toString(16)).join('').padEnd(32, '0').slice(0, 32);

const nodeInfo = (node: string): NonNullable<NodeStatus['nodeInfo']> => ({
  architecture: 'amd64', bootID: hex(`boot-${node}`), containerRuntimeVersion: 'containerd://2.1.3', kernelVersion: '6.8.0', kubeProxyVersion: '',
  kubeletVersion: KUBELET_VERSION, machineID: hex(node), operatingSystem: 'linux', osImage: 'Kubeloom', systemUUID: hex(`system-${node}`),
});

const imagesOf = (state: KubeletState): NonNullable<NodeStatus['images']> =>
  state.images.entries().slice(0, MAX_IMAGES).map(([image, imageRef]) => ({ names: [imageRef, image] }));

/** The status as it stands now; `before`: as the API has it. */
export const nodeStatusAt = (turn: Turn, before: NodeStatus | undefined): NodeStatus => {
  const { options } = turn.plan;
  return {
    ...before,
    capacity: options.capacity,
    allocatable: options.allocatable ?? options.capacity,
    conditions: conditionsAt(before?.conditions ?? [], turn.state.isReady, formatTime(turn.env.nowMs)),
    addresses: [{ type: 'InternalIP', address: options.address }, { type: 'Hostname', address: options.node }],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: before?.nodeInfo ?? nodeInfo(options.node),
    ...(turn.state.images.size === 0 ? {} : { images: imagesOf(turn.state) }),
  };
};

export const initialNode = (turn: Turn): Node => {
  const { options } = turn.plan;
  const taints = options.taints ?? [];
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name: options.node, labels: nodeLabels(options), annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: taints.length === 0 ? {} : { taints },
    status: nodeStatusAt(turn, undefined),
  };
};

/** As the node's cache has it; else as it registered. */
export const ownNode = (turn: Turn): Node | undefined =>
  cachesOf(turn.plan.informers, turn.state.informers).lister<Node>('nodes').get('', turn.plan.options.node) ?? turn.state.node.object;

export const admittingNode = (turn: Turn): AdmittingNode => {
  const { options } = turn.plan;
  const node = ownNode(turn);
  return {
    name: options.node,
    labels: node?.metadata.labels ?? nodeLabels(options),
    allocatable: node?.status?.allocatable ?? options.allocatable ?? options.capacity,
  };
};

const withoutTimes = ({ type, status, reason, message }: NodeCondition): string => `${type}\n${status}\n${reason ?? ''}\n${message ?? ''}`;

/** Whether the API shows something other than what is so, heartbeats aside. */
export const hasStatusChanged = (before: NodeStatus | undefined, now: NodeStatus): boolean => {
  const shown = (before?.conditions ?? []).map(withoutTimes);
  return (before?.images?.length ?? 0) !== (now.images?.length ?? 0) || (now.conditions ?? []).some((condition) => !shown.includes(withoutTimes(condition)));
};
