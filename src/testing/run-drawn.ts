/** Runs a drawn scenario and says how it ended, with what is needed to run it again. */
import { HOUR_MS } from '../api/time.ts';
import type { Chooser } from '../kernel/chooser.ts';
import { digestFolder, journalHeader } from '../kernel/journal.ts';
import type { World } from '../kernel/world.ts';
import type { ScenarioResult } from '../scenario/run-scenario.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createWorldOf } from '../scenario/scenario.ts';
import type { DrawnSchedule } from './drawn-schedule.ts';

export interface DrawnRun {
  readonly world: World;
  readonly result: ScenarioResult;
  /** Of every step. */
  readonly digest: string;
}

/** Steps at most: far more than any scenario of `arbitraryScenario` needs. */
const MAX_STEPS = 1_000_000;

const chooserOf = (decides: Chooser | DrawnSchedule, world: World): Chooser => ('choose' in decides ? decides : decides.chooser(world));

/** Until settled; the digest covers every step from the cluster's beginning on. */
export const runDrawn = (scenario: Scenario, decides: Chooser | DrawnSchedule): DrawnRun => {
  const world = createWorldOf(scenario);
  const chooser = chooserOf(decides, world);
  const folder = digestFolder(journalHeader(world.config, 'testing', scenario), world);
  const result = runScenario(world, chooser, scenario, { until: { kind: 'settled' }, maxSteps: MAX_STEPS, maxMs: HOUR_MS, onStep: folder.add });
  return { world, result, digest: folder.digest() };
};
