/** Selectors compiled once: which of them are one object. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { everything, matchesSelector, nothing } from '../../src/api/label-selector.ts';
import { selectorOf, selectorOfSet, selectorOrNothing } from '../../src/api/selector-cache.ts';

describe('selector cache', () => {
  it('gives the same answer for the same object', () => {
    const selector = { matchLabels: { app: 'web' } };
    expect(selectorOf(selector)).toBe(selectorOf(selector));
  });
  it('gives one selector for all that read alike', () => {
    const web = selectorOrNothing({ matchLabels: { app: 'web' } });
    expect(selectorOrNothing({ matchLabels: { app: 'web' } })).toBe(web);
    expect(selectorOfSet({ app: 'web' })).toBe(web);
    expect(matchesSelector(web, { app: 'web', tier: 'front' })).toBe(true);
  });
  it('tells absent from empty', () => {
    expect(selectorOrNothing(undefined)).toBe(nothing);
    expect(matchesSelector(selectorOrNothing({}), {})).toBe(true);
    expect(selectorOfSet(undefined)).toBe(everything);
  });
  it('says what is wrong with an invalid selector, or matches nothing', () => {
    const invalid = { matchExpressions: [{ key: 'app', operator: 'Like', values: ['w'] }] };
    expect(isLeft(selectorOf(invalid))).toBe(true);
    expect(selectorOrNothing(invalid)).toBe(nothing);
  });
});
