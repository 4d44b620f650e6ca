/** What `kubeloom explore` was asked, as it was typed: names are still to be looked up, and a scenario file may say what flags leave open. */
import type { Grain, Reduction } from '../../explore/exhaustive/state-view.ts';
import type { SearchStrategy } from '../../explore/strategies.ts';
import type { ScenarioFlags } from '../load-scenario.ts';
import type { ShrinkFlags } from './explain-failure.ts';

export const DEFAULT_SHRINK: ShrinkFlags = { maxRuns: 5000, maxSteps: 1_000_000, tries: 10 };

export interface ExploreFlags extends Omit<ScenarioFlags, 'strategy'> {
  /** Undefined: as many as the time allows, or the default. */
  readonly runs: number | undefined;
  /** Of the wall clock. */
  readonly timeMs: number | undefined;
  readonly workers: number;
  readonly maxFailures: number;
  readonly strategy: SearchStrategy | 'all';
  readonly depth: number | undefined;
  /** As typed. */
  readonly faults: string | undefined;
  readonly lagMs: number | undefined;
  /** Events are recorded whatever the scenario says; false: as it says, and not where it says nothing. */
  readonly hasEvents: boolean;
  /** Ids of variants of components to run with; `none` for none. */
  readonly variants: readonly string[] | undefined;
  /** Ids; a named one that is never put to the test fails the campaign. */
  readonly properties: readonly string[] | undefined;
  /** Look for the worst legal schedule by this measure, not for violations. */
  readonly maximize: string | undefined;
  /** Search every interleaving. */
  readonly isExhaustive: boolean;
  readonly grain: Grain;
  readonly reduction: Reduction;
  /** Breadth first, so that what is found first takes the fewest choices. */
  readonly isShortest: boolean;
  /** File to write the certificate to. */
  readonly certificate: string | undefined;
  /** File of the certificate to hold this search against. */
  readonly recheck: string | undefined;
  readonly shrink: ShrinkFlags;
  readonly output: 'table' | 'json' | 'wide';
}
