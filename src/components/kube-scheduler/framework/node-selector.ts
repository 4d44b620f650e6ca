/**
 * Node selectors and node affinity, compiled once per pod spec.
 * Models: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go GetRequiredNodeAffinity, NewPreferredSchedulingTerms
 */
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../../api/types.ts';

type Labels = Readonly<Record<string, string>> | undefined;
type Test = (value: string | undefined) => boolean;

const integer = (text: string | undefined): bigint | undefined => (text !== undefined && /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace('+', '')) : undefined);

const compared = (bound: string | undefined, holds: (a: bigint, b: bigint) => boolean): Test => {
  const limit = integer(bound);
  return (value) => {
    const actual = integer(value);
    return actual !== undefined && limit !== undefined && holds(actual, limit);
  };
};

/** An unknown operator matches nothing, as a term that fails to parse. */
const testOf = ({ operator, values }: NodeSelectorRequirement): Test => {
  const listed = new Set(values ?? []);
  switch (operator) {
    case 'In': return (value) => value !== undefined && listed.has(value);
    case 'NotIn': return (value) => value === undefined || !listed.has(value);
    case 'Exists': return (value) => value !== undefined;
    case 'DoesNotExist': return (value) => value === undefined;
    case 'Gt': return compared(values?.[0], (a, b) => a > b);
    case 'Lt': return compared(values?.[0], (a, b) => a < b);
    default: return () => false;
  }
};

const labelOf = (labels: Labels, key: string): string | undefined => (labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined);

export type NodeTest = (node: Node) => boolean;

/** An empty term matches nothing. */
export const compileTerm = (term: NodeSelectorTerm): NodeTest => {
  const labels = (term.matchExpressions ?? []).map((requirement) => ({ key: requirement.key, test: testOf(requirement) }));
  const fields = (term.matchFields ?? []).map((requirement) => ({ key: requirement.key, test: testOf(requirement) }));
  if (labels.length === 0 && fields.length === 0) return () => false;
  return (node) => labels.every(({ key, test }) => test(labelOf(node.metadata.labels, key)))
    && fields.every(({ key, test }) => test(key === 'metadata.name' ? node.metadata.name : ''));
};

export interface NodeRequirements {
  /** `spec.nodeSelector` and the required node affinity together; undefined: any node. */
  readonly required: NodeTest | undefined;
  /** Equal texts, equal tests: what counts by node are memoised by. '' for any node. */
  readonly text: string;
  /** Node names that every term pins by `metadata.name`; undefined: not pinned. */
  readonly names: readonly string[] | undefined;
  readonly preferred: readonly { readonly weight: number; readonly test: NodeTest }[];
}

const pinnedNames = (terms: readonly NodeSelectorTerm[] | undefined): readonly string[] | undefined => {
  if (terms === undefined) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    let own: Set<string> | undefined;
    for (const field of term.matchFields ?? []) {
      if (field.key !== 'metadata.name' || field.operator !== 'In') continue;
      const listed = new Set(field.values ?? []);
      own = own === undefined ? listed : new Set([...own].filter((name) => listed.has(name)));
    }
    if (own === undefined) return undefined;
    for (const name of own) names.add(name);
  }
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
};

const compile = (spec: PodSpec): NodeRequirements => {
  const affinity = spec.affinity?.nodeAffinity;
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const wanted = spec.nodeSelector === undefined ? [] : Object.entries(spec.nodeSelector);
  const tests = terms?.map(compileTerm);
  const preferred = (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ weight, preference }) => weight !== 0 && ((preference.matchExpressions?.length ?? 0) + (preference.matchFields?.length ?? 0)) > 0)
    .map(({ weight, preference }) => ({ weight, test: compileTerm(preference) }));
  if (wanted.length === 0 && tests === undefined) return { required: undefined, text: '', names: undefined, preferred };
  const required: NodeTest = (node) => wanted.every(([key, value]) => labelOf(node.metadata.labels, key) === value)
    && (tests === undefined || tests.some((test) => test(node)));
  return { required, text: JSON.stringify([wanted, terms ?? null]), names: pinnedNames(terms), preferred };
};

const bySpec = new WeakMap<PodSpec, NodeRequirements>();
const anywhere: NodeRequirements = { required: undefined, text: '', names: undefined, preferred: [] };

export const nodeRequirements = (spec: PodSpec): NodeRequirements => {
  if (spec.nodeSelector === undefined && spec.affinity?.nodeAffinity === undefined) return anywhere;
  const known = bySpec.get(spec);
  if (known !== undefined) return known;
  const compiled = compile(spec);
  bySpec.set(spec, compiled);
  return compiled;
};
