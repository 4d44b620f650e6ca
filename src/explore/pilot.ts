/** Decides one run: what goes next, faults included, and when it is quiet enough for convergence to be demanded. */
import type { Chooser } from '../kernel/chooser.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import type { Step } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { FaultInjector } from './faults/fault-injector.ts';

export interface Pilot {
  /** Undefined: there is nothing to take, or what was to be taken cannot be. */
  readonly next: () => Step | undefined;
  /** After every step that was taken. */
  readonly taken?: (step: Step) => void;
  /** No fault from now on: what is broken is mended. */
  readonly calm: () => void;
  readonly isCalm: () => boolean;
  /** From now on the oldest message first, for good. Absent: the pilot comes to that by itself, or never. */
  readonly settle?: () => void;
  /** Whether all that is left to do is the fair continuation: no fault, the oldest message first. Absent: never. */
  readonly isFair?: () => boolean;
}

export interface PilotLimits {
  /** After so many steps no fault begins and all are mended. */
  readonly faultSteps: number;
  /** After so many steps the oldest message goes first: a fair order, in which convergence is demanded. */
  readonly exploreSteps: number;
}

/** A strategy, with faults drawn beside it. */
export const strategyPilot = (world: World, chooser: Chooser, faults: FaultInjector, { faultSteps, exploreSteps }: PilotLimits): Pilot => {
  const offered = world.offered();
  const fair = fifoChooser();
  let asked = 0;
  let exploring = exploreSteps;
  return {
    next: () => {
      asked += 1;
      if (asked > faultSteps) faults.stop();
      return faults.next() ?? (asked <= exploring ? chooser : fair).choose(faults.free(offered));
    },
    calm: faults.stop,
    isCalm: faults.isOver,
    settle: () => { exploring = 0; },
    isFair: () => asked > exploring && faults.isOver(),
  };
};

/** Follows a schedule strictly, and from its end on takes the oldest message first. Stops where the schedule cannot be followed. */
export const schedulePilot = (world: World, schedule: readonly Step[]): Pilot & { readonly followed: () => number } => {
  const offered = world.offered();
  const then = fifoChooser();
  let at = 0;
  return {
    next: () => {
      const step = schedule[at];
      if (step === undefined) return then.choose(offered);
      if (!world.canTake(step)) return undefined;
      at += 1;
      return step;
    },
    calm: () => undefined,
    isCalm: () => at >= schedule.length,
    isFair: () => at >= schedule.length,
    followed: () => at,
  };
};

/** Takes the listed steps in order, passing over what cannot be taken; then the oldest message first, or nothing. */
export const listPilot = (world: World, steps: readonly Step[], then: 'fifo' | 'stop'): Pilot => {
  const offered = world.offered();
  const fifo = fifoChooser();
  let at = 0;
  return {
    next: () => {
      for (let step = steps[at]; step !== undefined; step = steps[at]) {
        at += 1;
        if (world.canTake(step)) return step;
      }
      return then === 'fifo' ? fifo.choose(offered) : undefined;
    },
    calm: () => undefined,
    isCalm: () => at >= steps.length,
    isFair: () => then === 'fifo' && at >= steps.length,
  };
};
