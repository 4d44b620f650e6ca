/** What quantities parse to, add up to and print as: by example, and by upstream's own answers. */
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '../../src/api/quantity.ts';
import {
  addQuantities, compareQuantities, formatQuantity, isWholeQuantity, milliValueOf, newMilliQuantity, newQuantity, parseQuantity,
  quantityMilliValue, quantityValue, subtractQuantities, valueOf,
} from '../../src/api/quantity.ts';
import { readVectors } from './oracle-vectors.ts';

const quantity = (s: string): Quantity => {
  const parsed = parseQuantity(s);
  if (isLeft(parsed)) throw new Error(parsed.left);
  return parsed.right;
};

describe('quantity', () => {
  it('reads each notation', () => {
    expect(quantityValue(quantity('1Gi'))).toBe(1073741824);
    expect(quantityValue(quantity('1500m'))).toBe(2);
    expect(quantityMilliValue(quantity('0.5'))).toBe(500);
    expect(quantityValue(quantity('12e6'))).toBe(12_000_000);
  });

  it('prints the canonical form', () => {
    expect(formatQuantity(quantity('1.5Gi'))).toBe('1536Mi');
    expect(formatQuantity(quantity('1000m'))).toBe('1');
    expect(formatQuantity(quantity('0.1'))).toBe('100m');
    expect(formatQuantity(newQuantity(2048, 'BinarySI'))).toBe('2Ki');
    expect(formatQuantity(newMilliQuantity(250, 'DecimalSI'))).toBe('250m');
  });

  it('adds, subtracts and compares exactly', () => {
    expect(formatQuantity(addQuantities(quantity('100m'), quantity('1')))).toBe('1100m');
    expect(formatQuantity(addQuantities(quantity('0'), quantity('64Mi')))).toBe('64Mi');
    expect(formatQuantity(subtractQuantities(quantity('1Gi'), quantity('512Mi')))).toBe('512Mi');
    expect(compareQuantities(quantity('1024Mi'), quantity('1Gi'))).toBe(0);
    expect(compareQuantities(quantity('999m'), quantity('1'))).toBe(-1);
    expect(isWholeQuantity(quantity('1500m'))).toBe(false);
  });

  it('answers hot paths from the text alone', () => {
    expect([milliValueOf('250m'), milliValueOf(2), milliValueOf(undefined), milliValueOf('nonsense')]).toEqual([250, 2000, 0, 0]);
    expect([valueOf('1Ki'), valueOf('1Ki')]).toEqual([1024, 1024]);
  });
});

const vectors = readVectors<{ in: string }, { s: string; v: number; m: number; fmt: string }>('quantity');

describe.skipIf(vectors === undefined)('quantity, as upstream answers', () => {
  it('agrees on every vector', () => {
    for (const { input, expected } of vectors ?? []) {
      const parsed = parseQuantity(input.in);
      const actual = isRight(parsed)
        ? { s: formatQuantity(parsed.right), v: quantityValue(parsed.right), m: quantityMilliValue(parsed.right), fmt: parsed.right.format }
        : { err: parsed.left };
      expect(actual, input.in).toEqual(expected);
    }
  });
});
