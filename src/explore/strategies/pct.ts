/**
 * Probabilistic concurrency testing: every chain has a random priority and the highest goes first; at d-1 random steps the chain that is about to go
 * falls below all that were drawn, to a level of its own. A race of depth d (one that d ordering constraints suffice for) shows in a run with a
 * chance of at least 1 / (n * k^(d-1)), n being the number of chains and k the number of steps; of a longer run, races within its first k steps.
 * Each change has its level before it is known when it comes, so that of two chains that have fallen, the later may be the higher: with levels
 * in the order of falling, races that need this are never found. Timers of one actor are one chain: they fire in the order in which they are due.
 * Not fair: a busy chain may keep others waiting, as long as the lag bound lets it.
 * Ref: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010, 3.
 */
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { chainOf } from './chain.ts';
import type { Chain } from './chain.ts';
import { randomStream } from './random-stream.ts';
import type { RandomStream } from './random-stream.ts';

export interface PctOptions {
  /** d, at least 1. */
  readonly depth: number;
  /** k: how many steps a run is expected to take. */
  readonly steps: number;
}

const TOP = 0x7fffffff;

/** Of the step at which a chain falls, the level it falls to: below 0. Of two that fall at the same step, one counts, as in the paper. */
const drawChanges = (stream: RandomStream, count: number, steps: number): ReadonlyMap<number, number> => {
  const changes = new Map<number, number>();
  for (let level = 1; level <= count; level += 1) changes.set(stream.int(1, Math.max(1, steps)), -level);
  return changes;
};

/** Drawn priorities are from 1 on. */
export const pctChooser = (seed: string, { depth, steps }: PctOptions): Chooser => {
  const stream = randomStream(seed);
  const changes = drawChanges(stream, depth - 1, steps);
  const priorities = new Map<Chain, number>();
  let taken = 0;
  const priorityOf = (chain: Chain): number => {
    const known = priorities.get(chain);
    if (known !== undefined) return known;
    const drawn = stream.int(1, TOP);
    priorities.set(chain, drawn);
    return drawn;
  };
  const highest = (offered: Offered): Step | undefined => {
    let best: Step | undefined;
    let bestPriority = -Infinity;
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      const priority = priorityOf(chainOf(step));
      if (priority > bestPriority) [best, bestPriority] = [step, priority];
    }
    return best;
  };
  return {
    name: 'pct',
    choose: (offered) => {
      taken += 1;
      const best = highest(offered);
      const level = changes.get(taken);
      if (best === undefined || level === undefined) return best;
      priorities.set(chainOf(best), level);
      return highest(offered);
    },
  };
};
