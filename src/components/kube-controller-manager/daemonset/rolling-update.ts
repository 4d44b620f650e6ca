/**
 * Which old daemon pods a rolling update replaces now, within maxUnavailable or maxSurge.
 * Models: pkg/controller/daemon/update.go rollingUpdate, findUpdatedPodsOnNode, updatedDesiredNodeCounts
 * Not modelled: Go's random order over nodes; nodes are taken in the order of their names.
 */
import { isPodAvailable } from '../../../api/pod-helpers.ts';
import type { DaemonSet, Node, Pod } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import { isPodUpdated, surgeCount, unavailableCount } from './daemon-pod.ts';
import { nodeShouldRunDaemonPod } from './node-fit.ts';
import type { NodePods } from './node-pods.ts';

export interface RollingQuestion {
  readonly ds: DaemonSet;
  readonly nodes: readonly Node[];
  readonly byNode: NodePods;
  readonly hash: string;
  readonly nowMs: number;
}

export interface RollingDecision {
  readonly remove: readonly Pod[];
  readonly createOn: readonly string[];
}

/** The one live pod of each kind on a node; undefined where there are several, which the next sync tidies up. */
interface Pair {
  readonly newPod: Pod | undefined;
  readonly oldPod: Pod | undefined;
}

const pairOf = (ds: DaemonSet, pods: readonly Pod[], hash: string): Pair | undefined => {
  let newPod: Pod | undefined;
  let oldPod: Pod | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (isPodUpdated(ds, pod, hash)) {
      if (newPod !== undefined) return undefined;
      newPod = pod;
    } else {
      if (oldPod !== undefined) return undefined;
      oldPod = pod;
    }
  }
  return { newPod, oldPod };
};

/** A pair for every node that has pods or should have one. */
const pairsOf = ({ ds, byNode, hash }: RollingQuestion, wanted: readonly Node[]): readonly (readonly [string, Pair | undefined])[] => {
  const names = new Set([...byNode.keys(), ...wanted.map((node) => node.metadata.name)]);
  return [...names].sort(compareStrings).map((name) => [name, pairOf(ds, byNode.get(name) ?? [], hash)]);
};

type Pairs = readonly (readonly [string, Pair | undefined])[];

/** Old pods that are not available go in any case; of the available ones as many as maxUnavailable still allows. */
const replaceInPlace = (pairs: Pairs, isAvailable: (pod: Pod) => boolean, maxUnavailable: number): RollingDecision => {
  const unavailableOld: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const [, pair] of pairs) {
    if (pair === undefined || (pair.oldPod === undefined) === (pair.newPod === undefined)) unavailable += 1;
    else if (pair.newPod !== undefined) unavailable += isAvailable(pair.newPod) ? 0 : 1;
    else if (pair.oldPod !== undefined && !isAvailable(pair.oldPod)) {
      unavailableOld.push(pair.oldPod);
      unavailable += 1;
    } else if (pair.oldPod !== undefined && unavailable < maxUnavailable) candidates.push(pair.oldPod);
  }
  return { remove: [...unavailableOld, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))], createOn: [] };
};

interface Surge {
  readonly maxSurge: number;
  readonly desired: number;
  readonly fits: (nodeName: string) => boolean;
  readonly isAvailable: (pod: Pod) => boolean;
}

/** A new pod comes first, and the old one goes when it is available; at most maxSurge at a time, but at once where the old one is not available. */
const replaceBySurge = (pairs: Pairs, { maxSurge, desired, fits, isAvailable }: Surge): RollingDecision => {
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const [node, pair] of pairs) {
    if (pair === undefined) {
      surging += 1;
      continue;
    }
    const { oldPod, newPod } = pair;
    const serving = oldPod ?? newPod;
    if (serving !== undefined && isAvailable(serving)) available += 1;
    if (oldPod === undefined) continue;
    if (newPod !== undefined) {
      if (isAvailable(newPod)) remove.push(oldPod);
      else surging += 1;
    } else if (!fits(node)) (isAvailable(oldPod) ? misplaced : remove).push(oldPod);
    else if (!isAvailable(oldPod)) allowed.push(node);
    else if (surging < maxSurge) candidates.push(node);
  }
  return {
    remove: [...remove, ...misplaced.slice(0, Math.max(0, available - desired))],
    createOn: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
  };
};

export const rollingUpdate = (question: RollingQuestion): RollingDecision => {
  const { ds, nodes, nowMs } = question;
  const wanted = nodes.filter((node) => nodeShouldRunDaemonPod(node, ds).shouldRun);
  const desired = wanted.length;
  const maxSurge = surgeCount(ds, desired);
  const configured = unavailableCount(ds, desired);
  // Why: with neither, no update could ever move.
  const maxUnavailable = desired > 0 && configured === 0 && maxSurge === 0 ? 1 : configured;
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, ds.spec.minReadySeconds ?? 0, nowMs);
  const pairs = pairsOf(question, wanted);
  if (maxSurge === 0) return replaceInPlace(pairs, isAvailable, maxUnavailable);
  const fitting = new Set(wanted.map((node) => node.metadata.name));
  return replaceBySurge(pairs, { maxSurge, desired, fits: (name) => fitting.has(name), isAvailable });
};
