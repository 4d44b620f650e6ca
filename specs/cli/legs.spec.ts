/** A search by every strategy: the runs shared among them, and what they found put together. */
import { describe, expect, it } from 'vitest';
import { failuresOf, sharesOf, together } from '../../src/cli/explore/legs.ts';
import type { Leg } from '../../src/cli/explore/legs.ts';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { defaultCampaignOptions, explore } from '../../src/explore/campaign.ts';
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import { atMostOne, neverSeen, racySubject } from '../explore/racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };

const legOf = (strategy: SearchStrategy, runs: number): Leg =>
  ({ strategy, scenarios: [], wallMs: 1, result: explore([racySubject], [atMostOne, neverSeen], runs, 10, { ...options, strategy }) });

describe('cli.strategies', () => {
  it('share the runs evenly; the order of sending takes one, unless there are faults', () => {
    expect(sharesOf(10, ['random', 'pct', 'fifo'], false)).toEqual([5, 4, 1]);
    expect(sharesOf(10, ['random', 'pct', 'fifo'], true)).toEqual([4, 3, 3]);
    expect(sharesOf(7, ['fifo'], false)).toEqual([7]);
    expect(sharesOf(Infinity, ['random', 'fifo'], false)).toEqual([Infinity, 1]);
    expect(sharesOf(1, ['random', 'fifo'], false)).toEqual([0, 1]);
  });

  it('count together, and each failure once, by the first that showed it', () => {
    const legs = [legOf('fifo', 2), legOf('random', 40), legOf('pct', 40)];
    const all = together(legs);
    expect(all.schedules).toBe(82);
    expect(Object.values(all.outcomes).reduce((sum, count) => sum + count, 0)).toBe(82);
    expect(all.steps).toBe(legs.reduce((sum, { result }) => sum + result.steps, 0));
    expect(all.vacuous).toEqual(['toy.never-seen']);
    expect(failuresOf(legs).map(({ leg, failure }) => [leg.strategy, failure.violation.signature])).toEqual([['random', 'two things']]);
  });
});
