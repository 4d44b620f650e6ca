/** Every shipped property catches its canary within a bounded number of random schedules, and none speaks up about the default. */
import { describe, expect, it } from 'vitest';
import { findVariant } from '../../src/cluster/variants.ts';
import { judgedProperties, shippedProperties } from '../../src/properties/index.ts';
import { propertyOf } from '../../src/testing/all-properties.ts';
import type { Canary } from './canaries.ts';
import { canaries, moreCanaries } from './canaries.ts';
import { judge } from './judge.ts';
import { scenarios } from './scenarios.ts';
import { seek } from './search.ts';

const DEEP = process.env['KUBELOOM_DEEP'] === '1';
/** Schedules at most until a canary is caught; the shyest needs 36. */
const MOST = DEEP ? 400 : 80;
const DEFAULTS = DEEP ? 100 : 2;

/** How many schedules it took; undefined: more than `MOST`. */
const schedulesToCatch = ({ property, variant, scenario, options, search }: Canary): number | undefined => {
  const watched = propertyOf(property);
  if (search !== undefined) return seek([watched], { ...scenario, variants: [variant] }, search, MOST)?.schedule;
  for (let n = 1; n <= MOST; n += 1) {
    if (judge([watched], { ...scenario, variants: [variant] }, `canary-${n}`, options).findings.length > 0) return n;
  }
  return undefined;
};

describe('canaries', () => {
  it('every property that can be broken has one, and every canary is a shipped variant', () => {
    expect(canaries.map(({ property }) => property).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(judgedProperties.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)));
    expect([...canaries, ...moreCanaries].filter(({ variant }) => findVariant(variant)?.kind !== 'buggy')).toEqual([]);
  });

  it.each([...canaries, ...moreCanaries])('$property catches $variant', (canary) => {
    expect(schedulesToCatch(canary)).toBeDefined();
  });

  it.each([...canaries, ...moreCanaries])('no property is broken by the default where $variant is caught', ({ property, scenario, options, search }) => {
    // Why one property where faults are sought: some of the others ask for more time than a run under faults has.
    if (search !== undefined) return expect(seek([propertyOf(property)], scenario, search, DEFAULTS)).toBeUndefined();
    for (let n = 1; n <= DEFAULTS; n += 1) expect(judge(judgedProperties, scenario, `default-${n}`, options).findings).toEqual([]);
  });
});

describe('sometimes', () => {
  /** How often each was seen over some runs of the scenarios that show them. */
  const seen = (): ReadonlyMap<string, number> => {
    const wanted = shippedProperties.filter(({ kind }) => kind === 'sometimes');
    const counts = new Map(wanted.map(({ id }) => [id, 0]));
    for (const scenario of [scenarios.rollout, scenarios.deletedNode]) {
      for (const [id, count] of judge(wanted, scenario, 'seen-1', { until: { kind: 'duration', ms: 15 * 60_000 } }).checker.evaluated()) counts.set(id, (counts.get(id) ?? 0) + count);
    }
    return counts;
  };

  it('each is seen, in the scenarios that are made to show it', () => {
    expect([...seen()].filter(([, count]) => count === 0)).toEqual([]);
  });

  it('none is seen where nothing happens', () => {
    const { checker } = judge(shippedProperties.filter(({ kind }) => kind === 'sometimes'), { ...scenarios.deployment, timeline: [] }, 'idle', { maxSteps: 10 });
    expect([...checker.evaluated().values()].every((count) => count === 0)).toBe(true);
  });
});
