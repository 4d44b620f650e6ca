/**
 * Selectors of workload objects, parsed once per object version.
 * Models: metav1.LabelSelectorAsSelector as the controllers call it on every sync
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { LabelSelector, Selector } from '../../../api/label-selector.ts';
import { everything, selectorFromLabelSelector, selectorFromSet } from '../../../api/label-selector.ts';

/** Why a WeakMap: the selector is part of an immutable object, so its identity stands for its content; nothing observable depends on the memo. */
const parsed = new WeakMap<LabelSelector, Either<string, Selector>>();

/** Absent: matches nothing. Errors: upstream's message. */
export const selectorOf = (selector: LabelSelector | undefined): Either<string, Selector> => {
  if (selector === undefined) return selectorFromLabelSelector(selector);
  const known = parsed.get(selector);
  if (known !== undefined) return known;
  const fresh = selectorFromLabelSelector(selector);
  parsed.set(selector, fresh);
  return fresh;
};

const parsedSets = new WeakMap<Readonly<Record<string, string>>, Selector>();

/** The selector of exactly these labels (`labels.Set.AsSelectorPreValidated`). */
export const selectorOfSet = (labels: Readonly<Record<string, string>> | undefined): Selector => {
  if (labels === undefined) return everything;
  const known = parsedSets.get(labels);
  if (known !== undefined) return known;
  const fresh = selectorFromSet(labels);
  parsedSets.set(labels, fresh);
  return fresh;
};
