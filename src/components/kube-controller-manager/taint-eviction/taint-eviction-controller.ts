/**
 * Evicts the pods that do not tolerate their node's NoExecute taints, at once or when their toleration runs out.
 * Models: pkg/controller/tainteviction/taint_eviction.go; cmd/kube-controller-manager/app/core.go startTaintEvictionController
 * Not modelled: the order of node updates before pod updates within one worker; each is one step here, so neither sees half of the other.
 */
import { observedGenerationOf, withPodCondition } from '../../../api/pod-status.ts';
import type { Node, Pod } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Notification } from '../../../client/caches.ts';
import type { Answer, Change, Controller, ControllerContext, ControllerOf, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { DISRUPTION_TARGET, patchPodStatus } from '../pod-status/mark-pod.ts';
import { PODS_BY_NODE, podsByNodeIndex } from '../pod-status/pods-by-node.ts';
import type { Eviction, Memory } from './evictions.ts';
import { cancelEviction, emptyMemory, EVICTIONS, evictionEvent, judgePod } from './evictions.ts';
import { noExecuteTaints } from './tolerations.ts';

interface Stage {
  readonly kind: 'read' | 'marked' | 'deleted';
  readonly eviction: Eviction;
}

type EvictionPlan = Plan<Memory, Stage>;

const NODES = 'noexec_taint_node';
const PODS = 'noexec_taint_pod';
/** UpdateWorkerSize, retries, and the pause between them. Evictions run side by side, without a limit upstream. */
const WORKERS = 8;
const MAX_FAILURES = 5;
const RETRY_MS = 10;
const EVICTION_WORKERS = 1000;

const nothing = (memory: Memory): Change<Memory> => ({ memory, ops: [] });

/** Why with the node: an update about a pod of that name on another node is not this one. */
const podItem = (pod: Pod): string => `${pod.spec.nodeName ?? ''} ${keyOf(pod)}`;

const isSame = (a: unknown, b: unknown): boolean => a === b || hashOf(a) === hashOf(b);

const handlePod = (memory: Memory, notification: Notification): Change<Memory> => {
  const pod = notification.object as Pod;
  const before = notification.kind === 'update' ? notification.before as Pod : undefined;
  const isUnchanged = before !== undefined && before.spec.nodeName === pod.spec.nodeName && isSame(before.spec.tolerations ?? [], pod.spec.tolerations ?? []);
  return isUnchanged ? nothing(memory) : { memory, ops: [{ op: 'add', queue: PODS, key: podItem(pod) }] };
};

const handleNode = (memory: Memory, notification: Notification): Change<Memory> => {
  const node = notification.object as Node;
  const isUnchanged = notification.kind === 'update' && isSame(noExecuteTaints(notification.before as Node), noExecuteTaints(node));
  return isUnchanged ? nothing(memory) : { memory, ops: [{ op: 'add', queue: NODES, key: node.metadata.name }] };
};

const reconcileNode = (memory: Memory, name: string, { caches, nowMs }: ControllerContext): EvictionPlan => {
  const node = caches.lister<Node>('nodes').get('', name);
  if (node === undefined) return done({ ...memory, taintedNodes: memory.taintedNodes.delete(name) });
  const taints = noExecuteTaints(node);
  const taintedNodes = taints.length === 0 ? memory.taintedNodes.delete(name) : memory.taintedNodes.set(name, taints);
  let change: Change<Memory> = nothing(taintedNodes === memory.taintedNodes ? memory : { ...memory, taintedNodes });
  for (const pod of caches.lister<Pod>('pods').byIndex(PODS_BY_NODE, name)) {
    change = taints.length === 0 ? cancelEviction(change, keyOf(pod)) : judgePod(change, keyOf(pod), taints, pod.spec.tolerations ?? [], nowMs);
  }
  return done(change.memory, change.ops);
};

const reconcilePod = (memory: Memory, item: string, { caches, nowMs }: ControllerContext): EvictionPlan => {
  const space = item.indexOf(' ');
  const nodeName = item.slice(0, space);
  const key = item.slice(space + 1);
  const { namespace, name } = splitKey(key);
  const pod = caches.lister<Pod>('pods').get(namespace, name);
  if (pod === undefined) {
    const change = cancelEviction(nothing(memory), key);
    return done(change.memory, change.ops);
  }
  const taints = memory.taintedNodes.get(nodeName);
  if ((pod.spec.nodeName ?? '') !== nodeName || taints === undefined) return done(memory);
  const change = judgePod(nothing(memory), key, taints, pod.spec.tolerations ?? [], nowMs);
  return done(change.memory, change.ops);
};

const evict = (memory: Memory, key: string, nowMs: number): EvictionPlan => {
  const eviction = memory.evictions.get(key);
  if (eviction === undefined) return done(memory);
  // The timer of an eviction that was called off and made anew.
  if (eviction.fireAtMs > nowMs) return done(memory, [{ op: 'add-after', queue: EVICTIONS, key, afterMs: eviction.fireAtMs - nowMs }]);
  const request: ApiRequest = { verb: 'get', resource: 'pods', ...splitKey(key) };
  const ops = eviction.failures === 0 ? [evictionEvent(key, 'Marking for deletion')] : [];
  return { kind: 'ask', memory, ops, requests: [request], mode: 'parallel', stage: { kind: 'read', eviction } };
};

const ask = (memory: Memory, request: ApiRequest, stage: Stage): EvictionPlan => ({ kind: 'ask', memory, ops: [], requests: [request], mode: 'parallel', stage });

const deletePod = (memory: Memory, key: string, eviction: Eviction): EvictionPlan =>
  ask(memory, { verb: 'delete', resource: 'pods', ...splitKey(key) }, { kind: 'deleted', eviction });

const markPod = (memory: Memory, key: string, eviction: Eviction, pod: Pod, nowMs: number): EvictionPlan => {
  const condition = {
    type: DISRUPTION_TARGET, status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint', ...observedGenerationOf(pod),
  } as const;
  const status = withPodCondition(pod.status ?? {}, condition, nowMs);
  return status === pod.status ? deletePod(memory, key, eviction) : ask(memory, patchPodStatus(pod, status), { kind: 'marked', eviction });
};

/** Whether it has not been called off, or made anew, since. */
const isStanding = (memory: Memory, key: string, eviction: Eviction): boolean => {
  const known = memory.evictions.get(key);
  return known?.createdAtMs === eviction.createdAtMs && known.fireAtMs === eviction.fireAtMs;
};

const forgetEviction = (memory: Memory, key: string, eviction: Eviction): Memory =>
  (isStanding(memory, key, eviction) ? { ...memory, evictions: memory.evictions.delete(key) } : memory);

const evictionFailed = (memory: Memory, key: string, eviction: Eviction, error: string): EvictionPlan => {
  const failures = eviction.failures + 1;
  if (failures >= MAX_FAILURES) return done(forgetEviction(memory, key, eviction), [{ op: 'observe', fact: 'sync-error', data: error }]);
  if (!isStanding(memory, key, eviction)) return done(memory);
  return done({ ...memory, evictions: memory.evictions.set(key, { ...eviction, failures }) }, [{ op: 'add-after', queue: EVICTIONS, key, afterMs: RETRY_MS }]);
};

const resume = (memory: Memory, key: string, { kind, eviction }: Stage, answer: Answer, nowMs: number): EvictionPlan => {
  const error = errorOf(answer);
  if (error !== undefined) return evictionFailed(memory, key, eviction, error);
  switch (kind) {
    case 'read': return markPod(memory, key, eviction, objectOf(answer) as Pod, nowMs);
    case 'marked': return deletePod(memory, key, eviction);
    case 'deleted': return done(forgetEviction(memory, key, eviction));
    default: return kind satisfies never;
  }
};

/** The controller with its types, for specs. */
export const typedTaintEvictionController: ControllerOf<Memory, Stage> = {
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  queues: [{ name: NODES, workers: WORKERS }, { name: PODS, workers: WORKERS }, { name: EVICTIONS, workers: EVICTION_WORKERS }],
  informers: [
    { resource: 'pods', handles: true, indexes: { [PODS_BY_NODE]: podsByNodeIndex } },
    { resource: 'nodes', handles: true },
  ],
  initial: emptyMemory,
  handle: (memory, notification) => (notification.resource === 'nodes' ? handleNode(memory, notification) : handlePod(memory, notification)),
  reconcile: (memory, queue, key, context) => {
    switch (queue) {
      case NODES: return reconcileNode(memory, key, context);
      case PODS: return reconcilePod(memory, key, context);
      default: return evict(memory, key, context.nowMs);
    }
  },
  resume: (memory, _queue, key, stage, answers, { nowMs }) => resume(memory, key, stage, answers[0] as Answer, nowMs),
};

export const taintEvictionController = (): Controller => erase(typedTaintEvictionController);
