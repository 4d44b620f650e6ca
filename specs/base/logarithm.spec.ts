import { describe, expect, it } from 'vitest';
import { floorLog2, naturalLogarithm } from '../../src/base/logarithm.ts';

describe('logarithms', () => {
  it('are those of the mathematics library, to seven digits', () => {
    for (let i = 1; i <= 5000; i += 1) {
      for (const value of [i / 5000, i]) expect(Math.abs(naturalLogarithm(value) - Math.log(value))).toBeLessThan(1e-7);
    }
  });

  it('of base 2 are exact at the powers of 2 and just below them', () => {
    expect([0.25, 0.5, 1, 2, 3, 4, 1023, 1024, 2 ** 52 - 1, 2 ** 52].map(floorLog2)).toEqual([-2, -1, 0, 1, 1, 2, 9, 10, 51, 52]);
  });

  it('refuse what has none', () => {
    for (const value of [0, -1, Infinity, Number.NaN]) expect(() => naturalLogarithm(value)).toThrow('positive');
  });
});
