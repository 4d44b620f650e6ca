/**
 * InterPodAffinity: required terms filter (the pod's own, and the anti-affinity of pods that run already), preferred terms score both ways.
 * Models: pkg/scheduler/framework/plugins/interpodaffinity/{filtering,scoring,plugin}.go, with hardPodAffinityWeight 1
 */
import type { Namespace, Pod } from '../../../api/types.ts';
import type { KubeObject } from '../../../api/object.ts';
import { affinityTotals } from '../cache/snapshot.ts';
import type { Caches } from '../../../client/caches.ts';
import { forEachNode } from '../cache/node-table.ts';
import { ACTION } from '../framework/cluster-event.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { Cycle } from '../framework/plugin.ts';
import { definePlugin, MAX_NODE_SCORE, ready, skip } from '../framework/plugin.ts';
import { podInfo, termMatches } from '../framework/pod-info.ts';
import type { AffinityTerm, PodInfo } from '../framework/pod-info.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';
import { labelOf } from './spread-constraints.ts';

const NAME = 'InterPodAffinity';
const noAffinity = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ownAnti = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const theirAnti = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");
const HARD_WEIGHT = 1;

/** Matches by `topologyKey\nvalue`. */
type Counts = ReadonlyMap<string, number>;
interface State {
  /** Required anti-affinity of pods that run, which the pod matches. */
  readonly existingAnti: Counts;
  readonly affinity: Counts;
  readonly anti: Counts;
}

const labelsOf = (caches: Caches, namespace: string | undefined): Readonly<Record<string, string>> =>
  caches.lister<Namespace>('namespaces').get('', namespace ?? '')?.metadata.labels ?? {};
/** Namespace labels are looked up only where a term selects by them. */
const matching = (term: AffinityTerm, pod: Pod, caches: Caches): boolean =>
  termMatches(term, pod, term.namespaceSelector.kind === 'nothing' ? undefined : labelsOf(caches, pod.metadata.namespace));

const place = (node: NodeInfo, key: string): string | undefined => {
  const value = labelOf(node, key);
  return value === undefined ? undefined : `${key}\n${value}`;
};
const bump = (counts: Map<string, number>, node: NodeInfo, key: string, by: number): void => {
  const at = place(node, key);
  if (at === undefined) return;
  const sum = (counts.get(at) ?? 0) + by;
  if (sum === 0) counts.delete(at);
  else counts.set(at, sum);
};

const countPod = (counts: { readonly [K in keyof State]: Map<string, number> }, incoming: PodInfo, other: PodInfo, node: NodeInfo, caches: Caches, by: 1 | -1): void => {
  for (const term of other.antiAffinity) if (matching(term, incoming.pod, caches)) bump(counts.existingAnti, node, term.topologyKey, by);
  if (incoming.affinity.length > 0 && incoming.affinity.every((term) => matching(term, other.pod, caches))) {
    for (const term of incoming.affinity) bump(counts.affinity, node, term.topologyKey, by);
  }
  for (const term of incoming.antiAffinity) if (matching(term, other.pod, caches)) bump(counts.anti, node, term.topologyKey, by);
};

const counted = ({ pod, snapshot, caches }: Cycle): State => {
  const counts = { existingAnti: new Map<string, number>(), affinity: new Map<string, number>(), anti: new Map<string, number>() };
  const own = pod.affinity.length > 0 || pod.antiAffinity.length > 0;
  forEachNode(snapshot.table, (node) => {
    if (!own && node.podsWithAntiAffinity === 0) return;
    for (const other of node.pods) if (own || other.antiAffinity.length > 0) countPod(counts, pod, other, node, caches, 1);
  });
  return counts;
};

const shifted = (state: State, { pod, caches }: Cycle, other: PodInfo, node: NodeInfo, by: 1 | -1): State => {
  const counts = { existingAnti: new Map(state.existingAnti), affinity: new Map(state.affinity), anti: new Map(state.anti) };
  countPod(counts, pod, other, node, caches, by);
  return counts;
};

