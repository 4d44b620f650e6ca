/**
 * Probabilistic concurrency testing: every chain has a random priority and the highest goes first; at d-1 random steps the chain that is about
 * to go falls below all others. A race of depth d (one that d ordering constraints suffice for) shows in a run with a chance of at least
 * 1 / (n * k^(d-1)), n being the number of chains and k the number of steps drawn from. Not fair: a busy chain may keep others waiting, as long
 * as the lag bound lets it.
 * Ref: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
 * ASPLOS 2010; for chains of messages B. K. Ozkan et al., "Randomized Testing of Distributed Systems with Probabilistic Guarantees", OOPSLA 2018.
 */
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { chainOf } from './chain.ts';
import type { Chain } from './chain.ts';
import { distinctInts, randomStream } from './random-stream.ts';

export interface PctOptions {
  /** d, at least 1. */
  readonly depth: number;
  /** k: how many steps a run is expected to take. */
  readonly steps: number;
}

const TOP = 0x7fffffff;

/** Drawn priorities are from 1 on; what has fallen is below 0, lower each time. */
export const pctChooser = (seed: string, { depth, steps }: PctOptions): Chooser => {
  const stream = randomStream(seed);
  const changes = new Set(distinctInts(stream, depth - 1, Math.max(1, steps)));
  const priorities = new Map<Chain, number>();
  let taken = 0;
  let lowest = 0;
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
      if (best === undefined || !changes.has(taken)) return best;
      lowest -= 1;
      priorities.set(chainOf(best), lowest);
      return highest(offered);
    },
  };
};
