/** A search by one strategy, or by each in turn with the runs and the time shared among them; and what they found together. */
import type { CampaignResult, RunFailure } from '../../explore/campaign.ts';
import type { RunOutcome } from '../../explore/judge.ts';
import { searchStrategies } from '../../explore/strategies.ts';
import type { SearchStrategy } from '../../explore/strategies.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterVariations } from '../../testing/cluster-variations.ts';
import type { ExplorePlan } from './explore-plan.ts';
import { runCampaign } from './run-campaign.ts';

export interface LegExtent {
  /** Infinity where time alone is the bound. */
  readonly runs: number;
  readonly timeMs: number | undefined;
  readonly maxFailures: number;
  readonly workers: number;
  readonly isInterrupted: () => boolean;
  readonly onProgress: (strategy: SearchStrategy, result: CampaignResult, before: number) => void;
}

/** One strategy's share. */
export interface Leg {
  readonly strategy: SearchStrategy;
  readonly scenarios: readonly Scenario[];
  readonly result: CampaignResult;
  readonly wallMs: number;
}

export interface LegFailure {
  readonly leg: Leg;
  readonly failure: RunFailure & { readonly index: number; readonly seen: number };
}

const strategiesOf = (strategy: SearchStrategy | 'all'): readonly SearchStrategy[] => (strategy === 'all' ? searchStrategies : [strategy]);

/** As even as it goes; without faults every run of fifo is the same, so that one is enough where there are others. */
export const sharesOf = (runs: number, strategies: readonly SearchStrategy[], hasFaults: boolean): readonly number[] => {
  let left = runs;
  const shares = new Map<SearchStrategy, number>();
  if (strategies.length > 1 && !hasFaults && strategies.includes('fifo')) {
    shares.set('fifo', Math.min(1, left));
    left -= 1;
  }
  const others = strategies.filter((one) => !shares.has(one));
  others.forEach((one, i) => shares.set(one, left === Infinity ? Infinity : Math.floor(left / others.length) + (i < left % others.length ? 1 : 0)));
  return strategies.map((one) => shares.get(one) ?? 0);
};

export const runLegs = async ({ scenario, properties, asked, options }: ExplorePlan, chosen: SearchStrategy | 'all', extent: LegExtent): Promise<readonly Leg[]> => {
  const strategies = strategiesOf(chosen);
  const shares = sharesOf(extent.runs, strategies, options.faults.length > 0);
  const since = performance.now();
  const legs: Leg[] = [];
  let before = 0;
  for (const [i, strategy] of strategies.entries()) {
    if (extent.isInterrupted()) break;
    const began = performance.now();
    const scenarios = strategy === 'swarm' ? clusterVariations(scenario).map((variation) => variation.scenario) : [scenario];
    const timeMs = extent.timeMs === undefined ? undefined : (extent.timeMs - (began - since)) / (strategies.length - i);
    const result = await runCampaign({ scenarios, properties, asked, options: { ...options, strategy } }, {
      ...extent, runs: shares[i] as number, timeMs, onProgress: (soFar) => extent.onProgress(strategy, soFar, before),
    });
    legs.push({ strategy, scenarios, result, wallMs: performance.now() - began });
    before += result.schedules;
  }
  return legs;
};

/** Each property and signature once, by the first strategy that showed it. */
export const failuresOf = (legs: readonly Leg[]): readonly LegFailure[] => {
  const found = new Map<string, LegFailure>();
  for (const leg of legs) {
    for (const failure of leg.result.failures) {
      const key = `${failure.violation.property} ${failure.violation.signature}`;
      if (!found.has(key)) found.set(key, { leg, failure });
    }
  }
  return [...found.values()];
};

const summed = (counts: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const one of counts) for (const [key, count] of Object.entries(one)) sums[key] = (sums[key] ?? 0) + count;
  return sums;
};

const inAll = (lists: readonly (readonly string[])[]): readonly string[] => (lists[0] ?? []).filter((one) => lists.every((list) => list.includes(one)));

export type Together = Pick<CampaignResult, 'schedules' | 'steps' | 'outcomes' | 'coverage' | 'vacuous' | 'notApplicable' | 'evaluated' | 'broken' | 'lassos' | 'nondeterminism'>;

/** What several legs came to. `coverage`: the largest, for what they reached overlaps. */
export const together = (legs: readonly Leg[]): Together => {
  const results = legs.map(({ result }) => result);
  return {
    schedules: results.reduce((sum, { schedules }) => sum + schedules, 0),
    steps: results.reduce((sum, { steps }) => sum + steps, 0),
    outcomes: summed(results.map(({ outcomes }) => outcomes)) as Record<RunOutcome, number>,
    coverage: Math.max(0, ...results.map(({ coverage }) => coverage)),
    vacuous: inAll(results.map(({ vacuous }) => vacuous)),
    notApplicable: inAll(results.map(({ notApplicable }) => notApplicable)),
    evaluated: summed(results.map(({ evaluated }) => evaluated)),
    broken: summed(results.map(({ broken }) => broken)),
    lassos: [...new Set(results.flatMap(({ lassos }) => lassos))],
    nondeterminism: results.find(({ nondeterminism }) => nondeterminism !== undefined)?.nondeterminism,
  };
};
