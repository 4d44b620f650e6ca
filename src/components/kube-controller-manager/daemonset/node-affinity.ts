/**
 * Whether a pod's required node affinity and node selector admit a node.
 * Models: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go GetRequiredNodeAffinity, RequiredNodeAffinity.Match
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { LabelOperator } from '../../../api/label-requirement.ts';
import { matchesRequirement, newRequirement } from '../../../api/label-requirement.ts';
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../../api/types.ts';
import { sortedEntries } from '../../../base/order.ts';

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!'], ['Gt', 'gt'], ['Lt', 'lt'],
]);

/** A malformed expression admits no node. */
const matchesExpression = (expression: NodeSelectorRequirement, value: string | undefined): boolean => {
  const operator = OPERATORS.get(expression.operator);
  if (operator === undefined) return false;
  const requirement = newRequirement(expression.key, operator, expression.values ?? []);
  return !isLeft(requirement) && matchesRequirement(requirement.right, value);
};

/** The only field of a node that can be selected is its name. */
const matchesField = (field: NodeSelectorRequirement, node: Node): boolean => {
  if (field.key !== 'metadata.name' || field.values?.length !== 1) return false;
  switch (field.operator) {
    case 'In': return field.values[0] === node.metadata.name;
    case 'NotIn': return field.values[0] !== node.metadata.name;
    default: return false;
  }
};

/** A term without conditions admits no node. */
const matchesTerm = (term: NodeSelectorTerm, node: Node): boolean => {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return expressions.every((expression) => matchesExpression(expression, node.metadata.labels?.[expression.key]))
    && fields.every((field) => matchesField(field, node));
};

export const matchesRequiredNodeAffinity = (spec: PodSpec, node: Node): boolean => {
  const labels = node.metadata.labels ?? {};
  if (!sortedEntries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
};
