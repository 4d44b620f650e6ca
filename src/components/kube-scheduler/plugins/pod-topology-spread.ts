/**
 * PodTopologySpread: hard constraints filter, soft ones (and the system defaults of pods with services or owners) score.
 * Models: pkg/scheduler/framework/plugins/podtopologyspread/{filtering,scoring,plugin}.go
 */
import { naturalLogarithm } from '../../../base/logarithm.ts';
import { matchesSelector } from '../../../api/label-selector.ts';
import type { Pod } from '../../../api/types.ts';
import type { KubeObject } from '../../../api/object.ts';
import { ACTION } from '../framework/cluster-event.ts';
import type { Cycle } from '../framework/plugin.ts';
import { definePlugin, MAX_NODE_SCORE, ready, skip } from '../framework/plugin.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';
import { defaultConstraints, hasAllKeys, HOSTNAME, labelOf, ownConstraints, podCounter, topologyCounter } from './spread-constraints.ts';
import type { NodeCounter, SpreadConstraint } from './spread-constraints.ts';

const NAME = 'PodTopologySpread';
const skewed = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const unlabelled = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");

interface Domain {
  readonly constraint: SpreadConstraint;
  readonly selfMatch: 0 | 1;
  readonly counts: ReadonlyMap<string, number>;
  /** The least count of any domain; 0 when there are fewer than minDomains. */
  readonly least: number;
}

const domain = (constraint: SpreadConstraint, selfMatch: 0 | 1, counts: ReadonlyMap<string, number>): Domain => {
  let least = Infinity;
  for (const count of counts.values()) if (count < least) least = count;
  return { constraint, selfMatch, counts, least: counts.size < constraint.minDomains || least === Infinity ? 0 : least };
};

const merged = (parts: readonly ReadonlyMap<string, number>[], into = new Map<string, number>()): Map<string, number> => {
  for (const part of parts) for (const [value, count] of part) into.set(value, (into.get(value) ?? 0) + count);
  return into;
};

const shifted = (domains: readonly Domain[], cycle: Cycle, pod: PodInfo, node: NodeInfo, by: 1 | -1): readonly Domain[] => {
  const sameNamespace = pod.pod.metadata.namespace === cycle.pod.pod.metadata.namespace;
  if (!sameNamespace || pod.pod.metadata.deletionTimestamp !== undefined || !hasAllKeys(node, domains.map(({ constraint }) => constraint))) return domains;
  return domains.map((own) => {
    const value = labelOf(node, own.constraint.topologyKey) ?? '';
    const count = own.counts.get(value);
    if (count === undefined || !matchesSelector(own.constraint.selector, pod.pod.metadata.labels)) return own;
    return domain(own.constraint, own.selfMatch, new Map(own.counts).set(value, count + by));
  });
};

interface ScoreState {
  readonly constraints: readonly SpreadConstraint[];
  readonly requireAll: boolean;
  readonly counts: readonly ReadonlyMap<string, number>[];
  readonly weights: readonly number[];
  readonly perNode: readonly NodeCounter[];
}

const scoreState = (cycle: Cycle, nodes: readonly NodeInfo[], constraints: readonly SpreadConstraint[], requireAll: boolean): ScoreState => {
  const { pod } = cycle.pod;
  const considered = requireAll ? nodes.filter((node) => hasAllKeys(node, constraints)) : nodes;
  const keys = requireAll ? constraints.map(({ topologyKey }) => topologyKey) : [];
  const counts = constraints.map((constraint) => {
    if (constraint.topologyKey === HOSTNAME) return new Map<string, number>();
    const values = new Map<string, number>();
    for (const node of considered) values.set(labelOf(node, constraint.topologyKey) ?? '', 0);
    for (const part of topologyCounter(pod, constraint, keys)(cycle.snapshot.table)) {
      for (const [value, count] of part) {
        const sum = values.get(value);
        if (sum !== undefined && count !== 0) values.set(value, sum + count);
      }
    }
    return values;
  });
  return {
    constraints, requireAll, counts,
    weights: constraints.map((constraint, i) => naturalLogarithm((constraint.topologyKey === HOSTNAME ? considered.length : counts[i]?.size ?? 0) + 2)),
    perNode: constraints.map(({ selector }) => podCounter(selector, pod.metadata.namespace ?? '')),
  };
};

