/**
 * The uniform random walk over interleavings: a chain goes next with a chance in proportion to how many steps it has still to take. With exact
 * counts, and chains that neither start nor block one another, every interleaving of them has the same chance; a plain random walk favours
 * those in which short chains go early. The counts are an estimate, taken from another run of the same scenario; a chain beyond its estimate, or
 * unknown to it, counts as having one step left.
 * Ref: H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025 (URW).
 */
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { chainName, chainOf } from './chain.ts';
import type { Chain } from './chain.ts';
import { randomStream } from './random-stream.ts';

/** How many steps each chain takes in a run, by its name. */
export type StepEstimate = ReadonlyMap<string, number>;

export const urwChooser = (seed: string, estimate: StepEstimate): Chooser => {
  const stream = randomStream(seed);
  const left = new Map<Chain, number>();
  const weightOf = (step: Step): number => {
    const chain = chainOf(step);
    let weight = left.get(chain);
    if (weight === undefined) left.set(chain, weight = estimate.get(chainName(step)) ?? 1);
    return Math.max(1, weight);
  };
  const drawn = (offered: Offered, total: number): Step | undefined => {
    let point = stream.int(1, total);
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      point -= weightOf(step);
      if (point <= 0) return step;
    }
    return undefined;
  };
  return {
    name: 'urw',
    choose: (offered) => {
      let total = 0;
      const { count } = offered;
      for (let i = 0; i < count; i += 1) total += weightOf(offered.at(i));
      const step = drawn(offered, total);
      if (step !== undefined) left.set(chainOf(step), weightOf(step) - 1);
      return step;
    },
  };
};
