/**
 * NodeResourcesFit (filter; LeastAllocated score) and NodeResourcesBalancedAllocation.
 * Models: pkg/scheduler/framework/plugins/noderesources/{fit,least_allocated,balanced_allocation,resource_allocation}.go
 * Not modelled: MostAllocated and RequestedToCapacityRatio strategies, ignored resources, extended resources backed by devices.
 */
import type { Node, Pod } from '../../../api/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { emptyNodeInfo, withNode } from '../framework/node-info.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { definePlugin, MAX_NODE_SCORE, ready, skip } from '../framework/plugin.ts';
import { podInfo } from '../framework/pod-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { interned, newStatus } from '../framework/status.ts';
import type { Status } from '../framework/status.ts';

const NAME = 'NodeResourcesFit';
const resolvable = interned((text) => newStatus('Unschedulable', NAME, ...text.split('\n')));
const hopeless = interned((text) => newStatus('UnschedulableAndUnresolvable', NAME, ...text.split('\n')));

const fits = (pod: PodInfo, node: NodeInfo): boolean => {
  if (node.pods.length + 1 > node.allocatablePods) return false;
  if (pod.cpu > 0 && pod.cpu > node.allocatableCpu - node.requestedCpu) return false;
  if (pod.memory > 0 && pod.memory > node.allocatableMemory - node.requestedMemory) return false;
  for (const [name, amount] of pod.scalar) if (amount > 0 && amount > free(node, name)) return false;
  return true;
};
const free = (node: NodeInfo, resource: string): number => (node.allocatableScalar.get(resource) ?? 0) - (node.requestedScalar.get(resource) ?? 0);

/** ephemeral-storage is named before the other scalar resources. */
const scalarNames = (pod: PodInfo): readonly string[] => {
  const names = [...pod.scalar.keys()];
  return names.includes('ephemeral-storage') ? ['ephemeral-storage', ...names.filter((name) => name !== 'ephemeral-storage')] : names;
};

const insufficient = (pod: PodInfo, node: NodeInfo): Status => {
  const reasons: string[] = [];
  let resolvableByPreemption = true;
  const check = (resource: string, wanted: number, available: number, capacity: number): void => {
    if (wanted <= 0 || wanted <= available) return;
    reasons.push(`Insufficient ${resource}`);
    if (wanted > capacity) resolvableByPreemption = false;
  };
  if (node.pods.length + 1 > node.allocatablePods) reasons.push('Too many pods');
  check('cpu', pod.cpu, node.allocatableCpu - node.requestedCpu, node.allocatableCpu);
  check('memory', pod.memory, node.allocatableMemory - node.requestedMemory, node.allocatableMemory);
  for (const name of scalarNames(pod)) check(name, pod.scalar.get(name) ?? 0, free(node, name), node.allocatableScalar.get(name) ?? 0);
  return (resolvableByPreemption ? resolvable : hopeless)(reasons.join('\n'));
};

const leastRequested = (requested: number, capacity: number): number =>
  (requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity));

const leastAllocated = (pod: PodInfo, node: NodeInfo): number => {
  let sum = 0;
  let weights = 0;
  if (node.allocatableCpu > 0) {
    sum += leastRequested(node.nonZeroCpu + pod.nonZeroCpu, node.allocatableCpu);
    weights += 1;
  }
  if (node.allocatableMemory > 0) {
    sum += leastRequested(node.nonZeroMemory + pod.nonZeroMemory, node.allocatableMemory);
    weights += 1;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
};

const sharesResource = (pod: PodInfo, other: PodInfo): boolean => {
  if ((pod.cpu > 0 && other.cpu > 0) || (pod.memory > 0 && other.memory > 0)) return true;
  for (const [name, amount] of pod.scalar) if (amount > 0 && (other.scalar.get(name) ?? 0) > 0) return true;
  return pod.cpu === 0 && pod.memory === 0 && pod.scalar.size === 0;
};
/** A freed place in the pod count helps any pod, so a delete is only skipped when it can have freed nothing that is asked for. `other` undefined: an assumed pod was forgotten, and nobody says which. */
const freesSomething = (pod: Pod, other: Pod | undefined): boolean => other === undefined || other.spec.nodeName !== undefined || sharesResource(podInfo(pod), podInfo(other));

export const nodeResourcesFit = definePlugin({
  name: NAME,
  events: [
    { resource: 'Pod', action: ACTION.delete | ACTION.podScaleDown, hint: (pod, before, after) => (freesSomething(pod, (before ?? after) as Pod | undefined) ? 'queue' : 'skip') },
    {
      resource: 'Node', action: ACTION.add | ACTION.nodeAllocatable,
      hint: (pod, _, after) => (after !== undefined && fits(podInfo(pod), withNode(emptyNodeInfo(after.metadata.name), after as Node)) ? 'queue' : 'skip'),
    },
  ],
  filter: (_, { pod }, node) => (fits(pod, node) ? undefined : insufficient(pod, node)),
  score: (_, { pod }, node) => leastAllocated(pod, node),
});

export const nodeResourcesBalancedAllocation = definePlugin({
  name: 'NodeResourcesBalancedAllocation',
  preScore: ({ pod }) => (pod.cpu === 0 && pod.memory === 0 ? skip : ready(undefined)),
  score: (_, { pod }, node) => {
    if (node.allocatableCpu === 0 || node.allocatableMemory === 0) return MAX_NODE_SCORE;
    const cpu = Math.min((node.requestedCpu + pod.cpu) / node.allocatableCpu, 1);
    const memory = Math.min((node.requestedMemory + pod.memory) / node.allocatableMemory, 1);
    return Math.trunc((1 - Math.abs(cpu - memory) / 2) * MAX_NODE_SCORE);
  },
});
