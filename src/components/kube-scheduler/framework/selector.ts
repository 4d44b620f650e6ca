/**
 * Label selectors compiled once per text, so that pods of one template share one selector object (and whatever is memoised by it).
 * Models: apimachinery/pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { formatSelector, matchesSelector, nothing, selectorFromLabelSelector } from '../../../api/label-selector.ts';
import type { Selector } from '../../../api/label-selector.ts';
import type { LabelSelector } from '../../../api/types.ts';

const LIMIT = 20_000;
const byText = new Map<string, Selector>();
const byObject = new WeakMap<object, Selector>();

/** The one object for all selectors that print alike. */
export const sharedSelector = (selector: Selector): Selector => {
  if (selector.kind === 'nothing') return nothing;
  const text = formatSelector(selector);
  const known = byText.get(text);
  if (known !== undefined) return known;
  if (byText.size >= LIMIT) byText.clear();
  byText.set(text, selector);
  return selector;
};

/** An invalid selector matches nothing, as an absent one. */
export const compiledSelector = (selector: LabelSelector | undefined): Selector => {
  if (selector === undefined || selector === null) return nothing;
  const known = byObject.get(selector);
  if (known !== undefined) return known;
  const parsed = selectorFromLabelSelector(selector);
  const compiled = isLeft(parsed) ? nothing : sharedSelector(parsed.right);
  byObject.set(selector, compiled);
  return compiled;
};

export const matches = (selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean => matchesSelector(selector, labels);
