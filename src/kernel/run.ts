/** The loop: ask the chooser, take the step, until there is nothing to take or no reason to go on. */
import type { Chooser } from './chooser.ts';
import type { StepRecord } from './step.ts';
import type { World } from './world.ts';

export interface RunOptions {
  /** Steps of this run at most. */
  readonly maxSteps: number;
  /** Ends the run after the step for which it is true. */
  readonly until?: (world: World, record: StepRecord) => boolean;
  readonly onStep?: (record: StepRecord) => void;
}

/** quiescent: nothing is enabled, no message undelivered and no timer armed. chooser-stopped: steps were offered and the chooser took none. */
export type RunOutcome = 'quiescent' | 'until' | 'budget' | 'chooser-stopped';

export interface RunResult {
  readonly outcome: RunOutcome;
  /** Taken in this run. */
  readonly steps: number;
}

const stopped = (world: World, steps: number): RunResult => ({ outcome: world.offered().count === 0 ? 'quiescent' : 'chooser-stopped', steps });

/** Why a loop of its own: without listeners no record is made. */
const runSilently = (world: World, chooser: Chooser, maxSteps: number): RunResult => {
  const offered = world.offered();
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const step = chooser.choose(offered);
    if (step === undefined) return stopped(world, steps);
    world.advance(step);
  }
  return { outcome: 'budget', steps: maxSteps };
};

/** Moves the world. Throws BrokenInvariant when the chooser picks a step that is not enabled. */
export const run = (world: World, chooser: Chooser, options: RunOptions): RunResult => {
  const { maxSteps, until, onStep } = options;
  if (until === undefined && onStep === undefined) return runSilently(world, chooser, maxSteps);
  const offered = world.offered();
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const step = chooser.choose(offered);
    if (step === undefined) return stopped(world, steps);
    const record = world.take(step);
    onStep?.(record);
    if (until?.(world, record) === true) return { outcome: 'until', steps: steps + 1 };
  }
  return { outcome: 'budget', steps: maxSteps };
};
