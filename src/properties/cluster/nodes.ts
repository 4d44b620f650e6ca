/**
 * nodes.recovery, nodes.no-evict-without-taint and nodes.pod-of-deleted-node-gone: what becomes of the pods of nodes that fail, return or go.
 * Models: pkg/controller/nodelifecycle, pkg/controller/tainteviction, pkg/controller/podgc; the race half-tainted-node, #80968 #50067
 */
import { isConditionTrue } from '../../api/conditions.ts';
import { isPodReady } from '../../api/pod-helpers.ts';
import { MINUTE_MS } from '../../api/time.ts';
import { evicts, untoleratedTaint } from '../../api/tolerations.ts';
import type { Node, Pod } from '../../api/types.ts';
import { readObject, readStore } from '../../cluster/store-view.ts';
import type { World } from '../../kernel/world.ts';
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { keeps, serves, taints } from '../applies.ts';
import { changesOf } from '../changes.ts';
import { always, atEnd, eventually, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const readNode = (world: World, name: string): Node | undefined => readObject(world, 'nodes', undefined, name) as Node | undefined;

const boundPods = (world: World): readonly Pod[] => (readStore(world)('pods') as readonly Pod[]).filter(({ spec }) => (spec.nodeName ?? '') !== '');

const shouldBeReady = (world: World, pod: Pod): boolean => {
  if (pod.status?.phase !== 'Running' || pod.metadata.deletionTimestamp !== undefined || (pod.spec.readinessGates ?? []).length > 0) return false;
  return isConditionTrue(pod.status.conditions, 'ContainersReady') && isConditionTrue(readNode(world, pod.spec.nodeName ?? '')?.status?.conditions, 'Ready');
};

export const nodeRecovery = eventually({
  id: 'nodes.recovery',
  statement: 'In the end every running pod whose containers are ready is Ready, on every node that is Ready.',
  source: 'https://github.com/kubernetes/kubernetes/issues/80968',
  appliesTo: keeps(serves),
}, () => atEnd((world) => boundPods(world).filter((pod) => shouldBeReady(world, pod)), (pod) => (isPodReady(pod) ? 'pass'
  : violation('not ready', `Pod ${nameOf(pod)} is not Ready, although its containers and node ${pod.spec.nodeName ?? ''} are.`))));

const TAINT_EVICTION = 'node-controller';
/** What a controller acts upon is at most so many messages behind. */
const LINKS = 5;

const evictedPod = ({ request, userAgent, answer }: Exchange): Pod | undefined =>
  (userAgent === TAINT_EVICTION && request.verb === 'delete' && request.resource === 'pods' && answer.kind === 'object' ? answer.object as Pod : undefined);

export const noEvictWithoutTaint = always({
  id: 'nodes.no-evict-without-taint',
  statement: 'A pod is evicted from a node only if the node has, or lately had, a taint that evicts it.',
  source: 'pkg/controller/tainteviction/taint_eviction.go',
  assumes: ['no message is more than its lag behind'],
  appliesTo: taints('NoExecute'),
}, () => {
  /** When a taint that evicts was last seen on a node. */
  const taintedMs = new Map<string, number>();
  const judge = (exchange: Exchange, world: World): Verdict => {
    const pod = evictedPod(exchange);
    const node = pod === undefined ? undefined : readNode(world, pod.spec.nodeName ?? '');
    if (pod === undefined || node === undefined) return undefined;
    if (untoleratedTaint(node.spec.taints ?? [], pod.spec.tolerations, evicts) !== undefined) return 'pass';
    // Why a tolerated one counts: a pod may tolerate it for some time only.
    if ((node.spec.taints ?? []).some(evicts) || world.nowMs - (taintedMs.get(node.metadata.name) ?? 0) <= LINKS * world.config.lagMs) return 'pass';
    return violation('no taint', `Pod ${nameOf(pod)} was evicted from ${node.metadata.name}, which has no taint that evicts.`);
  };
  return {
    interest: { resources: ['nodes'], exchanges: true },
    step: (world, record) => {
      for (const { before, after } of changesOf(world, record)) {
        if (before?.kind === 'Node' && ((before as Node).spec.taints ?? []).some(evicts)) taintedMs.set(before.metadata.name, world.nowMs);
        if (after?.kind === 'Node' && ((after as Node).spec.taints ?? []).some(evicts)) taintedMs.set(after.metadata.name, world.nowMs);
      }
      return firstViolation(exchangesOf(world, record).map((exchange) => judge(exchange, world)));
    },
  };
});

/** The pod garbage collector looks every 20 s, and leaves a node that is gone 40 s to come back. */
const GONE_FOR_MS = 2 * MINUTE_MS;

export const podOfDeletedNodeGone = eventually({
  id: 'nodes.pod-of-deleted-node-gone',
  statement: 'In the end no pod is bound to a node that has been gone for two minutes.',
  source: 'pkg/controller/podgc/gc_controller.go gcOrphaned',
  appliesTo: keeps(serves),
}, () => {
  const goneMs = new Map<string, number>();
  return {
    interest: { resources: ['nodes'] },
    step: (world, record): Verdict => {
      for (const { before, after } of changesOf(world, record)) if (before?.kind === 'Node' && after === undefined) goneMs.set(before.metadata.name, world.nowMs);
      return undefined;
    },
    end: (world) => atEnd(boundPods, (pod) => {
      const node = pod.spec.nodeName ?? '';
      if (readNode(world, node) !== undefined) return 'pass';
      return world.nowMs - (goneMs.get(node) ?? 0) <= GONE_FOR_MS ? undefined : violation('orphan', `Pod ${nameOf(pod)} is bound to ${node}, which is gone.`);
    }).end?.(world),
  };
});
