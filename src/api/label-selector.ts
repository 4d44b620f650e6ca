/**
 * Label selectors: which label sets they match, and how they read and print.
 * Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go, pkg/apis/meta/v1/helpers.go `LabelSelectorAsSelector`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { compareStrings, sortedEntries } from '../base/order.ts';
import type { LabelOperator, LabelRequirement } from './label-requirement.ts';
import { formatRequirement, matchesRequirement, newRequirement, quoted } from './label-requirement.ts';
import { parseRequirements } from './label-selector-parser.ts';

export type { LabelOperator, LabelRequirement } from './label-requirement.ts';

/** A selector in the shape of the API (`spec.selector`). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A selector ready to match: the conjunction of its requirements, or nothing at all. */
export type Selector =
  | { readonly kind: 'requirements'; readonly requirements: readonly LabelRequirement[] }
  | { readonly kind: 'nothing' };

/** Matches every label set. */
export const everything: Selector = { kind: 'requirements', requirements: [] };

/** Matches no label set. */
export const nothing: Selector = { kind: 'nothing' };

const selectorOf = (requirements: readonly LabelRequirement[]): Selector =>
  requirements.length === 0
    ? everything
    : { kind: 'requirements', requirements: [...requirements].sort((a, b) => compareStrings(a.key, b.key)) };

/** Errors: upstream's message. Source: `labels.Parse`. */
export const parseSelector = (text: string): Either<string, Selector> => map(selectorOf)(parseRequirements(text));

/** Every label must be present with its value; an empty or absent set matches everything. Source: `labels.SelectorFromSet`. */
export const selectorFromSet = (labels: Readonly<Record<string, string>> | undefined): Selector =>
  selectorOf(sortedEntries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })));

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'], ['NotIn', 'notin'], ['Exists', 'exists'], ['DoesNotExist', '!'],
]);

const fromExpression = ({ key, operator, values }: LabelSelectorRequirement): Either<string, LabelRequirement> => {
  const known = OPERATORS.get(operator);
  return known === undefined
    ? left(`${quoted(operator)} is not a valid label selector operator`)
    : newRequirement(key, known, values ?? []);
};

/** An absent selector matches nothing, an empty one everything. Errors: upstream's message. */
export const selectorFromLabelSelector = (selector: LabelSelector | null | undefined): Either<string, Selector> => {
  if (selector === undefined || selector === null) return right(nothing);
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of sortedEntries(selector.matchLabels ?? {})) {
    const requirement = newRequirement(key, '=', [value]);
    if (isLeft(requirement)) return requirement;
    requirements.push(requirement.right);
  }
  for (const expression of selector.matchExpressions ?? []) {
    const requirement = fromExpression(expression);
    if (isLeft(requirement)) return requirement;
    requirements.push(requirement.right);
  }
  return right(selectorOf(requirements));
};

const labelOf = (labels: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;

export const matchesSelector = (selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean =>
  selector.kind === 'requirements'
  && selector.requirements.every((requirement) => matchesRequirement(requirement, labelOf(labels, requirement.key)));

/** Source: `Selector.String`; `nothing` prints as the empty text, as upstream's does. */
export const formatSelector = (selector: Selector): string =>
  selector.kind === 'nothing' ? '' : selector.requirements.map(formatRequirement).join(',');

/** Whether it restricts nothing. */
export const isEmptySelector = (selector: Selector): boolean => selector.kind === 'requirements' && selector.requirements.length === 0;
