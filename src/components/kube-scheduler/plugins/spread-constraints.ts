/**
 * Topology spread constraints of a pod, its own or the cluster's defaults, and the counting of matching pods per topology value.
 * Models: pkg/scheduler/framework/plugins/podtopologyspread/common.go, plugins/helper/spread.go DefaultSelector
 * Why memoised by chunk: a cycle then counts again only the nodes that changed since the last pod of the same template.
 */
import { memoised } from '../../../base/memo.ts';
import type { Selector } from '../../../api/label-selector.ts';
import { isEmptySelector, matchesSelector, nothing } from '../../../api/label-selector.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import { selectorOfSet, selectorOrNothing, sharedSelector } from '../../../api/selector-cache.ts';
import { untoleratedTaint } from '../../../api/tolerations.ts';
import type { LabelSelector, Pod, ReplicationController, Service, TopologySpreadConstraint } from '../../../api/types.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Caches } from '../../../client/caches.ts';
import { chunkFold } from '../cache/node-table.ts';
import type { NodeTable } from '../cache/node-table.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { nodeRequirements } from '../framework/node-selector.ts';
import type { NodeRequirements } from '../framework/node-selector.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

const withLabelKeys = (pod: Pod, constraint: TopologySpreadConstraint): LabelSelector => {
  const labels = pod.metadata.labels ?? {};
  const keys = (constraint.matchLabelKeys ?? []).filter((key) => Object.hasOwn(labels, key));
  const added = keys.map((key) => ({ key, operator: 'In', values: [labels[key] ?? ''] }));
  return { ...constraint.labelSelector, matchExpressions: [...(constraint.labelSelector?.matchExpressions ?? []), ...added] };
};

const constraintOf = (pod: Pod, constraint: TopologySpreadConstraint): SpreadConstraint => ({
  maxSkew: constraint.maxSkew,
  topologyKey: constraint.topologyKey,
  selector: constraint.labelSelector === undefined ? nothing
    : (constraint.matchLabelKeys?.length ?? 0) === 0 ? selectorOrNothing(constraint.labelSelector) : selectorOrNothing(withLabelKeys(pod, constraint)),
  minDomains: constraint.minDomains ?? 1,
  honorAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
  honorTaints: constraint.nodeTaintsPolicy === 'Honor',
});

interface PodConstraints { readonly hard: readonly SpreadConstraint[]; readonly soft: readonly SpreadConstraint[] }
const none: readonly SpreadConstraint[] = [];
const unconstrained: PodConstraints = { hard: none, soft: none };

const compiled = memoised((pod: Pod): PodConstraints => {
  const of = (when: string): readonly SpreadConstraint[] =>
    (pod.spec.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === when).map((constraint) => constraintOf(pod, constraint));
  return { hard: of('DoNotSchedule'), soft: of('ScheduleAnyway') };
});

export const ownConstraints = (pod: Pod): PodConstraints => ((pod.spec.topologySpreadConstraints?.length ?? 0) === 0 ? unconstrained : compiled(pod));

type OwnerWithSelector = KubeObject & { readonly spec: { readonly selector?: LabelSelector } };
const ownerSelector = (pod: Pod, caches: Caches): Selector | undefined => {
  const owner = controllerOf(pod);
  const namespace = pod.metadata.namespace ?? '';
  if (owner === undefined) return undefined;
  if (owner.apiVersion === 'v1' && owner.kind === 'ReplicationController') {
    const set = caches.lister<ReplicationController>('replicationcontrollers').get(namespace, owner.name)?.spec.selector;
    return set === undefined ? undefined : selectorOfSet(set);
  }
  if (owner.apiVersion !== 'apps/v1' || (owner.kind !== 'ReplicaSet' && owner.kind !== 'StatefulSet')) return undefined;
  const resource = owner.kind === 'ReplicaSet' ? 'replicasets.apps' : 'statefulsets.apps';
  const found = caches.lister<OwnerWithSelector>(resource).get(namespace, owner.name);
  return found === undefined ? undefined : selectorOrNothing(found.spec.selector);
};

const serviceLabels = (pod: Pod, caches: Caches): Readonly<Record<string, string>> | undefined => {
  let merged: Record<string, string> | undefined;
  for (const service of caches.lister<Service>('services').list(pod.metadata.namespace ?? '')) {
    const selector = service.spec.selector;
    if (selector !== undefined && Object.keys(selector).length > 0 && matchesSelector(selectorOfSet(selector), pod.metadata.labels)) merged = { ...merged, ...selector };
  }
  return merged;
};

