/**
 * Writes a quantity in its canonical form: no fraction, and the largest suffix that loses nothing.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go `Quantity.CanonicalizeBytes`
 */
import type { Quantity } from './quantity-types.ts';

const DECIMAL_SUFFIXES: ReadonlyMap<number, string> = new Map([
  [-9, 'n'], [-6, 'u'], [-3, 'm'], [0, ''], [3, 'k'], [6, 'M'], [9, 'G'], [12, 'T'], [15, 'P'], [18, 'E'],
]);
const BINARY_SUFFIXES: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Below this magnitude a binary quantity is written as a decimal one. */
const SMALLEST_BINARY = 1024n;

/** The value as a whole number, or undefined where it has a fraction. */
const wholeValue = (q: Quantity): bigint | undefined => {
  if (q.scale >= 0) return q.unscaled * 10n ** BigInt(q.scale);
  const divisor = 10n ** BigInt(-q.scale);
  return q.unscaled % divisor === 0n ? q.unscaled / divisor : undefined;
};

const binaryText = (value: bigint): string => {
  let mantissa = value;
  let times = 0;
  while (mantissa % 1024n === 0n) {
    mantissa /= 1024n;
    times += 1;
  }
  return `${mantissa}${BINARY_SUFFIXES[times] ?? ''}`;
};

const decimalText = (q: Quantity): string => {
  let mantissa = q.unscaled;
  let exponent = q.scale;
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent += 1;
  }
  while (exponent % 3 !== 0) {
    mantissa *= 10n;
    exponent -= 1;
  }
  if (q.format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL_SUFFIXES.get(exponent) ?? ''}`;
};

export const canonicalText = (q: Quantity): string => {
  if (q.unscaled === 0n) return '0';
  if (q.format === 'BinarySI') {
    const value = wholeValue(q);
    if (value !== undefined && (value <= -SMALLEST_BINARY || value >= SMALLEST_BINARY)) return binaryText(value);
  }
  return decimalText(q);
};
