/** A line of help for each strategy. What each guarantees, and where it comes from, stands in its own file in `src/explore/strategies/`. */
import type { SearchStrategy } from '../../explore/strategies.ts';

export const strategyLines: Readonly<Record<SearchStrategy, string>> = {
  random: 'any step that can come next, with even chance',
  pct: 'chains with random priorities that fall at --depth - 1 random steps; a bound for races of that depth',
  'fair-pct': 'pct for as long as a quiet run takes, then random: for what must happen in the end',
  pos: 'steps with random priorities, drawn again where they raced: partial orders rather than orders',
  urw: 'every interleaving with about the same chance, from how many steps each chain is known to take',
  'delay-bounded': 'the order of sending, but for --depth - 1 delays at random steps',
  feedback: 'goes on from runs that reached something new, changed a little',
  swarm: 'every run draws its own strategy, faults (of --faults), lag, API servers and add-ons',
  fifo: 'the order of sending: always the same run, faults apart',
};
