/** Where a run left what its strategy would have chosen: all that has to be written down to repeat it. */
import type { Chooser, Offered } from './chooser.ts';
import { printStep } from './print-step.ts';
import type { Step } from './step.ts';
import type { World } from './world.ts';

export type Deviation =
  /** At step `at` (counted from 1), the offered step of that index. */
  | { readonly kind: 'offered'; readonly at: number; readonly index: number }
  /** At step `at`, a step that was not offered, such as a fault. */
  | { readonly kind: 'step'; readonly at: number; readonly step: Step }
  /**
   * From step `at` on, for `steps` steps, what is offered there at that index waits, and the link behind it: while it is what the strategy would
   * choose, the oldest step that does not wait goes instead, as long as there is one.
   */
  | { readonly kind: 'hold'; readonly at: number; readonly index: number; readonly steps: number };

const offeredAt = (offered: Offered, index: number): Step | undefined => (index < offered.count ? offered.at(index) : undefined);

/** What waits, and until which step it does. Steps are told apart by identity: a link's is one object for good, an armed timer's for as long as it is armed. */
type Waiting = Map<Step, number>;

const usualBut = (offered: Offered, usual: Step | undefined, waiting: Waiting): Step | undefined =>
  (usual === undefined || !waiting.has(usual) ? usual : offered.oldestWhere((step) => !waiting.has(step)) ?? usual);

const release = (waiting: Waiting, at: number): void => {
  for (const [step, until] of waiting) if (until <= at) waiting.delete(step);
};

/**
 * The strategy, but for the deviations; ends the run where one cannot be followed. The strategy is asked at every step, so that its random
 * stream stands where it stood. For a world at its beginning.
 */
export const deviatingChooser = (strategy: Chooser, deviations: readonly Deviation[]): Chooser => {
  const byStep = new Map<number, Deviation[]>();
  for (const deviation of deviations) byStep.set(deviation.at, [...byStep.get(deviation.at) ?? [], deviation]);
  const waiting: Waiting = new Map();
  let at = 0;
  const deviate = (offered: Offered, deviation: Deviation): { readonly step: Step | undefined } | undefined => {
    if (deviation.kind === 'step') return { step: deviation.step };
    const step = offeredAt(offered, deviation.index);
    if (deviation.kind === 'offered' || step === undefined) return { step };
    waiting.set(step, at + deviation.steps);
    return undefined;
  };
  return {
    name: strategy.name,
    choose: (offered) => {
      at += 1;
      const usual = strategy.choose(offered);
      if (waiting.size > 0) release(waiting, at);
      for (const deviation of byStep.get(at) ?? []) {
        const instead = deviate(offered, deviation);
        if (instead !== undefined) return instead.step;
      }
      return waiting.size === 0 ? usual : usualBut(offered, usual, waiting);
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

/** By printed step: the places (from 0) at which the schedule takes it, in order. */
const placesOf = (printed: readonly string[]): ReadonlyMap<string, readonly number[]> => {
  const places = new Map<string, number[]>();
  printed.forEach((name, i) => {
    const known = places.get(name);
    if (known === undefined) places.set(name, [i]);
    else known.push(i);
  });
  return places;
};

/**
 * As `deviationsOf`, from the oldest first, said by what waits: one deviation for each step that others overtake, however long it waits. Where few steps are
 * late, as in a shrunk run, that is far less than a deviation for each step that overtakes.
 */
export const holdsOf = (world: World, schedule: readonly Step[]): readonly Deviation[] => {
  const deviations: Deviation[] = [];
  const waiting: Waiting = new Map();
  const printed = schedule.map(printStep);
  const places = placesOf(printed);
  const nextPlace = (name: string, after: number): number => places.get(name)?.find((place) => place > after) ?? schedule.length;
  schedule.forEach((step, i) => {
    const offered = world.offered();
    release(waiting, i + 1);
    if (indexOf(offered, printed[i] as string) < 0) deviations.push({ kind: 'step', at: i + 1, step });
    else {
      for (;;) {
        const usual = usualBut(offered, offered.oldest(), waiting) as Step;
        const name = printStep(usual);
        if (name === printed[i]) break;
        const steps = nextPlace(name, i) - i;
        deviations.push({ kind: 'hold', at: i + 1, index: indexOf(offered, name), steps });
        waiting.set(usual, i + 1 + steps);
      }
    }
    world.advance(step);
  });
  return deviations;
};
