/**
 * Which pods a controller would rather lose: the order of deletion.
 * Models: pkg/controller/controller_utils.go ActivePods.Less, ActivePodsWithRanks.Less, logarithmicRankDiff, compareMaxContainerRestarts,
 *   FilterActivePods; pkg/apis/core/helper GetDeletionCostFromPodAnnotations
 */
import { floorLog2 } from '../../../base/logarithm.ts';
import { compareNumbers, compareStrings } from '../../../base/order.ts';
import { getPodCondition, isPodActive, isPodReady } from '../../../api/pod-helpers.ts';
import { parseTime } from '../../../api/time.ts';
import type { Pod } from '../../../api/types.ts';

const POD_DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

export const filterActivePods = (pods: readonly Pod[]): readonly Pod[] => pods.filter(isPodActive);

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const phaseOrder = (pod: Pod): number => PHASE_ORDER[pod.status?.phase ?? ''] ?? 0;

const INT32 = /^(0|-?[1-9][0-9]{0,9})$/;

/** 0 when absent or malformed; upstream reads it as an int32 without sign or leading zeros. */
const deletionCost = (pod: Pod): number => {
  const text = pod.metadata.annotations?.[POD_DELETION_COST];
  if (text === undefined || !INT32.test(text)) return 0;
  const value = Number(text);
  return (value | 0) === value ? value : 0;
};

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseTime(text));
const readySince = (pod: Pod): number | undefined =>
  (isPodReady(pod) ? timeOf(getPodCondition(pod.status, 'Ready')?.lastTransitionTime) : undefined);
const createdAt = (pod: Pod): number | undefined => timeOf(pod.metadata.creationTimestamp);

/** The most restarts of a container, and of a sidecar (an init container that is restarted always). */
const maxRestarts = (pod: Pod): { readonly regular: number; readonly sidecar: number } => {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const most = (statuses: readonly { readonly restartCount: number }[]): number => statuses.reduce((max, s) => Math.max(max, s.restartCount), 0);
  return {
    regular: most(pod.status?.containerStatuses ?? []),
    sidecar: most((pod.status?.initContainerStatuses ?? []).filter((s) => sidecars.has(s.name))),
  };
};

const compareRestarts = (a: Pod, b: Pod): number => {
  const left = maxRestarts(a);
  const right = maxRestarts(b);
  return compareNumbers(right.regular, left.regular) || compareNumbers(right.sidecar, left.sidecar);
};

/** Unassigned, then pending, then not ready come first: the common beginning of both orders. */
const compareProgress = (a: Pod, b: Pod): number => {
  const leftNode = a.spec.nodeName ?? '';
  const rightNode = b.spec.nodeName ?? '';
  if (leftNode !== rightNode && (leftNode === '' || rightNode === '')) return leftNode === '' ? -1 : 1;
  return compareNumbers(phaseOrder(a), phaseOrder(b)) || compareNumbers(Number(isPodReady(a)), Number(isPodReady(b)));
};

/** The later first; an unknown time before any other. */
const compareLater = (a: number | undefined, b: number | undefined): number => {
  if (a === b) return 0;
  if (a === undefined) return -1;
  return b === undefined ? 1 : compareNumbers(b, a);
};

/** ms to ns: upstream takes the logarithm of nanoseconds. */
const logarithmicAge = (atMs: number, nowMs: number): number => (nowMs > atMs ? floorLog2((nowMs - atMs) * 1e6) : -1);

/** Ages are compared by the power of two they fall into; the same power is decided by UID, so that not only the youngest go. */
const compareLogarithmically = (a: Pod, b: Pod, aMs: number | undefined, bMs: number | undefined, nowMs: number): number => {
  if (aMs === bMs) return 0;
  if (aMs === undefined || bMs === undefined) return compareLater(aMs, bMs);
  return compareNumbers(logarithmicAge(aMs, nowMs), logarithmicAge(bMs, nowMs)) || compareStrings(a.metadata.uid ?? '', b.metadata.uid ?? '');
};

const compareActivePods = (a: Pod, b: Pod): number =>
  compareProgress(a, b)
  || (isPodReady(a) ? compareLater(readySince(a), readySince(b)) : 0)
  || compareRestarts(a, b)
  || compareLater(createdAt(a), createdAt(b));

/** The pods to delete first come first. Models ActivePods. */
export const sortActivePods = (pods: readonly Pod[]): readonly Pod[] => [...pods].sort(compareActivePods);

interface Ranked {
  readonly pod: Pod;
  readonly rank: number;
}

const compareRanked = (a: Ranked, b: Ranked, nowMs: number): number =>
  compareProgress(a.pod, b.pod)
  || compareNumbers(deletionCost(a.pod), deletionCost(b.pod))
  || compareNumbers(b.rank, a.rank)
  || (isPodReady(a.pod) ? compareLogarithmically(a.pod, b.pod, readySince(a.pod), readySince(b.pod), nowMs) : 0)
  || compareRestarts(a.pod, b.pod)
  || compareLogarithmically(a.pod, b.pod, createdAt(a.pod), createdAt(b.pod), nowMs);

/** The pods to delete first come first; `rankOf` says how many related pods share the pod's node. Models ActivePodsWithRanks. */
export const sortRankedPods = (pods: readonly Pod[], rankOf: (pod: Pod) => number, nowMs: number): readonly Pod[] =>
  pods.map((pod): Ranked => ({ pod, rank: rankOf(pod) })).sort((a, b) => compareRanked(a, b, nowMs)).map((ranked) => ranked.pod);
