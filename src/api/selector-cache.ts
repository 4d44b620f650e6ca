/**
 * Selectors compiled once per object and shared by text, so that objects made from one template share one selector (and whatever is memoised by it).
 * Models: apimachinery/pkg/apis/meta/v1/helpers.go `LabelSelectorAsSelector`, labels.Set `AsSelectorPreValidated`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, map, right } from 'fp-ts/lib/Either.js';
import { memoised } from '../base/memo.ts';
import type { LabelSelector, Selector } from './label-selector.ts';
import { everything, formatSelector, nothing, selectorFromLabelSelector, selectorFromSet } from './label-selector.ts';

const LIMIT = 20_000;
const byText = new Map<string, Selector>();

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

const compiled = memoised((selector: LabelSelector): Either<string, Selector> => map(sharedSelector)(selectorFromLabelSelector(selector)));
const absent: Either<string, Selector> = right(nothing);

/** Absent: matches nothing. Errors: upstream's message. */
export const selectorOf = (selector: LabelSelector | null | undefined): Either<string, Selector> =>
  (selector === undefined || selector === null ? absent : compiled(selector));

/** An invalid selector matches nothing, as an absent one. */
export const selectorOrNothing = (selector: LabelSelector | null | undefined): Selector => {
  const parsed = selectorOf(selector);
  return isLeft(parsed) ? nothing : parsed.right;
};

const compiledSet = memoised((labels: Readonly<Record<string, string>>): Selector => sharedSelector(selectorFromSet(labels)));

/** The selector of exactly these labels. */
export const selectorOfSet = (labels: Readonly<Record<string, string>> | undefined): Selector => (labels === undefined ? everything : compiledSet(labels));
