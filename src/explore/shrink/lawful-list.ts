/** Follows lists of steps within the bound on how far a message may lag, and judges them in a world that is whole again. */
import { fifoChooser } from '../../kernel/choosers/fifo.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Pilot } from '../pilot.ts';
import { menderOf } from './mender.ts';
import { nameOf } from './step-name.ts';

/** Unlike `canTake`, keeps the lag bound: a timer must not fire while something is undelivered for longer than that. */
export const isOffered = (world: World, step: Step): boolean => {
  if (step.kind !== 'fire') return world.canTake(step);
  const name = nameOf(step);
  return world.offered().oldestWhere((one) => nameOf(one) === name) !== undefined;
};

/**
 * Takes the listed steps in order, passing over what is not offered; then nothing more, or, when all that faults have broken is mended, the oldest message first.
 * Why not whatever can be taken: a run in which a message lags without bound breaks what no bounded run breaks.
 */
export const lawfulList = (world: World, steps: readonly Step[], then: 'fifo' | 'stop'): Pilot => {
  const offered = world.offered();
  const fifo = fifoChooser();
  const mender = menderOf(world);
  let at = 0;
  const nextListed = (): Step | undefined => {
    for (let step = steps[at]; step !== undefined; step = steps[at]) {
      at += 1;
      if (isOffered(world, step)) return step;
    }
    return undefined;
  };
  const isOver = (): boolean => at >= steps.length;
  return {
    next: () => nextListed() ?? (then === 'stop' ? undefined : mender.next() ?? fifo.choose(offered)),
    taken: mender.see,
    calm: () => undefined,
    isCalm: () => isOver() && (then === 'stop' || mender.isWhole()),
    isFair: () => then === 'fifo' && isOver() && mender.isWhole(),
  };
};
