/** How counts and percentages scale: by example, and by upstream's own answers. */
import { isRight, left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseIntOrString, scaledValue } from '../../src/api/int-or-percent.ts';
import { readVectors } from './oracle-vectors.ts';

describe('int or percent', () => {
  it('scales a percentage and takes a number as it is', () => {
    expect(scaledValue('25%', 10, true)).toEqual(right(3));
    expect(scaledValue('25%', 10, false)).toEqual(right(2));
    expect(scaledValue(7, 10, true)).toEqual(right(7));
    expect(scaledValue('7', 10, true)).toEqual(left('invalid value for IntOrString: invalid type: string is not a percentage'));
  });
});

const vectors = readVectors<{ in: string; n: number; kind: 'up' | 'down' }, { v: number }>('int-or-percent');

describe.skipIf(vectors === undefined)('int or percent, as upstream answers', () => {
  it('agrees on every vector', () => {
    for (const { input, expected } of vectors ?? []) {
      const scaled = scaledValue(parseIntOrString(input.in), input.n, input.kind === 'up');
      expect(isRight(scaled) ? { v: scaled.right } : { err: scaled.left }, input.in).toEqual(expected);
    }
  });
});
