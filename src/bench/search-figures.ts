/** How many schedules each strategy takes to find a planted race: the median and the quartiles over seeds, each search ended at a cap. */
import { campaignRunner, defaultCampaignOptions, newTally } from '../explore/campaign.ts';
import type { CampaignOptions } from '../explore/campaign.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import type { Subject } from '../explore/subject.ts';
import type { Property } from '../properties/property.ts';

export interface SearchTask {
  readonly name: string;
  /** For PCT and delay-bounded. */
  readonly depth: number;
  readonly subjects: readonly (() => Subject)[];
  readonly properties: readonly Property[];
  /** Schedules of one search at most. */
  readonly cap: number;
  readonly options?: Partial<CampaignOptions>;
}

export interface SearchFigure {
  readonly task: string;
  readonly strategy: SearchStrategy;
  readonly seeds: number;
  /** Searches that found it. */
  readonly found: number;
  /** Schedules to find it; undefined: more than the cap. */
  readonly lowerQuartile: number | undefined;
  readonly median: number | undefined;
  readonly upperQuartile: number | undefined;
  readonly cap: number;
}

/** Schedules up to the first that breaks a property, itself counted; undefined: none within the cap. */
const schedulesToFind = ({ depth, subjects, properties, cap, options }: SearchTask, strategy: SearchStrategy, seed: string): number | undefined => {
  const chosen: CampaignOptions = { ...defaultCampaignOptions, guardEvery: 0, ...options, strategy, depth, seed };
  const runner = campaignRunner(subjects, properties, chosen);
  const tally = newTally(properties, 1, undefined, chosen);
  for (let index = 0; index < cap; index += 1) if (tally.add(runner.run(index, tally.corpus()))) return index + 1;
  return undefined;
};

/** Of searches that were ended at a cap, the quantile is still known where it lies below the cap. */
const quantile = (counts: readonly number[], share: number): number | undefined => {
  const at = counts[Math.min(counts.length - 1, Math.floor(share * counts.length))] as number;
  return at === Infinity ? undefined : at;
};

export const searchFigure = (task: SearchTask, strategy: SearchStrategy, seeds: number): SearchFigure => {
  const counts = Array.from({ length: seeds }, (_, i) => schedulesToFind(task, strategy, `seed-${i}`) ?? Infinity).sort((a, b) => (a === b ? 0 : a - b));
  return {
    task: task.name, strategy, seeds, found: counts.filter((count) => count < Infinity).length, cap: task.cap,
    lowerQuartile: quantile(counts, 0.25), median: quantile(counts, 0.5), upperQuartile: quantile(counts, 0.75),
  };
};

const printed = (count: number | undefined, cap: number): string => (count === undefined ? `>${cap}` : String(count));

/** `median (lower to upper quartile)`, with how many seeds found it where not all did. */
export const printFigure = ({ seeds, found, lowerQuartile, median, upperQuartile, cap }: SearchFigure): string => {
  const spread = median === undefined && lowerQuartile === undefined ? `>${cap}` : `${printed(median, cap)} (${printed(lowerQuartile, cap)} to ${printed(upperQuartile, cap)})`;
  return found === seeds ? spread : `${spread} ${found}/${seeds}`;
};