/** The pods that a pod should be spread from: those of its services and of its owner. */
const defaultSelector = (pod: Pod, caches: Caches): Selector => {
  const owner = ownerSelector(pod, caches);
  const services = serviceLabels(pod, caches);
  if (services === undefined) return owner ?? nothing;
  const own = selectorOfSet(services);
  if (owner === undefined || owner.kind === 'nothing' || own.kind === 'nothing') return own;
  return sharedSelector({ kind: 'requirements', requirements: [...own.requirements, ...owner.requirements] });
};

const soft = (selector: Selector, topologyKey: string, maxSkew: number): SpreadConstraint =>
  ({ maxSkew, topologyKey, selector, minDomains: 1, honorAffinity: true, honorTaints: false });
const defaultsOf = memoised((selector: Selector): readonly SpreadConstraint[] => [soft(selector, HOSTNAME, 3), soft(selector, 'topology.kubernetes.io/zone', 5)]);

/** Source: `systemDefaultConstraints`. */
export const defaultConstraints = (pod: Pod, caches: Caches): readonly SpreadConstraint[] => {
  const selector = defaultSelector(pod, caches);
  return selector.kind === 'nothing' || isEmptySelector(selector) ? none : defaultsOf(selector);
};

export const labelOf = (node: NodeInfo, key: string): string | undefined => {
  const labels = node.node?.metadata.labels;
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
};
export const hasAllKeys = (node: NodeInfo, constraints: readonly SpreadConstraint[]): boolean =>
  constraints.every(({ topologyKey }) => labelOf(node, topologyKey) !== undefined);

/** The node counts for the constraint. */
const included = (node: NodeInfo, constraint: SpreadConstraint, requirements: NodeRequirements, tolerations: Pod['spec']['tolerations']): boolean => {
  if (constraint.honorAffinity && requirements.required !== undefined && (node.node === undefined || !requirements.required(node.node))) return false;
  return !constraint.honorTaints || untoleratedTaint(node.taints, tolerations) === undefined;
};

export type NodeCounter = (node: NodeInfo) => number;
export type TableCounter = (table: NodeTable) => readonly ReadonlyMap<string, number>[];
const nodeCounters = new WeakMap<Selector, Map<string, NodeCounter>>();
const tableCounters = new WeakMap<Selector, Map<string, TableCounter>>();

const remembered = <T>(family: WeakMap<Selector, Map<string, T>>, selector: Selector, key: string, make: () => T): T => {
  let own = family.get(selector);
  if (own === undefined) family.set(selector, (own = new Map<string, T>()));
  let found = own.get(key);
  if (found === undefined) own.set(key, (found = make()));
  return found;
};

/** How many pods of a namespace match on a node; terminating pods do not count. */
export const podCounter = (selector: Selector, namespace: string): NodeCounter => remembered(nodeCounters, selector, namespace, () => {
  const known = new WeakMap<NodeInfo, number>();
  return (node) => {
    const found = known.get(node);
    if (found !== undefined) return found;
    let count = 0;
    for (const { pod } of node.pods) {
      if (pod.metadata.namespace === namespace && pod.metadata.deletionTimestamp === undefined && matchesSelector(selector, pod.metadata.labels)) count += 1;
    }
    known.set(node, count);
    return count;
  };
});

/** Matching pods by value of the constraint's topology key, as one map per chunk. Nodes that lack one of `keys` are left out. */
export const topologyCounter = (pod: Pod, constraint: SpreadConstraint, keys: readonly string[]): TableCounter => {
  const requirements = nodeRequirements(pod.spec);
  const namespace = pod.metadata.namespace ?? '';
  const { tolerations } = pod.spec;
  const key = [
    namespace, constraint.topologyKey, keys.join(','), constraint.honorAffinity ? requirements.text : '', constraint.honorTaints ? JSON.stringify(tolerations ?? []) : '',
  ].join('\n');
  return remembered(tableCounters, constraint.selector, key, () => {
    const count = podCounter(constraint.selector, namespace);
    return chunkFold((chunk) => {
      const counts = new Map<string, number>();
      for (const node of chunk) {
        const value = labelOf(node, constraint.topologyKey);
        if (value === undefined || keys.some((wanted) => labelOf(node, wanted) === undefined) || !included(node, constraint, requirements, tolerations)) continue;
        counts.set(value, (counts.get(value) ?? 0) + count(node));
      }
      return counts;
    });
  });
};
