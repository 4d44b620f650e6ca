/** What is worked out once, and what is found in ascending lists. */
import { describe, expect, it } from 'vitest';
import { memoised } from '../../src/base/memo.ts';
import { lowerBound } from '../../src/base/order.ts';

describe('memoised', () => {
  it('works out once per object, not per content', () => {
    let times = 0;
    const sizeOf = memoised((list: readonly string[]) => {
      times += 1;
      return list.length;
    });
    const list = ['a'];
    expect([sizeOf(list), sizeOf(list), times]).toEqual([1, 1, 1]);
    expect([sizeOf(['a']), times]).toEqual([1, 2]);
  });
});

describe('lowerBound', () => {
  it.each([['a', 0], ['b', 0], ['c', 1], ['d', 1], ['e', 2]] as const)('%s goes at %i of b, d', (key, at) => {
    expect(lowerBound(['b', 'd'], key)).toBe(at);
  });
  it('is 0 of nothing', () => {
    expect(lowerBound([], 'a')).toBe(0);
  });
});
