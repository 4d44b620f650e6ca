/** Each offered step with the same chance, from a seed. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashText } from '../../base/hash.ts';
import type { Chooser } from '../chooser.ts';

export const randomChooser = (seed: string): Chooser => {
  const generator = xoroshiro128plus(hashText(seed) | 0);
  return {
    name: 'random',
    choose: (offered) => {
      const { count } = offered;
      if (count <= 1) return count === 0 ? undefined : offered.at(0);
      return offered.at(uniformInt(generator, 0, count - 1));
    },
  };
};
