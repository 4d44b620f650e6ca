/**
 * Whether the node can take a pod that was bound to it, beside those that it has.
 * Models: pkg/kubelet/lifecycle/predicate.go `predicateAdmitHandler.Admit`, `generalFilter`; pkg/scheduler/scheduler.go `AdmissionCheck`
 * Not modelled: taints (the scheduler and the taint manager see to them), extended resources that the node does not have, operating system labels,
 *   topology manager, critical pods that evict others.
 */
import { hostPortsCollide, hostPortsOf } from '../../../api/host-ports.ts';
import { matchesNodeAffinity } from '../../../api/node-affinity.ts';
import { amountOf } from '../../../api/pod-helpers.ts';
import { podRequests } from '../../../api/pod-requests.ts';
import type { Pod } from '../../../api/types.ts';

export interface AdmittingNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Resource name to quantity. */
  readonly allocatable: Readonly<Record<string, string>>;
}

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

const insufficient = (resource: string, requested: number, used: number, capacity: number): Rejection => ({
  reason: `OutOf${resource}`,
  message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

const mismatch = (name: string, why: string): Rejection => ({ reason: name, message: `Predicate ${name} failed: ${why}` });

const total = (pods: readonly Pod[], resource: string): number => pods.reduce((sum, pod) => sum + requested(pod, resource), 0);

const requested = (pod: Pod, resource: string): number => {
  const requests = podRequests(pod);
  return resource === 'cpu' ? requests.cpu : resource === 'memory' ? requests.memory : requests.scalar.get(resource) ?? 0;
};

const fit = (pod: Pod, others: readonly Pod[], { allocatable }: AdmittingNode): Rejection | undefined => {
  const room = amountOf('pods', allocatable['pods']);
  if (others.length + 1 > room) return insufficient('pods', 1, others.length, room);
  for (const resource of ['cpu', 'memory', ...podRequests(pod).scalar.keys()]) {
    const wanted = requested(pod, resource);
    if (wanted === 0 || !Object.hasOwn(allocatable, resource)) continue;
    const used = total(others, resource);
    const capacity = amountOf(resource, allocatable[resource]);
    if (wanted > capacity - used) return insufficient(resource, wanted, used, capacity);
  }
  return undefined;
};

const portsAreFree = (pod: Pod, others: readonly Pod[]): boolean => {
  const wanted = hostPortsOf(pod.spec);
  return wanted.length === 0 || !others.some(({ spec }) => hostPortsOf(spec).some((taken) => wanted.some((port) => hostPortsCollide(port, taken))));
};

/** `others`: the pods of the node that have not ended. */
export const rejectionOf = (pod: Pod, others: readonly Pod[], node: AdmittingNode): Rejection | undefined => {
  const misfit = fit(pod, others, node);
  if (misfit !== undefined) return misfit;
  if (!matchesNodeAffinity(pod.spec, { metadata: node })) return mismatch('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  return portsAreFree(pod, others) ? undefined : mismatch('NodePorts', "node(s) didn't have free ports for the requested pod ports");
};
