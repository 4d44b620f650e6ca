/**
 * Logarithms from sums and products alone. Why not Math.log: engines round it differently in the last digit, and a run must be the same on every
 * machine; what IEEE 754 fixes they cannot.
 */
import { invariant } from './assert.ts';

const LN2 = 0.6931471805599453;

/** `value` as mantissa * 2^exponent with 0.5 <= mantissa < 1. */
const split = (value: number): { readonly mantissa: number; readonly exponent: number } => {
  let mantissa = value;
  let exponent = 0;
  while (mantissa < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  while (mantissa >= 1) {
    mantissa /= 2;
    exponent += 1;
  }
  return { mantissa, exponent };
};

/** The natural logarithm of a positive number, to 1e-7. */
export const naturalLogarithm = (value: number): number => {
  invariant(value > 0 && value < Infinity, () => `naturalLogarithm: expected a positive number, found ${value}`);
  const { mantissa, exponent } = split(value);
  const z = (1 - mantissa) / (1 + mantissa);
  const square = z * z;
  return exponent * LN2 - 2 * z * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square * (1 / 11 + square / 13))))));
};

/** The greatest whole n with 2^n <= value, of a positive number. */
export const floorLog2 = (value: number): number => {
  invariant(value > 0 && value < Infinity, () => `floorLog2: expected a positive number, found ${value}`);
  return split(value).exponent - 1;
};
