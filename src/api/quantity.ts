/**
 * Resource quantities ("500m", "1Gi"): exact values with the notation that they were written in.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go `Quantity`, amount.go, scale_int.go
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft } from 'fp-ts/lib/Either.js';
import { canonicalText } from './quantity-format.ts';
import { parseExact } from './quantity-parse.ts';
import type { Quantity, QuantityFormat } from './quantity-types.ts';

export type { Quantity, QuantityFormat } from './quantity-types.ts';

const MILLI = -3;
const MAX_INT64 = (1n << 63n) - 1n;
const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const fitsInt64 = (value: bigint): boolean => int64(value) === value;

/** Errors: upstream's `ErrFormatWrong`, `ErrNumeric` or `ErrSuffix`, word for word. */
export const parseQuantity = (s: string): Either<string, Quantity> => parseExact(s);

/** A whole number of units. Source: `resource.NewQuantity`. */
export const newQuantity = (value: number, format: QuantityFormat): Quantity =>
  ({ unscaled: BigInt(Math.trunc(value)), scale: 0, isDecimal: false, format });

/** A whole number of thousandths. Source: `resource.NewMilliQuantity`. */
export const newMilliQuantity = (milli: number, format: QuantityFormat): Quantity =>
  ({ unscaled: BigInt(Math.trunc(milli)), scale: MILLI, isDecimal: false, format });

const awayFromZero = (value: bigint, divisor: bigint): bigint => {
  const quotient = value / divisor;
  return value % divisor === 0n ? quotient : value > 0n ? quotient + 1n : quotient - 1n;
};

/** Scales whose factor upstream multiplies in one step: there an overflow wraps, elsewhere it yields 0. */
const ONE_STEP_SCALES: readonly number[] = [0, 1, 2, 3, 6, 9];
const INT64_DIGITS = 19;

const scaleInt64 = (value: bigint, by: number): bigint => {
  if (by < 0) return by < -INT64_DIGITS ? (value === 0n ? 0n : value > 0n ? 1n : -1n) : awayFromZero(value, 10n ** BigInt(-by));
  if (value === 0n) return 0n;
  if (by > INT64_DIGITS) return 0n;
  const product = value * 10n ** BigInt(by);
  return fitsInt64(product) || ONE_STEP_SCALES.includes(by) ? int64(product) : 0n;
};

/** Why: upstream truncates to int64 before it divides a negative decimal, and then rounds towards plus infinity. */
const scaleDecimal = (value: bigint, by: number): bigint => {
  if (by === 0) return int64(value);
  if (by > 0) return by > INT64_DIGITS ? 0n : int64(int64(value) * 10n ** BigInt(by));
  const divisor = 10n ** BigInt(-by);
  if (value < MAX_INT64 && -by < INT64_DIGITS) {
    const small = int64(value);
    return small / divisor + (small % divisor === 0n ? 0n : 1n);
  }
  const quotient = value / divisor;
  const floor = value < 0n && value % divisor !== 0n ? quotient - 1n : quotient;
  return int64(value % divisor === 0n ? floor : floor + 1n);
};

const scaledTo = (q: Quantity, scale: number): bigint =>
  q.isDecimal ? scaleDecimal(q.unscaled, q.scale - scale) : scaleInt64(q.unscaled, q.scale - scale);

/** The value rounded up to a whole number. Source: `Quantity.Value`; too large values overflow as upstream's do. */
export const quantityValue = (q: Quantity): number => Number(scaledTo(q, 0));

/** The value in thousandths, rounded up. Source: `Quantity.MilliValue`. */
export const quantityMilliValue = (q: Quantity): number => Number(scaledTo(q, MILLI));

/** Canonical form. Source: `Quantity.String`. */
export const formatQuantity = (q: Quantity): string => q.text ?? canonicalText(q);

const alignedPair = (a: Quantity, b: Quantity): { left: bigint; right: bigint; scale: number } => {
  const scale = Math.min(a.scale, b.scale);
  return {
    left: a.unscaled * 10n ** BigInt(a.scale - scale),
    right: b.unscaled * 10n ** BigInt(b.scale - scale),
    scale,
  };
};

const sum = (a: Quantity, b: Quantity, sign: 1n | -1n): Quantity => {
  const format = a.unscaled === 0n ? b.format : a.format;
  const isDecimal = a.isDecimal || b.isDecimal;
  if (b.unscaled === 0n) return { unscaled: a.unscaled, scale: a.scale, isDecimal, format };
  if (a.unscaled === 0n) return { unscaled: sign * b.unscaled, scale: b.scale, isDecimal, format };
  const { left, right, scale } = alignedPair(a, b);
  const total = left + sign * right;
  return { unscaled: total, scale, isDecimal: isDecimal || !(fitsInt64(left) && fitsInt64(right) && fitsInt64(total)), format };
};

/** Keeps the notation of `a`, or takes that of `b` where `a` is zero. Source: `Quantity.Add`. */
export const addQuantities = (a: Quantity, b: Quantity): Quantity => sum(a, b, 1n);

/** Source: `Quantity.Sub`. */
export const subtractQuantities = (a: Quantity, b: Quantity): Quantity => sum(a, b, -1n);

/** Source: `Quantity.Cmp`. */
export const compareQuantities = (a: Quantity, b: Quantity): -1 | 0 | 1 => {
  const { left, right } = alignedPair(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Source: `Quantity.Sign`. */
export const quantitySign = (q: Quantity): -1 | 0 | 1 => (q.unscaled < 0n ? -1 : q.unscaled > 0n ? 1 : 0);

/** Whether the value is a whole number. */
export const isWholeQuantity = (q: Quantity): boolean => q.scale >= 0 || q.unscaled % 10n ** BigInt(-q.scale) === 0n;

const CACHE_LIMIT = 4096;

/** Why a cache is pure here: the answer depends on the text alone. */
const cached = (read: (q: Quantity) => number): ((s: string | number | undefined) => number) => {
  const answers = new Map<string | number, number>();
  return (s) => {
    if (s === undefined) return 0;
    const known = answers.get(s);
    if (known !== undefined) return known;
    const parsed = parseQuantity(String(s).trim());
    const answer = isLeft(parsed) ? 0 : read(parsed.right);
    if (answers.size >= CACHE_LIMIT) answers.clear();
    answers.set(s, answer);
    return answer;
  };
};

/** `quantityMilliValue` of a text, remembered; 0 where it is absent or malformed. */
export const milliValueOf: (s: string | number | undefined) => number = cached(quantityMilliValue);

/** `quantityValue` of a text, remembered; 0 where it is absent or malformed. */
export const valueOf: (s: string | number | undefined) => number = cached(quantityValue);

