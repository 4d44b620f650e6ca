/**
 * Delay-bounded scheduling: the steps go in the order in which they were first offered, but for d delays, at random steps, each of which puts the
 * step that was about to go behind all that wait; several may come at the same step. A given way to place d delays in k steps is drawn with a
 * chance of at least 1 / k^d, so few delays cover a small space well; what needs more than d delays from that order is never found.
 * Ref: M. Emmi, S. Qadeer, Z. Rakamaric, "Delay-Bounded Scheduling", POPL 2011.
 */
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { randomStream } from './random-stream.ts';

export interface DelayOptions {
  readonly delays: number;
  /** How many steps a run is expected to take. */
  readonly steps: number;
}

export const delayBoundedChooser = (seed: string, { delays, steps }: DelayOptions): Chooser => {
  const stream = randomStream(seed);
  const delaysAt = new Map<number, number>();
  for (let i = 0; i < delays; i += 1) {
    const at = stream.int(1, Math.max(1, steps));
    delaysAt.set(at, (delaysAt.get(at) ?? 0) + 1);
  }
  let arrivals = new Map<Step, number>();
  let arrived = 0;
  let taken = 0;
  /** Timers behind all messages: time passes when nothing else is left to do. */
  const first = (offered: Offered): Step | undefined => {
    const seen = new Map<Step, number>();
    let best: Step | undefined;
    let bestRank = Infinity;
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      const arrival = arrivals.get(step) ?? (arrived += 1);
      seen.set(step, arrival);
      const rank = step.kind === 'fire' ? arrival + 2 ** 40 : arrival;
      if (rank < bestRank) [best, bestRank] = [step, rank];
    }
    arrivals = seen;
    return best;
  };
  return {
    name: 'delay-bounded',
    choose: (offered) => {
      taken += 1;
      let step = first(offered);
      for (let left = delaysAt.get(taken) ?? 0; left > 0 && step !== undefined; left -= 1) {
        arrivals.set(step, arrived += 1);
        step = first(offered);
      }
      if (step !== undefined) arrivals.delete(step);
      return step;
    },
  };
};