const satisfiesAffinity = (state: State, { pod, caches }: Cycle, node: NodeInfo): boolean => {
  let found = true;
  for (const { topologyKey } of pod.affinity) {
    const at = place(node, topologyKey);
    if (at === undefined) return false;
    if ((state.affinity.get(at) ?? 0) <= 0) found = false;
  }
  // The first pod of a group that only matches itself may go anywhere.
  return found || (state.affinity.size === 0 && pod.affinity.every((term) => matching(term, pod.pod, caches)));
};
const collides = (counts: Counts, terms: readonly AffinityTerm[], node: NodeInfo): boolean => counts.size > 0 && terms.some(({ topologyKey }) => {
  const at = place(node, topologyKey);
  return at !== undefined && (counts.get(at) ?? 0) > 0;
});
const refusedByExisting = ({ existingAnti }: State, node: NodeInfo): boolean => {
  if (existingAnti.size === 0) return false;
  for (const at of existingAnti.keys()) if (place(node, at.slice(0, at.indexOf('\n'))) === at) return true;
  return false;
};

const scoreTerms = (sums: Map<string, number>, incoming: PodInfo, other: PodInfo, node: NodeInfo, caches: Caches): void => {
  const add = (term: AffinityTerm, target: Pod, weight: number): void => {
    if (matching(term, target, caches)) bump(sums, node, term.topologyKey, weight);
  };
  for (const term of incoming.preferredAffinity) add(term, other.pod, term.weight);
  for (const term of incoming.preferredAntiAffinity) add(term, other.pod, -term.weight);
  for (const term of other.affinity) add(term, incoming.pod, HARD_WEIGHT);
  for (const term of other.preferredAffinity) add(term, incoming.pod, term.weight);
  for (const term of other.preferredAntiAffinity) add(term, incoming.pod, -term.weight);
};

/** A changed pod matters to a waiting one whose terms it matches, or matched, or whose anti-affinity terms match the waiting one. */
const podHint = (pod: Pod, before: KubeObject | undefined, after: KubeObject | undefined): 'queue' | 'skip' => {
  const waiting = podInfo(pod);
  const relates = (object: KubeObject | undefined): boolean => {
    if (object === undefined) return false;
    const other = podInfo(object as Pod);
    // Why {}: hints have no listers; a term that selects namespaces is taken to match.
    const may = (term: AffinityTerm, target: Pod): boolean => termMatches({ ...term, namespaces: term.namespaceSelector.kind === 'nothing' ? term.namespaces : [target.metadata.namespace ?? ''] }, target, {});
    return [...waiting.affinity, ...waiting.antiAffinity].some((term) => may(term, other.pod)) || other.antiAffinity.some((term) => may(term, pod));
  };
  return before?.metadata.uid === pod.metadata.uid || after?.metadata.uid === pod.metadata.uid || relates(before) || relates(after) ? 'queue' : 'skip';
};

export const interPodAffinity = definePlugin<State, Counts>({
  name: NAME,
  events: [
    { resource: 'Pod', action: ACTION.add | ACTION.delete | ACTION.podLabel, hint: podHint },
    { resource: 'Node', action: ACTION.add | ACTION.nodeLabel },
  ],
  preFilter: (cycle) => {
    const own = cycle.pod.affinity.length > 0 || cycle.pod.antiAffinity.length > 0;
    if (!own && affinityTotals(cycle.snapshot).antiAffinity === 0) return skip;
    const state = counted(cycle);
    return !own && state.existingAnti.size === 0 ? skip : ready(state);
  },
  addPod: (state, cycle, pod, node) => shifted(state, cycle, pod, node, 1),
  removePod: (state, cycle, pod, node) => shifted(state, cycle, pod, node, -1),
  filter: (state, cycle, node) => {
    if (cycle.pod.affinity.length > 0 && !satisfiesAffinity(state, cycle, node)) return noAffinity;
    if (collides(state.anti, cycle.pod.antiAffinity, node)) return ownAnti;
    return refusedByExisting(state, node) ? theirAnti : undefined;
  },
  preScore: ({ pod, snapshot, caches }) => {
    const own = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
    if (!own && affinityTotals(snapshot).affinity === 0) return skip;
    const sums = new Map<string, number>();
    forEachNode(snapshot.table, (node) => {
      if (own || node.podsWithAffinity > 0) for (const other of node.pods) scoreTerms(sums, pod, other, node, caches);
    });
    return sums.size === 0 ? skip : ready(sums);
  },
  score: (sums, _, node) => {
    let score = 0;
    for (const [at, sum] of sums) if (place(node, at.slice(0, at.indexOf('\n'))) === at) score += sum;
    return score;
  },
  normalize: (_, scores) => {
    const least = Math.min(...scores);
    const range = Math.max(...scores) - least;
    return scores.map((score) => (range > 0 ? Math.trunc((MAX_NODE_SCORE * (score - least)) / range) : 0));
  },
});
