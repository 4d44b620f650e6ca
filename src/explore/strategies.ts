/** The strategies by name. Each is a chooser made from a seed; its own file states what it guarantees and where it comes from. */
import type { Chooser } from '../kernel/chooser.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import { randomChooser } from '../kernel/choosers/random.ts';
import { delayBoundedChooser } from './strategies/delay-bounded.ts';
import { fairPctChooser } from './strategies/fair-pct.ts';
import { feedbackRecipe, noCorpus } from './strategies/feedback.ts';
import { pctChooser } from './strategies/pct.ts';
import { posChooser } from './strategies/pos.ts';
import { recipeChooser } from './strategies/recipe.ts';
import { drawSwarm } from './strategies/swarm.ts';
import { urwChooser } from './strategies/urw.ts';
import type { StepEstimate } from './strategies/urw.ts';

export const searchStrategies = ['random', 'pct', 'fair-pct', 'pos', 'urw', 'delay-bounded', 'feedback', 'swarm', 'fifo'] as const;
export type SearchStrategy = (typeof searchStrategies)[number];

export const isSearchStrategy = (name: string): name is SearchStrategy => (searchStrategies as readonly string[]).includes(name);

export interface StrategyOptions {
  /** PCT's d; one less is the number of delays. */
  readonly depth: number;
  /** How many steps a run is expected to take. */
  readonly steps: number;
  readonly estimate: StepEstimate;
}

export const defaultStrategyOptions: StrategyOptions = { depth: 3, steps: 1000, estimate: new Map() };

/** Why swarm and feedback here too: a single run has nothing to draw but the strategy, and nothing to go on from; a campaign has. */
export const searchChooser = (strategy: SearchStrategy, seed: string, options: StrategyOptions = defaultStrategyOptions): Chooser => {
  switch (strategy) {
    case 'random': return randomChooser(seed);
    case 'pct': return pctChooser(seed, options);
    case 'fair-pct': return fairPctChooser(seed, options);
    case 'pos': return posChooser(seed);
    case 'urw': return urwChooser(seed, options.estimate);
    case 'delay-bounded': return delayBoundedChooser(seed, { delays: Math.max(1, options.depth - 1), steps: options.steps });
    case 'fifo': return fifoChooser();
    case 'feedback': return recipeChooser(feedbackRecipe(seed, noCorpus, options.steps), options);
    case 'swarm': {
      const { strategy: drawn, depth } = drawSwarm(seed, [], 1);
      return searchChooser(drawn, seed, { ...options, depth });
    }
    default: return strategy satisfies never;
  }
};
