/** Follows a schedule strictly: never another step in place of one that is not enabled. */
import type { Chooser } from '../chooser.ts';
import { printEnabled } from '../enabled.ts';
import { printStep } from '../print-step.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

/** Where a schedule could not be followed. */
export interface ReplayStop {
  /** The step that was to be taken, counted from 1 within the schedule. */
  readonly at: number;
  readonly expected: Step;
  /** What was enabled instead, printed, in byte order. */
  readonly enabled: readonly string[];
}

export interface ReplayChooser extends Chooser {
  /** Steps handed out so far. */
  readonly followed: () => number;
  /** Undefined while the schedule can be followed, and when it has come to its end. */
  readonly stop: () => ReplayStop | undefined;
}

/** Ends the run (`chooser-stopped`) at the schedule's end, or at the first step that is not enabled in `world`, which is then in `stop()`. */
export const replayChooser = (schedule: readonly Step[], world: World): ReplayChooser => {
  let next = 0;
  let stop: ReplayStop | undefined;
  return {
    name: 'replay',
    choose: () => {
      const expected = schedule[next];
      if (expected === undefined || stop !== undefined) return undefined;
      if (!world.canTake(expected)) {
        stop = { at: next + 1, expected, enabled: printEnabled(world) };
        return undefined;
      }
      next += 1;
      return expected;
    },
    followed: () => next,
    stop: () => stop,
  };
};

/** For a person: which step, what was expected, what was enabled. */
export const describeReplayStop = (stop: ReplayStop): string =>
  `step ${stop.at} of the schedule is not enabled: expected ${printStep(stop.expected)}. Enabled: ${stop.enabled.join('; ') || 'nothing'}`;
