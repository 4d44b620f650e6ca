/**
 * Which pods a ReplicaSet that has too many gives up.
 * Models: pkg/controller/replicaset/replica_set.go getPodsToDelete, getPodsRankedByRelatedPodsOnSameNode
 */
import { isPodActive } from '../../../../api/pod-helpers.ts';
import type { Pod } from '../../../../api/types.ts';
import { sortRankedPods } from '../../pod-control/active-pods.ts';

const countByNode = (pods: readonly Pod[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const pod of pods) if (isPodActive(pod)) counts.set(pod.spec.nodeName ?? '', (counts.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  return counts;
};

/**
 * `related`: the pods of all ReplicaSets of the same owner; a pod that shares its node with more of them goes first. Called only when the
 * choice matters: when all go, `pods` is returned as it is.
 */
export const podsToDelete = (pods: readonly Pod[], related: () => readonly Pod[], count: number, nowMs: number): readonly Pod[] => {
  if (count >= pods.length) return pods;
  const onNode = countByNode(related());
  return sortRankedPods(pods, (pod) => onNode.get(pod.spec.nodeName ?? '') ?? 0, nowMs).slice(0, count);
};
