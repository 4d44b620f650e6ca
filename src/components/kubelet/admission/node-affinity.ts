/**
 * Whether a node matches a pod's node selector and required node affinity.
 * Models: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go `GetRequiredNodeAffinity`, `Match`
 */
import { matchesRequirement } from '../../../api/label-requirement.ts';
import type { LabelOperator } from '../../../api/label-requirement.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../../api/types.ts';

type Labels = Readonly<Record<string, string>>;

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!'], ['Gt', 'gt'], ['Lt', 'lt'],
]);

const matchesOne = ({ key, operator, values }: NodeSelectorRequirement, labels: Labels): boolean => {
  const known = OPERATORS.get(operator);
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return known !== undefined && matchesRequirement({ key, operator: known, values: values ?? [] }, value);
};

/** A term that asks for nothing matches nothing. */
const matchesTerm = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, labels: Labels, fields: Labels): boolean =>
  matchExpressions.length + matchFields.length > 0
  && matchExpressions.every((requirement) => matchesOne(requirement, labels))
  && matchFields.every((requirement) => matchesOne(requirement, fields));

export const matchesNode = (pod: Pod, nodeName: string, labels: Labels): boolean => {
  const selector = pod.spec.nodeSelector ?? {};
  const isSelected = Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return isSelected && (required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, labels, { 'metadata.name': nodeName })));
};
