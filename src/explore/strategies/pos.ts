/**
 * Partial order sampling: every step is given a random priority when it is first offered, the highest goes, and those that it competed with (the
 * same actor would have moved) draw again. Each partial order of the run has a chance of at least that of random priorities over events, however
 * many independent steps lie between the racing ones, where a random walk's chance falls with their number.
 * Ref: X. Yuan, J. Yang, R. Gu, "Partial Order Aware Concurrency Sampling", CAV 2018.
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
