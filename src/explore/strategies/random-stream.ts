/** A chooser's own random stream, from a seed: the world's streams are never touched by who chooses. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashText } from '../../base/hash.ts';

export interface RandomStream {
  /** A whole number, `least` <= n <= `most`, each with the same chance. */
  readonly int: (least: number, most: number) => number;
}

export const randomStream = (seed: string): RandomStream => {
  const generator = xoroshiro128plus(hashText(seed) | 0);
  return { int: (least, most) => (most <= least ? least : uniformInt(generator, least, most)) };
};

/** One of them, each with the same chance. */
export const pick = <T>(stream: RandomStream, items: readonly T[]): T => items[stream.int(0, items.length - 1)] as T;
