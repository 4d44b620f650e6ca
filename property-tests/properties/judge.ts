/** Runs a scenario under a chooser with some properties watching. */
import { HOUR_MS } from '../../src/api/time.ts';
import type { Chooser, World } from '../../src/kernel/index.ts';
import { randomChooser } from '../../src/kernel/index.ts';
import { checkProperties } from '../../src/properties/index.ts';
import type { Finding, Property, PropertyChecker } from '../../src/properties/index.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { ScenarioResult, Until } from '../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createWorldOf } from '../../src/scenario/scenario.ts';

export interface JudgeOptions {
  readonly until?: Until;
  readonly maxSteps?: number;
  /** Wraps the random chooser, to add faults. */
  readonly faults?: (chooser: Chooser, world: World) => Chooser;
}

export interface Judged {
  readonly findings: readonly Finding[];
  readonly checker: PropertyChecker;
  readonly result: ScenarioResult;
  readonly world: World;
}

/** Ends the run at the first finding. */
const untilFound = (chooser: Chooser, checker: PropertyChecker): Chooser =>
  ({ name: chooser.name, choose: (offered) => (checker.findings().length > 0 ? undefined : chooser.choose(offered)) });

export const judge = (properties: readonly Property[], scenario: Scenario, seed: string, { until = { kind: 'settled' }, maxSteps = 150_000, faults }: JudgeOptions = {}): Judged => {
  const world = createWorldOf(scenario);
  const checker = checkProperties(properties);
  const random = randomChooser(seed);
  const chooser = untilFound(faults === undefined ? random : faults(random, world), checker);
  for (const record of world.beginning) checker.step(world, record);
  const result = runScenario(world, chooser, scenario, { until, maxSteps, maxMs: 3 * HOUR_MS, onStep: (record) => checker.step(world, record) });
  if (checker.findings().length === 0) checker.end(world);
  return { findings: checker.findings(), checker, result, world };
};
