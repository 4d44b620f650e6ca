/** Runs a scenario under a chooser with some properties watching. */
import { HOUR_MS } from '../../src/api/time.ts';
import type { Chooser, Step, World } from '../../src/kernel/index.ts';
import { randomChooser } from '../../src/kernel/index.ts';
import { checkProperties } from '../../src/properties/index.ts';
import type { Finding, Property, PropertyChecker } from '../../src/properties/index.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { ScenarioResult, Until } from '../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createWorldOf } from '../../src/scenario/scenario.ts';

export interface Slow {
  readonly channel: string;
  /** Of the message at the link's head; absent: every one. */
  readonly isSlow?: (body: unknown) => boolean;
}

export interface JudgeOptions {
  readonly until?: Until;
  readonly maxSteps?: number;
  /** Messages that are left waiting for as long as the chooser, drawing again and again, finds something else. */
  readonly slow?: Slow;
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

const PATIENCE = 10;

const headOf = (world: World, { from, to, channel }: Extract<Step, { kind: 'deliver' }>): unknown =>
  world.undelivered().find((message) => message.from === from && message.to === to && message.channel === channel)?.body;

/** Draws again where something slow was drawn. */
const slowed = (chooser: Chooser, world: World, { channel, isSlow = () => true }: Slow): Chooser => ({
  name: `${chooser.name}, ${channel} slow`,
  choose: (offered) => {
    let step = chooser.choose(offered);
    for (let draws = 1; draws < PATIENCE && step?.kind === 'deliver' && step.channel === channel && isSlow(headOf(world, step)); draws += 1) step = chooser.choose(offered);
    return step;
  },
});

export const judge = (properties: readonly Property[], scenario: Scenario, seed: string, { until = { kind: 'settled' }, maxSteps = 150_000, slow }: JudgeOptions = {}): Judged => {
  const world = createWorldOf(scenario);
  const checker = checkProperties(properties);
  const random = randomChooser(seed);
  const chooser = untilFound(slow === undefined ? random : slowed(random, world, slow), checker);
  for (const record of world.beginning) checker.step(world, record);
  const result = runScenario(world, chooser, scenario, { until, maxSteps, maxMs: 3 * HOUR_MS, onStep: (record) => checker.step(world, record) });
  if (checker.findings().length === 0) checker.end(world);
  return { findings: checker.findings(), checker, result, world };
};
