/**
 * Partial order sampling: every step is given a random priority when it is first offered, the highest goes, and those that raced with it draw again.
 * Two steps race when they move the same actor; that a firing moves the clock for all is left out of account. Any one partial order of a run of k
 * steps in n chains is drawn with a chance of at least 1/n^k, a random walk's bound, and of exponentially more the more of its steps race with
 * few others: how independent steps happen to be ordered costs nothing, where a random walk's chance falls with their number.
 * Ref: X. Yuan, J. Yang, R. Gu, "Partial Order Aware Concurrency Sampling", CAV 2018, 3.
 */
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { actorOf } from './chain.ts';
import { randomStream } from './random-stream.ts';

const TOP = 0x7fffffff;

export const posChooser = (seed: string): Chooser => {
  const stream = randomStream(seed);
  // Why by step: a link's object stands for its head until that is delivered, an armed timer's for one firing.
  let priorities = new Map<Step, number>();
  const highest = (offered: Offered): Step | undefined => {
    let best: Step | undefined;
    let bestPriority = -1;
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      let priority = priorities.get(step);
      if (priority === undefined) priorities.set(step, priority = stream.int(0, TOP));
      if (priority > bestPriority) [best, bestPriority] = [step, priority];
    }
    return best;
  };
  const drawAgain = (offered: Offered, chosen: Step): void => {
    const actor = actorOf(chosen);
    const kept = new Map<Step, number>();
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      const priority = priorities.get(step);
      if (priority !== undefined && actorOf(step) !== actor) kept.set(step, priority);
    }
    priorities = kept;
  };
  return {
    name: 'pos',
    choose: (offered) => {
      const best = highest(offered);
      if (best !== undefined) drawAgain(offered, best);
      return best;
    },
  };
};