const ignored = (state: ScoreState, node: NodeInfo): boolean => state.requireAll && !hasAllKeys(node, state.constraints);

const scoreOf = (state: ScoreState, node: NodeInfo): number => {
  if (ignored(state, node)) return 0;
  let score = 0;
  for (let i = 0; i < state.constraints.length; i += 1) {
    const { topologyKey, maxSkew } = state.constraints[i] as SpreadConstraint;
    const value = labelOf(node, topologyKey);
    if (value === undefined) continue;
    const count = topologyKey === HOSTNAME ? (state.perNode[i] as NodeCounter)(node) : state.counts[i]?.get(value) ?? 0;
    score += count * (state.weights[i] ?? 0) + (maxSkew - 1);
  }
  return Math.round(score);
};

const spreadPods = (pod: Pod, before: KubeObject | undefined, after: KubeObject | undefined): 'queue' | 'skip' => {
  const changed = (after ?? before) as Pod | undefined;
  if (changed === undefined || changed.metadata.namespace !== pod.metadata.namespace) return 'skip';
  if (changed.metadata.uid === pod.metadata.uid) return 'queue';
  const { hard } = ownConstraints(pod);
  return [before, after].some((object) => object !== undefined && hard.some(({ selector }) => matchesSelector(selector, object.metadata.labels))) ? 'queue' : 'skip';
};

export const podTopologySpread = definePlugin<readonly Domain[], ScoreState>({
  name: NAME,
  events: [
    { resource: 'Pod', action: ACTION.add | ACTION.delete | ACTION.podLabel, hint: spreadPods },
    {
      resource: 'Node', action: ACTION.add | ACTION.delete | ACTION.nodeLabel | ACTION.nodeTaint,
      hint: (pod, before, after) => {
        const { hard } = ownConstraints(pod);
        const counts = (object: KubeObject | undefined): boolean => object !== undefined && hard.every(({ topologyKey }) => Object.hasOwn(object.metadata.labels ?? {}, topologyKey));
        return counts(before) || counts(after) ? 'queue' : 'skip';
      },
    },
  ],
  preFilter: ({ pod, snapshot }) => {
    const { hard } = ownConstraints(pod.pod);
    if (hard.length === 0) return skip;
    const keys = hard.map(({ topologyKey }) => topologyKey);
    return ready(hard.map((constraint) => domain(
      constraint, matchesSelector(constraint.selector, pod.pod.metadata.labels) ? 1 : 0, merged(topologyCounter(pod.pod, constraint, keys)(snapshot.table)),
    )));
  },
  addPod: (domains, cycle, pod, node) => shifted(domains, cycle, pod, node, 1),
  removePod: (domains, cycle, pod, node) => shifted(domains, cycle, pod, node, -1),
  filter: (domains, _, node) => {
    for (const { constraint, selfMatch, counts, least } of domains) {
      const value = labelOf(node, constraint.topologyKey);
      if (value === undefined) return unlabelled;
      if ((counts.get(value) ?? 0) + selfMatch - least > constraint.maxSkew) return skewed;
    }
    return undefined;
  },
  preScore: (cycle, nodes) => {
    const own = (cycle.pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0;
    const constraints = own ? ownConstraints(cycle.pod.pod).soft : defaultConstraints(cycle.pod.pod, cycle.caches);
    return constraints.length === 0 ? skip : ready(scoreState(cycle, nodes, constraints, own));
  },
  score: (state, _, node) => scoreOf(state, node),
  normalize: (state, scores, nodes) => {
    let least = Infinity;
    let most = 0;
    const left = nodes.map((node) => ignored(state, node));
    scores.forEach((score, i) => {
      if (left[i] === true) return;
      least = Math.min(least, score);
      most = Math.max(most, score);
    });
    return scores.map((score, i) => (left[i] === true ? 0 : most === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (most + least - score)) / most)));
  },
});
