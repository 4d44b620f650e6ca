/**
 * The scheduler's own view of nodes and of the pods on them: those observed as bound, and those it has assumed.
 * Models: pkg/scheduler/backend/cache/cache.go cacheImpl (AssumePod, FinishBinding, ForgetPod, AddPod, UpdatePod, RemovePod, AddNode, UpdateSnapshot)
 */
import type { Node, Pod } from '../../../api/types.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { addPod, emptyNodeInfo, removePod, withNode, withoutNode, zoneKey } from '../framework/node-info.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { podInfo, podUid } from '../framework/pod-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { replaceAt } from './node-table.ts';
import { addToTree, emptySnapshot, emptyTree, removeFromTree, searchOrder, snapshotOf } from './snapshot.ts';
import type { NodeTree, Snapshot } from './snapshot.ts';

export interface CachedPod {
  readonly info: PodInfo;
  readonly node: string;
  readonly assumed: boolean;
  readonly bindingFinished: boolean;
  /** When an assumed pod is forgotten though nothing was heard of it; undefined: never. */
  readonly deadlineMs: number | undefined;
}

/** Names of nodes whose info changed since the snapshot, newest first. */
interface Dirty { readonly name: string; readonly next: Dirty | undefined }

export interface SchedulerCache {
  readonly nodes: PersistentMap<NodeInfo>;
  readonly pods: PersistentMap<CachedPod>;
  readonly tree: NodeTree;
  readonly snapshot: Snapshot;
  readonly dirty: Dirty | undefined;
  /** The set or order of nodes changed since the snapshot. */
  readonly reordered: boolean;
}

export const emptyCache = (): SchedulerCache =>
  ({ nodes: emptyMap(), pods: emptyMap(), tree: emptyTree, snapshot: emptySnapshot, dirty: undefined, reordered: false });

/** Why spelled out, here and below: see mutable.ts. */
const putNode = ({ nodes, pods, tree, snapshot, dirty, reordered }: SchedulerCache, info: NodeInfo): SchedulerCache => ({
  nodes: info.node === undefined && info.pods.length === 0 ? nodes.delete(info.name) : nodes.set(info.name, info),
  pods, tree, snapshot,
  dirty: dirty?.name === info.name ? dirty : { name: info.name, next: dirty },
  reordered,
});
const withPods = ({ nodes, tree, snapshot, dirty, reordered }: SchedulerCache, pods: SchedulerCache['pods']): SchedulerCache =>
  ({ nodes, pods, tree, snapshot, dirty, reordered });
const nodeOf = (cache: SchedulerCache, name: string): NodeInfo => cache.nodes.get(name) ?? emptyNodeInfo(name);

const place = (cache: SchedulerCache, pod: CachedPod): SchedulerCache => {
  const placed = putNode(cache, addPod(nodeOf(cache, pod.node), pod.info));
  return withPods(placed, placed.pods.set(pod.info.uid, pod));
};
const take = (cache: SchedulerCache, pod: CachedPod): SchedulerCache => {
  const taken = putNode(cache, removePod(nodeOf(cache, pod.node), pod.info.uid));
  return withPods(taken, taken.pods.delete(pod.info.uid));
};

/** The error that upstream returns, or the cache. */
export type Assumed = { readonly kind: 'assumed'; readonly cache: SchedulerCache } | { readonly kind: 'error'; readonly message: string };

export const assumePod = (cache: SchedulerCache, info: PodInfo, node: string): Assumed => (
  cache.pods.has(info.uid)
    ? { kind: 'error', message: `pod ${info.uid}(${info.key}) is in the cache, so can't be assumed` }
    : { kind: 'assumed', cache: place(cache, { info, node, assumed: true, bindingFinished: false, deadlineMs: undefined }) }
);

