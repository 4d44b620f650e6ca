/**
 * The daemon pods of a DaemonSet by the node they are for, and their order.
 * Models: pkg/controller/daemon/daemon_controller.go getNodesToDaemonPods, getUnscheduledPodsWithoutNode, podByCreationTimestampAndPhase
 */
import { isPodTerminal } from '../../../api/pod-helpers.ts';
import type { Pod } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import { targetNodeName } from './daemon-pod.ts';

export type NodePods = ReadonlyMap<string, readonly Pod[]>;

/** `includeDeletedTerminal`: also those that have finished and are being deleted, which hold no place any more. */
export const podsByNode = (pods: readonly Pod[], includeDeletedTerminal: boolean): NodePods => {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (!includeDeletedTerminal && isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = targetNodeName(pod);
    if (node === undefined) continue;
    const there = byNode.get(node);
    if (there === undefined) byNode.set(node, [pod]);
    else there.push(pod);
  }
  return byNode;
};

/** Bound pods first, then the oldest. */
const compareAge = (a: Pod, b: Pod): number => {
  const aBound = (a.spec.nodeName ?? '') !== '';
  const bBound = (b.spec.nodeName ?? '') !== '';
  if (aBound !== bBound) return aBound ? -1 : 1;
  return compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareStrings(a.metadata.name, b.metadata.name);
};

export const oldestFirst = (pods: readonly Pod[]): readonly Pod[] => (pods.length <= 1 ? pods : [...pods].sort(compareAge));

/** Pods that no scheduler can bind, because their node is gone. */
export const unboundWithoutNode = (nodeNames: ReadonlySet<string>, byNode: NodePods): readonly Pod[] =>
  [...byNode].filter(([node]) => !nodeNames.has(node)).flatMap(([, pods]) => pods.filter((pod) => (pod.spec.nodeName ?? '') === ''));
