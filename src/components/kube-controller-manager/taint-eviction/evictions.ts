/**
 * The evictions that are due at some time, and how they are called off.
 * Models: pkg/controller/tainteviction/timed_workers.go TimedWorkerQueue; taint_eviction.go processPodOnNode, cancelWorkWithEvent
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Taint, Toleration } from '../../../api/types.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import { splitKey } from '../../../client/caches.ts';
import type { Change, Op } from '../../../client/controller.ts';
import { stayOf } from './tolerations.ts';

export const EVICTIONS = 'taint_eviction';

export interface Eviction {
  readonly createdAtMs: number;
  readonly fireAtMs: number;
  readonly failures: number;
}

export interface Memory {
  /** The NoExecute taints of the nodes that have any. */
  readonly taintedNodes: PersistentMap<readonly Taint[]>;
  /** By the pod's key. */
  readonly evictions: PersistentMap<Eviction>;
}

export const emptyMemory: Memory = { taintedNodes: emptyMap<readonly Taint[]>(), evictions: emptyMap<Eviction>() };

const podReference = (key: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: splitKey(key) });

export const evictionEvent = (key: string, what: 'Marking for deletion' | 'Cancelling deletion of'): Op =>
  ({ op: 'event', regarding: podReference(key), type: 'Normal', reason: 'TaintManagerEviction', message: `${what} Pod ${key}` });

/** An eviction that was due at once has no timer to stop, and is forgotten without a word. */
const isTimed = (eviction: Eviction): boolean => eviction.fireAtMs > eviction.createdAtMs;

export const cancelEviction = ({ memory, ops }: Change<Memory>, key: string): Change<Memory> => {
  const known = memory.evictions.get(key);
  if (known === undefined) return { memory, ops };
  return { memory: { ...memory, evictions: memory.evictions.delete(key) }, ops: isTimed(known) ? [...ops, evictionEvent(key, 'Cancelling deletion of')] : ops };
};

const addEviction = ({ memory, ops }: Change<Memory>, key: string, nowMs: number, stayMs: number): Change<Memory> => {
  if (memory.evictions.has(key)) return { memory, ops };
  const eviction: Eviction = { createdAtMs: nowMs, fireAtMs: nowMs + stayMs, failures: 0 };
  const op: Op = stayMs <= 0 ? { op: 'add', queue: EVICTIONS, key } : { op: 'add-after', queue: EVICTIONS, key, afterMs: stayMs };
  return { memory: { ...memory, evictions: memory.evictions.set(key, eviction) }, ops: [...ops, op] };
};

/** What follows for a pod on a node with these taints. */
export const judgePod = (change: Change<Memory>, key: string, taints: readonly Taint[], tolerations: readonly Toleration[], nowMs: number): Change<Memory> => {
  const stay = stayOf(taints, tolerations);
  if (stay === 'at-once') return addEviction(cancelEviction(change, key), key, nowMs, 0);
  if (stay === 'forever') return cancelEviction(change, key);
  const known = change.memory.evictions.get(key);
  // Why: the clock of an eviction runs from when it was first due; a later look never puts it off.
  if (known !== undefined && isTimed(known) && known.createdAtMs < nowMs) return change;
  return addEviction(known !== undefined && isTimed(known) ? cancelEviction(change, key) : change, key, nowMs, stay);
};
