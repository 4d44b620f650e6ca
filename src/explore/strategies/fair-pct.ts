/**
 * PCT made fair, for what must happen eventually: PCT for the first k steps, then a uniform random walk. A step that stays enabled is then taken
 * with probability 1, so a run that does not converge is not to blame on the chooser; within the first k steps PCT's bound holds.
 * Ref: P. Deligiannis et al., Coyote's FairPrioritizationStrategy: prioritised up to a bound, fair from there on.
 */
import type { Chooser } from '../../kernel/chooser.ts';
import { randomChooser } from '../../kernel/choosers/random.ts';
import { pctChooser } from './pct.ts';
import type { PctOptions } from './pct.ts';

export const fairPctChooser = (seed: string, options: PctOptions): Chooser => {
  const first = pctChooser(seed, options);
  const then = randomChooser(`${seed} fair`);
  let taken = 0;
  return {
    name: 'fair-pct',
    choose: (offered) => {
      taken += 1;
      return taken <= options.steps ? first.choose(offered) : then.choose(offered);
    },
  };
};
