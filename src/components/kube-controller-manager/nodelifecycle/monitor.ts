/**
 * One look at every node: whose heartbeats have stopped, whose pods are to be marked, which nodes are to be tainted.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go monitorNodeHealth, classifyNodes, processTaintBaseEviction, handleDisruption;
 *   pkg/controller/util/node/controller_utils.go MarkPodsNotReady, RecordNodeStatusChange
 */
import { formatTime } from '../../../api/time.ts';
import type { Lease, Node, NodeCondition, Pod } from '../../../api/types.ts';
import type { Caches, Lister } from '../../../client/caches.ts';
import type { Op } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import type { HealthCheck } from './node-health.ts';
import { checkNodeHealth } from './node-health.ts';
import type { Memory } from './memory.ts';
import { hasTaint, notReadyNoExecute, unreachableNoExecute } from './taints.ts';
import { PODS_BY_NODE } from '../pod-status/pods-by-node.ts';
import { judgeZones, zoneKey } from './zones.ts';

/** The queue of nodes that are to lose their NoExecute taints. */
export const REACHABLE = 'reachable';
const LEASE_NAMESPACE = 'kube-node-lease';
const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-disruption';

export interface Checked { readonly node: Node; readonly check: HealthCheck }

/** Looks at one node and remembers its health. */
export const checkNode = (memory: Memory, node: Node, caches: Caches, nowMs: number): readonly [Memory, Checked] => {
  const { name } = node.metadata;
  const lease = caches.lister<Lease>('leases.coordination.k8s.io').get(LEASE_NAMESPACE, name);
  const known = memory.health.get(name);
  const check = checkNodeHealth(node, lease, known, nowMs);
  if (known === check.health) return [memory, { node, check }];
  return [{ known: memory.known, health: memory.health.set(name, check.health), retry: memory.retry, zones: memory.zones }, { node, check }];
};

/** The event is about the node by name and UID, of no particular version. */
const nodeEvent = ({ metadata: { name, uid } }: Node, reason: string, message: string): Op => ({
  op: 'event', regarding: { apiVersion: 'v1', kind: 'Node', metadata: { name, ...(uid === undefined ? {} : { uid }) } }, type: 'Normal', reason, message,
});

/** A node that bears one of the NoExecute taints is to lose it, until it is found down anew. */
const reachable = (nodes: readonly Node[]): readonly Op[] => nodes
  .filter(({ spec: { taints } }) => hasTaint(taints, unreachableNoExecute) || hasTaint(taints, notReadyNoExecute))
  .map(({ metadata: { name } }): Op => ({ op: 'add', queue: REACHABLE, key: name }));

/** Nodes that have come and gone since the last look, with their events. */
export const classifyNodes = (memory: Memory, nodes: readonly Node[]): readonly [Memory, readonly Op[]] => {
  const ops: Op[] = [];
  let { known, health } = memory;
  for (const node of nodes) {
    const { name } = node.metadata;
    if (known.has(name)) continue;
    known = known.set(name, node);
    ops.push(nodeEvent(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`), ...reachable([node]));
  }
  if (known.size > nodes.length) {
    const present = new Set(nodes.map((node) => node.metadata.name));
    for (const [name, node] of known.entries()) {
      if (present.has(name)) continue;
      known = known.delete(name);
      health = health.delete(name);
      ops.push(nodeEvent(node, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`));
    }
  }
  return [ops.length === 0 ? memory : { ...memory, known, health }, ops];
};

export const writeStatus = (node: Node): ApiRequest => ({ verb: 'update', resource: 'nodes', subresource: 'status', name: node.metadata.name, body: node });

/** A pod's status with Ready gone False; undefined when it is so already, or has no such condition. */
export const markedNotReady = (pod: Pod, nowMs: number): Pod | undefined => {
  const conditions = pod.status?.conditions ?? [];
  if (!conditions.some((condition) => condition.type === 'Ready' && condition.status !== 'False')) return undefined;
  const marked = conditions.map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'False' as const, lastTransitionTime: formatTime(nowMs) } : condition));
  return { ...pod, status: { ...pod.status, conditions: marked } };
};

export const markPod = (pod: Pod): ApiRequest => ({
  verb: 'update', resource: 'pods', subresource: 'status', name: pod.metadata.name, body: pod,
  ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
});

/** Whether the NoExecute taints of a node do not say what its Ready condition said when it was looked at. */
const needsTainting = ({ node, check }: Checked): boolean => {
  const isNotReady = hasTaint(node.spec.taints, notReadyNoExecute);
  const isUnreachable = hasTaint(node.spec.taints, unreachableNoExecute);
  switch (check.observed.status) {
    case 'True': return isNotReady || isUnreachable;
    case 'False': return !isNotReady || isUnreachable;
    default: return !isUnreachable || isNotReady;
  }
};

export interface Verdict {
  readonly memory: Memory;
  readonly ops: readonly Op[];
  /** Pods to be written as not ready. */
  readonly marked: readonly Pod[];
}

const verdictOf = (memory: Memory, checked: Checked, pods: Lister<Pod>, nowMs: number): Omit<Verdict, 'memory'> => {
  const { node, check: { current, observed } } = checked;
  if (current === undefined) return { ops: [], marked: [] };
  const { name } = node.metadata;
  const hasFallen = current.status !== 'True' && observed.status === 'True';
  const isRetried = memory.retry.has(name) && observed.status !== 'True';
  const ops: Op[] = needsTainting(checked) ? [{ op: 'add', queue: 'noexecute', key: name }] : [];
  if (hasFallen) ops.push(nodeEvent(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`));
  if (!hasFallen && !isRetried) return { ops, marked: [] };
  return { ops, marked: pods.byIndex(PODS_BY_NODE, name).map((pod) => markedNotReady(pod, nowMs)).filter((pod) => pod !== undefined) };
};

/** What follows for every node looked at, once the conditions of those that fell silent are written. */
export const judgeNodes = (memory: Memory, all: readonly Checked[], caches: Caches, nowMs: number): Verdict => {
  const pods = caches.lister<Pod>('pods');
  const byZone = new Map<string, (NodeCondition | undefined)[]>();
  const ops: Op[] = [];
  const marked: Pod[] = [];
  let { retry } = memory;
  for (const checked of all) {
    const { node, check } = checked;
    if (node.metadata.labels?.[EXCLUDE_LABEL] === undefined) {
      const zone = zoneKey(node);
      const conditions = byZone.get(zone);
      if (conditions === undefined) byZone.set(zone, [check.current]);
      else conditions.push(check.current);
    }
    const verdict = verdictOf(memory, checked, pods, nowMs);
    ops.push(...verdict.ops);
    marked.push(...verdict.marked);
    retry = retry.delete(node.metadata.name);
  }
  const { zones, turn } = judgeZones(memory.zones, byZone, nowMs);
  const nodes = caches.lister<Node>('nodes').list();
  if (turn === 'all-down') ops.push(...reachable(nodes));
  const health = turn === 'back' ? probedNow(memory.health, nodes, nowMs) : memory.health;
  return { memory: { ...memory, retry, health, zones }, ops, marked };
};

const probedNow = (health: Memory['health'], nodes: readonly Node[], nowMs: number): Memory['health'] => nodes.reduce((map, { metadata: { name } }) => {
  const known = map.get(name);
  return known === undefined ? map : map.set(name, { ...known, probeMs: nowMs, readyTransitionMs: nowMs });
}, health);
