/** Laws of quantities. */
import { isRight } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Quantity } from '../../src/api/quantity.ts';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, subtractQuantities } from '../../src/api/quantity.ts';

const RUNS = { numRuns: 200, seed: 1 };

const quantity: fc.Arbitrary<Quantity> = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.nat(999), fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-2'))
  .map(([whole, fraction, suffix]) => parseQuantity(`${whole}${fraction === 0 ? '' : `.${fraction}`}${suffix}`))
  .filter(isRight)
  .map((parsed) => parsed.right);

const reparsed = (q: Quantity): Quantity => {
  const parsed = parseQuantity(formatQuantity(q));
  return isRight(parsed) ? parsed.right : expect.fail(`Expected ${formatQuantity(q)} to parse.`);
};

it('printing keeps the value, and prints the same again', () => {
  fc.assert(fc.property(quantity, (q) => {
    const { text: _, ...value } = q;
    expect(compareQuantities(reparsed(q), q)).toBe(0);
    expect(formatQuantity(reparsed(value))).toBe(formatQuantity(value));
  }), RUNS);
});

it('addition commutes, associates and is undone by subtraction', () => {
  fc.assert(fc.property(quantity, quantity, quantity, (a, b, c) => {
    expect(compareQuantities(addQuantities(a, b), addQuantities(b, a))).toBe(0);
    expect(compareQuantities(addQuantities(addQuantities(a, b), c), addQuantities(a, addQuantities(b, c)))).toBe(0);
    expect(compareQuantities(subtractQuantities(addQuantities(a, b), b), a)).toBe(0);
  }), RUNS);
});
