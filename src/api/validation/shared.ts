/**
 * Checks that several kinds share: selectors, int-or-percent values, ports, names of references.
 * Models: apimachinery/pkg/apis/meta/v1/validation/validation.go, pkg/apis/apps/validation/validation.go
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Selector } from '../label-selector.ts';
import { selectorFromLabelSelector } from '../label-selector.ts';
import { isLabelValue, isQualifiedName, regexError } from '../names.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../types.ts';
import type { FieldErrors } from './field-error.ts';
import { child, forbiddenField, invalidAll, invalidValue, nonNegative, printed, required } from './field-error.ts';
import { eachIndexed, validateLabels } from './metadata.ts';

const validateRequirement = (requirement: LabelSelectorRequirement, path: string): FieldErrors => {
  const values = requirement.values ?? [];
  const shape = ((): FieldErrors => {
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        return values.length === 0 ? [required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")] : [];
      case 'Exists':
      case 'DoesNotExist':
        return values.length > 0 ? [forbiddenField(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")] : [];
      default:
        return [invalidValue(child(path, 'operator'), requirement.operator, 'not a valid selector operator')];
    }
  })();
  return [
    ...shape,
    ...invalidAll(child(path, 'key'), requirement.key, isQualifiedName(requirement.key ?? '')),
    ...eachIndexed(values, child(path, 'values'), (value, at) => invalidAll(at, value, isLabelValue(value))),
  ];
};

/** Upstream's `ValidateLabelSelector`. */
export const validateLabelSelector = (selector: LabelSelector | undefined, path: string): FieldErrors => (selector === undefined ? [] : [
  ...validateLabels(selector.matchLabels, child(path, 'matchLabels')),
  ...eachIndexed(selector.matchExpressions as readonly LabelSelectorRequirement[] | undefined, child(path, 'matchExpressions'), validateRequirement),
]);

export const isEmptyLabelSelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;

/** The selector, or undefined when it is malformed. */
export const selectorOf = (selector: LabelSelector | undefined): Selector | undefined => {
  const parsed = selectorFromLabelSelector(selector as Parameters<typeof selectorFromLabelSelector>[0]);
  return isLeft(parsed) ? undefined : parsed.right;
};

const PERCENT = '[0-9]+%';

/** Upstream's `ValidatePositiveIntOrPercent`. */
export const positiveIntOrPercent = (value: number | string | undefined, path: string): FieldErrors => {
  if (value === undefined) return [];
  if (typeof value === 'number') return nonNegative(path, value);
  return /^[0-9]+%$/.test(value) ? []
    : invalidAll(path, printed(value), [regexError("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, ['1%', '93%'])]);
};

/** Upstream's `IsNotMoreThan100Percent`. */
export const notMoreThan100Percent = (value: number | string | undefined, path: string): FieldErrors =>
  (typeof value === 'string' && /^[0-9]+%$/.test(value) && Number(value.slice(0, -1)) > 100
    ? [invalidValue(path, printed(value), 'must not be greater than 100%')] : []);

/** The number in an int or percent; 0 where it is absent. */
export const intOrPercentValue = (value: number | string | undefined): number =>
  (typeof value === 'string' ? Number(/^[0-9]+%$/.test(value) ? value.slice(0, -1) : 0) : value ?? 0);

/** Shows an enum-like value that may be absent as Go does. */
export const textOf = (value: string | undefined): string => value ?? '';
