/**
 * Which nodes a pod's node selector and node affinity ask for, compiled once per pod spec.
 * Models: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go `GetRequiredNodeAffinity`, `NewPreferredSchedulingTerms`,
 *   `nodeSelectorRequirementsAsSelector`, `nodeSelectorRequirementsAsFieldSelector`
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { memoised } from '../base/memo.ts';
import { sortedEntries } from '../base/order.ts';
import type { LabelOperator } from './label-requirement.ts';
import { matchesRequirement, newRequirement } from './label-requirement.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './types.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** What of a node can be asked for. */
export interface LabelledNode { readonly metadata: { readonly name: string; readonly labels?: Labels } }
export type NodeTest = (node: LabelledNode) => boolean;

export interface NodeAffinityTests {
  /** `spec.nodeSelector` and the required node affinity together; undefined: any node. */
  readonly required: NodeTest | undefined;
  readonly preferred: readonly { readonly weight: number; readonly test: NodeTest }[];
}

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!'], ['Gt', 'gt'], ['Lt', 'lt'],
]);

const never: NodeTest = () => false;

const labelOf = (labels: Labels, key: string): string | undefined => (labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined);

/** A malformed expression matches no node, whatever else its term asks for. */
const labelTest = ({ key, operator, values }: NodeSelectorRequirement): NodeTest => {
  const known = OPERATORS.get(operator);
  if (known === undefined) return never;
  const parsed = newRequirement(key, known, values ?? []);
  if (isLeft(parsed)) return never;
  const requirement = parsed.right;
  return ({ metadata }) => matchesRequirement(requirement, labelOf(metadata.labels, key));
};

/** The one field that can be asked for is the name, by In or NotIn with one value. */
const fieldTest = ({ key, operator, values }: NodeSelectorRequirement): NodeTest => {
  if (key !== 'metadata.name' || values?.length !== 1) return never;
  const [wanted] = values;
  switch (operator) {
    case 'In': return ({ metadata }) => metadata.name === wanted;
    case 'NotIn': return ({ metadata }) => metadata.name !== wanted;
    default: return never;
  }
};

const isEmptyTerm = ({ matchExpressions, matchFields }: NodeSelectorTerm): boolean => (matchExpressions?.length ?? 0) + (matchFields?.length ?? 0) === 0;

/** A term that asks for nothing matches no node. */
const termTest = (term: NodeSelectorTerm): NodeTest => {
  if (isEmptyTerm(term)) return never;
  const tests = [...(term.matchExpressions ?? []).map(labelTest), ...(term.matchFields ?? []).map(fieldTest)];
  return (node) => tests.every((test) => test(node));
};

const requiredTest = (spec: PodSpec): NodeTest | undefined => {
  const wanted = sortedEntries(spec.nodeSelector ?? {});
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.map(termTest);
  if (wanted.length === 0 && terms === undefined) return undefined;
  return (node) => wanted.every(([key, value]) => labelOf(node.metadata.labels, key) === value) && (terms === undefined || terms.some((test) => test(node)));
};

const compile = (spec: PodSpec): NodeAffinityTests => ({
  required: requiredTest(spec),
  preferred: (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ weight, preference }) => weight !== 0 && !isEmptyTerm(preference))
    .map(({ weight, preference }) => ({ weight, test: termTest(preference) })),
});

const anywhere: NodeAffinityTests = { required: undefined, preferred: [] };
const compiled = memoised(compile);

export const nodeAffinityTests = (spec: PodSpec): NodeAffinityTests =>
  (spec.nodeSelector === undefined && spec.affinity?.nodeAffinity === undefined ? anywhere : compiled(spec));

/** Whether the pod may run on the node, as far as its node selector and required node affinity go. */
export const matchesNodeAffinity = (spec: PodSpec, node: LabelledNode): boolean => {
  const { required } = nodeAffinityTests(spec);
  return required === undefined || required(node);
};