/** `ttlMs` 0: an assumed pod never expires. */
export const finishBinding = (cache: SchedulerCache, uid: string, nowMs: number, ttlMs: number): SchedulerCache => {
  const pod = cache.pods.get(uid);
  if (pod === undefined || !pod.assumed) return cache;
  const { info, node, assumed } = pod;
  return withPods(cache, cache.pods.set(uid, { info, node, assumed, bindingFinished: true, deadlineMs: ttlMs === 0 ? undefined : nowMs + ttlMs }));
};

/** Only an assumed pod is forgotten. */
export const forgetPod = (cache: SchedulerCache, uid: string): SchedulerCache => {
  const pod = cache.pods.get(uid);
  return pod === undefined || !pod.assumed ? cache : take(cache, pod);
};

/** Forgets what has been assumed for too long. Source: `cleanupAssumedPods`. */
export const expireAssumed = (cache: SchedulerCache, nowMs: number): SchedulerCache =>
  cache.pods.values().reduce((now, pod) => (pod.assumed && pod.deadlineMs !== undefined && pod.deadlineMs <= nowMs ? take(now, pod) : now), cache);

/** The earliest deadline of an assumed pod. O(pods): only asked when a time to live is set. */
export const nextExpiry = (cache: SchedulerCache): number | undefined => {
  let earliest: number | undefined;
  cache.pods.forEach((pod) => {
    if (pod.assumed && pod.deadlineMs !== undefined && (earliest === undefined || pod.deadlineMs < earliest)) earliest = pod.deadlineMs;
  });
  return earliest;
};

/** A bound pod was observed: confirms what was assumed, wherever it was assumed to be. */
export const observePod = (cache: SchedulerCache, pod: Pod): SchedulerCache => {
  const known = cache.pods.get(podUid(pod));
  const without = known === undefined ? cache : take(cache, known);
  return place(without, { info: podInfo(pod), node: pod.spec.nodeName ?? '', assumed: false, bindingFinished: true, deadlineMs: undefined });
};

export const removeObservedPod = (cache: SchedulerCache, pod: Pod): SchedulerCache => {
  const known = cache.pods.get(podUid(pod));
  return known === undefined ? cache : take(cache, known);
};

export const isAssumed = (cache: SchedulerCache, uid: string): boolean => cache.pods.get(uid)?.assumed ?? false;

/** Added or updated. */
export const setNode = (cache: SchedulerCache, node: Node): SchedulerCache => {
  const before = nodeOf(cache, node.metadata.name);
  const put = putNode(cache, withNode(before, node));
  if (before.node === undefined) return { ...put, tree: addToTree(put.tree, node), reordered: true };
  if (zoneKey(before.node) === zoneKey(node)) return put;
  return { ...put, tree: addToTree(removeFromTree(put.tree, before.node), node), reordered: true };
};

/** Its pods stay known until their own deletes arrive. */
export const removeNode = (cache: SchedulerCache, name: string): SchedulerCache => {
  const before = cache.nodes.get(name);
  if (before?.node === undefined) return cache;
  const put = putNode(cache, withoutNode(before));
  return { ...put, tree: removeFromTree(put.tree, before.node), reordered: true };
};

const rebuilt = (cache: SchedulerCache): Snapshot => snapshotOf(searchOrder(cache.tree).flatMap((name) => cache.nodes.get(name) ?? []));

/** The cache with its snapshot brought up to date: costs what changed since the last one. */
export const refresh = (cache: SchedulerCache): SchedulerCache => {
  if (cache.reordered) return { ...cache, snapshot: rebuilt(cache), dirty: undefined, reordered: false };
  if (cache.dirty === undefined) return cache;
  let { table } = cache.snapshot;
  for (let dirty: Dirty | undefined = cache.dirty; dirty !== undefined; dirty = dirty.next) {
    const i = cache.snapshot.index.get(dirty.name);
    const info = cache.nodes.get(dirty.name);
    if (i !== undefined && info !== undefined) table = replaceAt(table, i, info);
  }
  const { nodes, pods, tree, reordered } = cache;
  return { nodes, pods, tree, snapshot: { table, index: cache.snapshot.index }, dirty: undefined, reordered };
};
