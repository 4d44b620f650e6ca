/**
 * What happened in the cluster, as the scheduling queue asks plugins about it.
 * Models: staging/src/k8s.io/kube-scheduler/framework/types.go ClusterEvent, ActionType; pkg/scheduler/framework/events.go
 *   PodSchedulingPropertiesChange, NodeSchedulingPropertiesChange, MatchClusterEvents
 * Not modelled: resource claims and device classes, storage capacity.
 */
import type { KubeObject } from '../../../api/object.ts';
import { podRequests } from '../../../api/pod-requests.ts';
import type { Node, Pod } from '../../../api/types.ts';

export type EventResource =
  /** As registered by a plugin: an assigned or an unscheduled pod. */
  | 'Pod'
  | 'AssignedPod' | 'UnscheduledPod' | 'Node' | 'PersistentVolume' | 'PersistentVolumeClaim' | 'StorageClass' | 'CSINode' | '*';

/** Bits, so that a registration names several at once. */
export const ACTION = {
  add: 1, delete: 2,
  nodeAllocatable: 4, nodeLabel: 8, nodeTaint: 16, nodeCondition: 32, nodeAnnotation: 64,
  podLabel: 128, podScaleDown: 256, podToleration: 512, podGatesEliminated: 1024, podOther: 2048,
  update: 4092, all: 4095,
} as const;

export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: number;
  readonly label: string;
}

const event = (resource: EventResource, action: number, label: string): ClusterEvent => ({ resource, action, label });

export const EVENT = {
  assignedPodAdd: event('AssignedPod', ACTION.add, 'AssignedPodAdd'),
  assignedPodDelete: event('AssignedPod', ACTION.delete, 'AssignedPodDelete'),
  unscheduledPodAdd: event('UnscheduledPod', ACTION.add, 'UnschedulablePodAdd'),
  nodeAdd: event('Node', ACTION.add, 'NodeAdd'),
  nodeDelete: event('Node', ACTION.delete, 'NodeDelete'),
  unschedulableTimeout: event('*', ACTION.all, 'UnschedulableTimeout'),
  forceActivate: event('*', ACTION.all, 'ForceActivate'),
} as const;

const STORAGE: Readonly<Record<string, EventResource>> = {
  persistentvolumes: 'PersistentVolume', persistentvolumeclaims: 'PersistentVolumeClaim',
  'storageclasses.storage.k8s.io': 'StorageClass', 'csinodes.storage.k8s.io': 'CSINode',
};
/** The event of a change to a resource that only some plugins read; undefined when none does. */
export const storageEvent = (resource: string, kind: 'add' | 'update' | 'delete'): ClusterEvent | undefined => {
  const name = STORAGE[resource];
  return name === undefined ? undefined : event(name, ACTION[kind], `${name}${kind === 'add' ? 'Add' : kind === 'update' ? 'Update' : 'Delete'}`);
};

export const isWildcard = (of: ClusterEvent): boolean => of.resource === '*' && of.action === ACTION.all;

const resourceMatches = (registered: EventResource, happened: EventResource): boolean =>
  registered === '*' || registered === happened || (registered === 'Pod' && (happened === 'AssignedPod' || happened === 'UnscheduledPod'));

export const eventMatches = (registered: { readonly resource: EventResource; readonly action: number }, happened: ClusterEvent): boolean =>
  resourceMatches(registered.resource, happened.resource) && (registered.action & happened.action) !== 0;

export type Hint = 'queue' | 'skip';
/** Could the event make the pod schedulable, as far as this plugin goes? `before` is absent for an add, `after` for a delete. */
export type HintFunction = (pod: Pod, before: KubeObject | undefined, after: KubeObject | undefined) => Hint;

/** What a plugin registers: an event without a hint always queues. */
export interface EventRegistration {
  readonly resource: EventResource;
  readonly action: number;
  readonly hint?: HintFunction;
}

const sameRecord = (a: Readonly<Record<string, string>> | undefined, b: Readonly<Record<string, string>> | undefined): boolean => {
  if (a === b) return true;
  const left = Object.entries(a ?? {});
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b !== undefined && Object.hasOwn(b, key) && b[key] === value);
};

/** Deep equality by text: only asked of small lists of the same origin. */
const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const scaledDown = (now: Pod, before: Pod): boolean => {
  if (now.spec === before.spec) return false;
  const a = podRequests(now);
  const b = podRequests(before);
  if (a.cpu < b.cpu || a.memory < b.memory) return true;
  for (const [name, amount] of b.scalar) if ((a.scalar.get(name) ?? 0) < amount) return true;
  return false;
};

const podActions = (now: Pod, before: Pod): readonly (readonly [number, string])[] => {
  const found: (readonly [number, string])[] = [];
  if (!sameRecord(now.metadata.labels, before.metadata.labels)) found.push([ACTION.podLabel, 'UpdatePodLabel']);
  if (scaledDown(now, before)) found.push([ACTION.podScaleDown, 'UpdatePodScaleDown']);
  if ((now.spec.schedulingGates?.length ?? 0) === 0 && (before.spec.schedulingGates?.length ?? 0) > 0) found.push([ACTION.podGatesEliminated, 'UpdatePodSchedulingGatesEliminated']);
  if (!sameJson(now.spec.tolerations, before.spec.tolerations)) found.push([ACTION.podToleration, 'UpdatePodToleration']);
  return found.length > 0 ? found : [[ACTION.podOther, 'UpdatePodOther']];
};

export const podEvents = (resource: 'AssignedPod' | 'UnscheduledPod', now: Pod, before: Pod): readonly ClusterEvent[] =>
  podActions(now, before).map(([action, label]) => event(resource, action, label));

const conditionStates = (node: Node): unknown => node.status?.conditions?.map((condition) => [condition.type, condition.status]);
/** `spec.unschedulable` counts as a taint. */
export const nodeEvents = (now: Node, before: Node): readonly ClusterEvent[] => {
  const found: ClusterEvent[] = [];
  if (now.spec.unschedulable !== before.spec.unschedulable || !sameJson(now.spec.taints, before.spec.taints)) found.push(event('Node', ACTION.nodeTaint, 'UpdateNodeTaint'));
  if (!sameRecord(now.status?.allocatable, before.status?.allocatable)) found.push(event('Node', ACTION.nodeAllocatable, 'UpdateNodeAllocatable'));
  if (!sameRecord(now.metadata.labels, before.metadata.labels)) found.push(event('Node', ACTION.nodeLabel, 'UpdateNodeLabel'));
  if (!sameJson(conditionStates(now), conditionStates(before))) found.push(event('Node', ACTION.nodeCondition, 'UpdateNodeCondition'));
  if (!sameRecord(now.metadata.annotations, before.metadata.annotations)) found.push(event('Node', ACTION.nodeAnnotation, 'UpdateNodeAnnotation'));
  return found;
};
