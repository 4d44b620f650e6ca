/**
 * A pod as the scheduler reads it: numbers, compiled terms and ports, worked out once per pod object.
 * Models: pkg/scheduler/framework/types.go PodInfo, AffinityTerm, calculateResource
 */
import { hostPortsOf } from '../../../api/host-ports.ts';
import type { HostPort } from '../../../api/host-ports.ts';
import { matchesSelector } from '../../../api/label-selector.ts';
import type { Selector } from '../../../api/label-selector.ts';
import { nonZeroPodRequests, podRequests } from '../../../api/pod-requests.ts';
import { selectorOrNothing } from '../../../api/selector-cache.ts';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../../api/types.ts';

export interface AffinityTerm {
  readonly selector: Selector;
  readonly topologyKey: string;
  /** Sorted; the pod's own namespace when the term names none and selects none. */
  readonly namespaces: readonly string[];
  /** Selects namespaces by their labels; `nothing` when absent. */
  readonly namespaceSelector: Selector;
}
export interface WeightedTerm extends AffinityTerm { readonly weight: number }

export interface PodInfo {
  readonly pod: Pod;
  /** metadata.uid, or `namespace/name` for a pod without. */
  readonly uid: string;
  readonly key: string;
  readonly priority: number;
  /** Millicores, bytes. */
  readonly cpu: number;
  readonly memory: number;
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
  readonly scalar: ReadonlyMap<string, number>;
  readonly ports: readonly HostPort[];
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAntiAffinity: readonly WeightedTerm[];
}

const none: readonly never[] = [];

/** `matchLabelKeys` are merged into the selector by kube-apiserver when the pod is created. */
const termOf = (pod: Pod, term: PodAffinityTerm): AffinityTerm => {
  const listed = term.namespaces ?? [];
  const own = listed.length === 0 && (term.namespaceSelector === undefined || term.namespaceSelector === null);
  return {
    selector: selectorOrNothing(term.labelSelector),
    topologyKey: term.topologyKey,
    namespaces: own ? [pod.metadata.namespace ?? ''] : listed,
    namespaceSelector: selectorOrNothing(term.namespaceSelector),
  };
};
const termsOf = (pod: Pod, terms: readonly PodAffinityTerm[] | undefined): readonly AffinityTerm[] => (terms === undefined ? none : terms.map((term) => termOf(pod, term)));
const weightedOf = (pod: Pod, terms: readonly WeightedPodAffinityTerm[] | undefined): readonly WeightedTerm[] =>
  (terms === undefined ? none : terms.map(({ weight, podAffinityTerm }) => ({ ...termOf(pod, podAffinityTerm), weight })));

export const podUid = (pod: Pod): string => pod.metadata.uid ?? podKey(pod);
export const podKey = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
export const podPriority = (pod: Pod): number => pod.spec.priority ?? 0;

const build = (pod: Pod): PodInfo => {
  const requests = podRequests(pod);
  const nonZero = nonZeroPodRequests(pod);
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  return {
    pod, uid: podUid(pod), key: podKey(pod), priority: podPriority(pod),
    cpu: requests.cpu, memory: requests.memory, nonZeroCpu: nonZero.cpu, nonZeroMemory: nonZero.memory, scalar: requests.scalar,
    ports: hostPortsOf(pod.spec),
    affinity: termsOf(pod, podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: termsOf(pod, podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: weightedOf(pod, podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: weightedOf(pod, podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
};

const known = new WeakMap<Pod, PodInfo>();
export const podInfo = (pod: Pod): PodInfo => {
  const found = known.get(pod);
  if (found !== undefined) return found;
  const built = build(pod);
  known.set(pod, built);
  return built;
};

/** The same pod placed on a node, without working anything out again. */
export const placedOn = (info: PodInfo, nodeName: string): PodInfo => {
  const pod: Pod = { ...info.pod, spec: { ...info.pod.spec, nodeName } };
  const placed: PodInfo = { ...info, pod };
  known.set(pod, placed);
  return placed;
};

export const hasAffinity = (info: PodInfo): boolean =>
  info.affinity.length > 0 || info.antiAffinity.length > 0 || info.preferredAffinity.length > 0 || info.preferredAntiAffinity.length > 0;

const namespaceMatches = (term: AffinityTerm, pod: Pod, namespaceLabels: Readonly<Record<string, string>> | undefined): boolean =>
  term.namespaces.includes(pod.metadata.namespace ?? '') || (term.namespaceSelector.kind !== 'nothing' && matchesSelector(term.namespaceSelector, namespaceLabels));

/** Source: `AffinityTerm.Matches`. `namespaceLabels` are those of the pod's namespace; {} when unknown. */
export const termMatches = (term: AffinityTerm, pod: Pod, namespaceLabels: Readonly<Record<string, string>> | undefined): boolean =>
  namespaceMatches(term, pod, namespaceLabels) && matchesSelector(term.selector, pod.metadata.labels);
