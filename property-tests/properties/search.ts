/** Seeks a canary as a campaign does: one schedule after another, drawn by a strategy, with faults. */
import { judgeRun } from '../../src/explore/judge.ts';
import type { RunBudget } from '../../src/explore/judge.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { strategyPilot } from '../../src/explore/pilot.ts';
import { searchChooser } from '../../src/explore/strategies.ts';
import type { Property } from '../../src/properties/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import type { CanarySearch } from './canaries.ts';

const BUDGET: RunBudget = { maxSteps: 100_000, maxMs: 3_600_000 };
const LIMITS = { faultSteps: 2000, exploreSteps: 3000 };

export interface Sought {
  /** The number of the schedule, from 1. */
  readonly schedule: number;
  readonly property: string;
  readonly message: string;
}

/** Of at most so many schedules, the first that breaks one of the properties. */
export const seek = (properties: readonly Property[], scenario: Scenario, { strategy, faults, targets }: CanarySearch, most: number): Sought | undefined => {
  const subject = clusterSubject(scenario);
  for (let schedule = 1; schedule <= most; schedule += 1) {
    const seed = `canary-${schedule}`;
    const { violation } = judgeRun(subject, (world) => strategyPilot(world, searchChooser(strategy, seed), faultInjector(world, { ...subject.targets, ...targets }, faults, seed), LIMITS), properties, { budget: BUDGET });
    if (violation !== undefined) return { schedule, property: violation.property, message: violation.message };
  }
  return undefined;
};
