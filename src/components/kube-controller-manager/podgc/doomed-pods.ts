/**
 * Which pods the pod garbage collector takes away, and how.
 * Models: pkg/controller/podgc/gc_controller.go gcTerminated, gcTerminating, gcUnscheduledTerminating, byEvictionAndCreationTimestamp,
 *   markFailedAndDeletePodWithCondition
 */
import { isConditionTrue } from '../../../api/conditions.ts';
import { isPodTerminal } from '../../../api/pod-helpers.ts';
import { observedGenerationOf, withPodCondition } from '../../../api/pod-status.ts';
import type { Node, Pod, PodCondition } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import type { Lister } from '../../../client/caches.ts';
import { placeOf } from '../../../client/caches.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { DISRUPTION_TARGET, patchPodStatus } from '../pod-status/mark-pod.ts';

/** --terminated-pod-gc-threshold. */
const TERMINATED_PODS = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

const isEvicted = (pod: Pod): boolean => pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted';

const compareAge = (a: Pod, b: Pod): number => {
  if (isEvicted(a) !== isEvicted(b)) return isEvicted(a) ? -1 : 1;
  return compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name, b.metadata.name);
};

const RUNNING: ReadonlySet<string | undefined> = new Set(['Pending', 'Running', 'Unknown']);

/** The oldest of the pods that have finished, beyond so many; evicted ones first. */
export const surplusTerminated = (pods: readonly Pod[], threshold: number = TERMINATED_PODS): readonly Pod[] => {
  if (pods.length <= threshold) return [];
  const terminated = pods.filter((pod) => !RUNNING.has(pod.status?.phase));
  return terminated.length <= threshold ? [] : terminated.sort(compareAge).slice(0, terminated.length - threshold);
};

const isOutOfService = (node: Node | undefined): boolean =>
  node !== undefined && node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true
  && !isConditionTrue(node.status?.conditions, 'Ready');

/** Pods being deleted on a node that is down and said to stay so. */
export const outOfService = (pods: readonly Pod[], nodes: Lister<Node>): readonly Pod[] =>
  pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && isOutOfService(nodes.get('', pod.spec.nodeName ?? ''))).sort(compareAge);

/** Pods being deleted before any node has got them: no kubelet will finish that. */
export const unscheduledTerminating = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && (pod.spec.nodeName ?? '') === '');

const NODE_GONE = { type: DISRUPTION_TARGET, status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' } as const;

/** Marks a pod that has not finished as failed; undefined for one that has. */
export const markFailed = (pod: Pod, isOrphan: boolean, nowMs: number): ApiRequest | undefined => {
  if (isPodTerminal(pod)) return undefined;
  const failed = { ...pod.status, phase: 'Failed', ...observedGenerationOf(pod) };
  const condition: PodCondition = { ...NODE_GONE, ...observedGenerationOf(pod) };
  return patchPodStatus(pod, isOrphan ? withPodCondition(failed, condition, nowMs) : failed);
};

export const forceDelete = (pod: Pod): ApiRequest => ({ verb: 'delete', resource: 'pods', ...placeOf(pod), options: { gracePeriodSeconds: 0 } });
