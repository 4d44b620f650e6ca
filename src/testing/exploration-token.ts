/**
 * The token of a schedule found by exploration: the order of sending, but for what waits and the faults. They count the choices of the whole run, the
 * cluster's coming up included; the handing over of the user's commands is no choice.
 */
import { holdsOf } from '../kernel/deviation.ts';
import type { Deviation } from '../kernel/deviation.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import { digestFolder, journalHeader } from '../kernel/journal.ts';
import type { Step, StepRecord } from '../kernel/step.ts';
import { encodeToken } from '../kernel/token.ts';
import { bootUp, handOver } from '../scenario/run-scenario.ts';
import { createWorldOf, scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface ExplorationToken {
  readonly token: string;
  /** Of the whole run, after the schedule's last step. */
  readonly digest: string;
}

/** Follows the schedule from the scenario's very beginning. Throws BrokenInvariant when it cannot be followed. */
export const explorationToken = (scenario: Scenario, schedule: readonly Step[], version: string): ExplorationToken => {
  const world = createWorldOf(scenario);
  const folder = digestFolder(journalHeader(world.config, version, scenario), world);
  const onStep = (record: StepRecord): void => folder.add(record);
  const options = { until: { kind: 'settled' }, maxSteps: 300_000, maxMs: Infinity, onStep } as const;
  const choices = bootUp(world, fifoChooser(), scenario, options);
  handOver(world, scenario, options);
  const deviations = holdsOf(world.fork(), schedule).map((one): Deviation => ({ ...one, at: one.at + choices }));
  for (const step of schedule) folder.add(world.take(step));
  const digest = folder.digest();
  const token = encodeToken({
    scenarioDigest: scenarioDigest(scenario), strategy: 'fifo', seed: scenario.topology.seed, steps: world.stepCount, deviations, checks: { every: 0, digests: [digest] },
  });
  return { token, digest };
};
