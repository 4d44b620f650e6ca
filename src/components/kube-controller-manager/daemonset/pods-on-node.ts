/**
 * What a DaemonSet does about one node: start a pod, remove some, or nothing.
 * Models: pkg/controller/daemon/daemon_controller.go podsShouldBeOnNode
 */
import { isPodAvailable, isPodReady } from '../../../api/pod-helpers.ts';
import type { DaemonSet, Node, Pod } from '../../../api/types.ts';
import type { Op } from '../../../client/controller.ts';
import { keyOf } from '../../../client/caches.ts';
import { allowsSurge, REVISION_HASH_LABEL } from './daemon-pod.ts';
import type { FailedPodsBackoff } from './failed-pods-backoff.ts';
import { delayInForce, failedPodsKey, nextDelay } from './failed-pods-backoff.ts';
import { nodeShouldRunDaemonPod } from './node-fit.ts';
import { oldestFirst } from './node-pods.ts';

export interface NodeQuestion {
  readonly ds: DaemonSet;
  readonly node: Node;
  /** Undefined: no pod is for this node. */
  readonly pods: readonly Pod[] | undefined;
  readonly hash: string;
  readonly nowMs: number;
  readonly backoff: FailedPodsBackoff;
}

export interface NodeDecision {
  readonly create: boolean;
  readonly remove: readonly Pod[];
  readonly ops: readonly Op[];
  readonly backoff: FailedPodsBackoff;
}

const isLive = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined;

interface Finished {
  readonly running: readonly Pod[];
  readonly remove: readonly Pod[];
  readonly ops: readonly Op[];
  readonly backoff: FailedPodsBackoff;
}

/** Failed pods are removed no faster than the back-off allows, succeeded ones at once: a daemon never ends. */
const removeFinished = ({ ds, node, pods, nowMs, backoff }: NodeQuestion): Finished => {
  const running: Pod[] = [];
  const remove: Pod[] = [];
  const ops: Op[] = [];
  let entries = backoff;
  for (const pod of (pods ?? []).filter(isLive)) {
    const name = keyOf(pod);
    if (pod.status?.phase === 'Failed') {
      const key = failedPodsKey(ds, node.metadata.name);
      const delayMs = delayInForce(entries, key, nowMs);
      if (delayMs !== undefined) {
        ops.push({ op: 'add-after', key: keyOf(ds), afterMs: delayMs });
        continue;
      }
      entries = nextDelay(entries, key, nowMs);
      const message = `Found failed daemon pod ${name} on node ${node.metadata.name}, will try to kill it`;
      ops.push({ op: 'event', regarding: ds, type: 'Warning', reason: 'FailedDaemonPod', message });
      remove.push(pod);
    } else if (pod.status?.phase === 'Succeeded') {
      const message = `Found succeeded daemon pod ${name} on node ${node.metadata.name}, will try to delete it`;
      ops.push({ op: 'event', regarding: ds, type: 'Normal', reason: 'SucceededDaemonPod', message });
      remove.push(pod);
    } else running.push(pod);
  }
  return { running, remove, ops, backoff: entries };
};

/** While surging, a node may hold the oldest pod of the current revision beside the oldest of another, until the new one is available. */
const surplusWhenSurging = ({ ds, hash, nowMs }: NodeQuestion, running: readonly Pod[]): readonly Pod[] => {
  const remove: Pod[] = [];
  let newPod: Pod | undefined;
  let oldPod: Pod | undefined;
  for (const pod of oldestFirst(running)) {
    const isNew = pod.metadata.labels?.[REVISION_HASH_LABEL] === hash;
    if (isNew && newPod === undefined) newPod = pod;
    else if (!isNew && oldPod === undefined) oldPod = pod;
    else remove.push(pod);
  }
  if (newPod === undefined || oldPod === undefined) return remove;
  const isReplaced = !isPodReady(oldPod) || isPodAvailable(newPod, ds.spec.minReadySeconds ?? 0, nowMs);
  return isReplaced ? [...remove, oldPod] : remove;
};

export const podsShouldBeOnNode = (question: NodeQuestion): NodeDecision => {
  const { ds, node, pods, backoff } = question;
  const { shouldRun, shouldContinueRunning } = nodeShouldRunDaemonPod(node, ds);
  const nothing: NodeDecision = { create: false, remove: [], ops: [], backoff };
  if (shouldRun && pods === undefined) return { ...nothing, create: true };
  if (!shouldContinueRunning) return pods === undefined ? nothing : { ...nothing, remove: pods.filter(isLive) };
  const { running, remove, ops, backoff: entries } = removeFinished(question);
  const rest: NodeDecision = { create: false, remove, ops, backoff: entries };
  if (!allowsSurge(ds)) {
    return running.length <= 1 ? rest : { ...rest, remove: [...remove, ...oldestFirst(running).slice(1)] };
  }
  if (running.length <= 1) return running.length === 0 && shouldRun ? { ...rest, create: true } : rest;
  return { ...rest, remove: [...remove, ...surplusWhenSurging(question, running)] };
};
