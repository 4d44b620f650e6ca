/**
 * Pods that were promised a node by preemption and do not run there yet.
 * Models: pkg/scheduler/backend/queue/nominator.go
 */
import type { Pod } from '../../../api/types.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { podInfo, podUid } from '../framework/pod-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';

export interface Nominator {
  readonly byNode: PersistentMap<readonly PodInfo[]>;
  readonly nodeOf: PersistentMap<string>;
}

export const noNominations = (): Nominator => ({ byNode: emptyMap(), nodeOf: emptyMap() });

const none: readonly PodInfo[] = [];
export const nominatedOn = (nominator: Nominator, node: string): readonly PodInfo[] =>
  (nominator.byNode.size === 0 ? none : nominator.byNode.get(node) ?? none);

export const unnominate = (nominator: Nominator, uid: string): Nominator => {
  const node = nominator.nodeOf.get(uid);
  if (node === undefined) return nominator;
  const rest = nominatedOn(nominator, node).filter((pod) => pod.uid !== uid);
  return { byNode: rest.length === 0 ? nominator.byNode.delete(node) : nominator.byNode.set(node, rest), nodeOf: nominator.nodeOf.delete(uid) };
};

/** `node` undefined: what the pod's own status says; '': none. */
export const nominate = (nominator: Nominator, pod: PodInfo, node?: string): Nominator => {
  const without = unnominate(nominator, pod.uid);
  const target = node ?? pod.pod.status?.nominatedNodeName ?? '';
  if (target === '') return without;
  return { byNode: without.byNode.set(target, [...nominatedOn(without, target), pod]), nodeOf: without.nodeOf.set(pod.uid, target) };
};

const statusNode = (pod: Pod): string => pod.status?.nominatedNodeName ?? '';
/** Keeps a nomination that has not reached the API yet: neither version of the pod shows one. Source: `updateNominatedPodUnlocked`. */
export const renominate = (nominator: Nominator, before: Pod, after: Pod): Nominator => {
  const reserved = statusNode(before) === '' && statusNode(after) === '' ? nominator.nodeOf.get(podUid(before)) : undefined;
  return nominate(unnominate(nominator, podUid(before)), podInfo(after), reserved);
};
