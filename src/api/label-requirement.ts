/**
 * One condition of a label selector: a key, an operator and values.
 * Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go `Requirement`, `NewRequirement`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../base/order.ts';
import { isLabelValue, isQualifiedName } from './names.ts';

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export const quoted = (value: string): string => JSON.stringify(value);

const invalid = (path: string, value: string, detail: string): string => `${path}: Invalid value: ${value}: ${detail}`;

/** Upstream's complaint about a key found by the parser, or undefined. */
export const keyProblem = (key: string, path: string): string | undefined => {
  const problems = isQualifiedName(key);
  return problems.length === 0 ? undefined : invalid(path, quoted(key), problems.join('; '));
};

/** An int64 in decimal, as `strconv.ParseInt` reads it. */
const parseInt64 = (text: string): bigint | undefined => {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
};

const countProblem = (operator: LabelOperator, values: readonly string[]): string | undefined => {
  const complain = (detail: string): string => invalid('values', `[]string{${values.map(quoted).join(', ')}}`, detail);
  switch (operator) {
    case 'in': case 'notin':
      return values.length === 0 ? complain("for 'in', 'notin' operators, values set can't be empty") : undefined;
    case '=': case '==': case '!=':
      return values.length === 1 ? undefined : complain('exact-match compatibility requires one single value');
    case 'exists': case '!':
      return values.length === 0 ? undefined : complain('values set must be empty for exists and does not exist');
    case 'gt': case 'lt':
      return values.length === 1 ? undefined : complain("for 'Gt', 'Lt' operators, exactly one value is required");
  }
};

const problemsOf = ({ key, operator, values }: LabelRequirement): readonly string[] => {
  const problems: (string | undefined)[] = [keyProblem(key, 'key'), countProblem(operator, values)];
  values.forEach((value, i) => {
    if ((operator === 'gt' || operator === 'lt') && parseInt64(value) === undefined) {
      problems.push(invalid(`values[${i}]`, quoted(value), "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  });
  values.forEach((value, i) => {
    const wrong = isLabelValue(value);
    if (wrong.length > 0) problems.push(invalid(`values[${i}][${key}]`, quoted(value), wrong.join('; ')));
  });
  return problems.filter((problem) => problem !== undefined);
};

/** Errors: upstream's aggregate, word for word. */
export const newRequirement = (key: string, operator: LabelOperator, values: readonly string[]): Either<string, LabelRequirement> => {
  const requirement = { key, operator, values };
  const problems = [...new Set(problemsOf(requirement))];
  if (problems.length === 0) return right(requirement);
  return left(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
};

const matchesNumber = (requirement: LabelRequirement, value: string): boolean => {
  const actual = parseInt64(value);
  const bound = parseInt64(requirement.values[0] ?? '');
  if (actual === undefined || bound === undefined) return false;
  return requirement.operator === 'gt' ? actual > bound : actual < bound;
};

/** `value` is undefined where the label is absent. */
export const matchesRequirement = (requirement: LabelRequirement, value: string | undefined): boolean => {
  switch (requirement.operator) {
    case 'in': case '=': case '==':
      return value !== undefined && requirement.values.includes(value);
    case 'notin': case '!=':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt': case 'lt':
      return value !== undefined && matchesNumber(requirement, value);
  }
};

/** Source: `Requirement.String`; several values are sorted. */
export const formatRequirement = ({ key, operator, values }: LabelRequirement): string => {
  const listed = [...values].sort(compareStrings).join(',');
  switch (operator) {
    case 'exists': return key;
    case '!': return `!${key}`;
    case 'in': case 'notin': return `${key} ${operator} (${listed})`;
    case 'gt': return `${key}>${listed}`;
    case 'lt': return `${key}<${listed}`;
    case '=': case '==': case '!=': return `${key}${operator}${listed}`;
  }
};
