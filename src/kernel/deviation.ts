/** Where a run left what its strategy would have chosen: all that has to be written down to repeat it. */
import type { Chooser, Offered } from './chooser.ts';
import { printStep } from './print-step.ts';
import type { Step } from './step.ts';
import type { World } from './world.ts';

export type Deviation =
  /** At step `at` (counted from 1), the offered step of that index. */
  | { readonly kind: 'offered'; readonly at: number; readonly index: number }
  /** At step `at`, a step that was not offered, such as a fault. */
  | { readonly kind: 'step'; readonly at: number; readonly step: Step };

const deviant = (offered: Offered, deviation: Deviation): Step | undefined => {
  if (deviation.kind === 'step') return deviation.step;
  return deviation.index < offered.count ? offered.at(deviation.index) : undefined;
};

/**
 * The strategy, but for the deviations; ends the run where one cannot be followed. The strategy is asked at every step, so that its random
 * stream stands where it stood. For a world at its beginning.
 */
export const deviatingChooser = (strategy: Chooser, deviations: readonly Deviation[]): Chooser => {
  const byStep = new Map(deviations.map((deviation) => [deviation.at, deviation]));
  let step = 0;
  return {
    name: strategy.name,
    choose: (offered) => {
      step += 1;
      const usual = strategy.choose(offered);
      const deviation = byStep.get(step);
      return deviation === undefined ? usual : deviant(offered, deviation);
    },
  };
};

const indexOf = (offered: Offered, printed: string): number => {
  for (let i = 0; i < offered.count; i += 1) if (printStep(offered.at(i)) === printed) return i;
  return -1;
};

/** Moves `world`, at its beginning, along the schedule. Throws BrokenInvariant when the schedule cannot be followed. */
export const deviationsOf = (world: World, strategy: Chooser, schedule: readonly Step[]): readonly Deviation[] => {
  const deviations: Deviation[] = [];
  schedule.forEach((step, i) => {
    const offered = world.offered();
    const usual = strategy.choose(offered);
    const printed = printStep(step);
    if (usual === undefined || printStep(usual) !== printed) {
      const index = indexOf(offered, printed);
      deviations.push(index < 0 ? { kind: 'step', at: i + 1, step } : { kind: 'offered', at: i + 1, index });
    }
    world.advance(step);
  });
  return deviations;
};
