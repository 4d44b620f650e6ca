/**
 * Reads the text of a quantity.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go `ParseQuantity`, suffix.go `suffixHandler.interpret`
 * Not modelled: decimals whose exponent would need more than 10,000 digits, which are refused.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { Quantity, QuantityFormat } from './quantity-types.ts';

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC = "unable to parse numeric part of quantity";
const SUFFIX = "unable to parse quantity's suffix";

const NANO = -9;
const MAX_INT64 = (1n << 63n) - 1n;
/** Decimal digits that upstream trusts an int64 to hold. */
const INT64_DIGITS = 18;
const MOST_DIGITS = 10_000;

const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['n', -9], ['u', -6], ['m', -3], ['', 0], ['k', 3], ['M', 6], ['G', 9], ['T', 12], ['P', 15], ['E', 18],
]);
const BINARY_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['Ki', 10], ['Mi', 20], ['Gi', 30], ['Ti', 40], ['Pi', 50], ['Ei', 60],
]);

interface Parts {
  readonly isNegative: boolean;
  /** Sign, digits and point: everything before the suffix. */
  readonly value: string;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

const SHAPE = /^([+-]?)(0*)([0-9]*)(\.?)([0-9]*)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** Upstream's scanner also passes texts without any digit. */
const splitText = (s: string): Parts | undefined => {
  const match = SHAPE.exec(s);
  if (match === null) return undefined;
  const [, sign = '', zeros = '', digits = '', point = '', decimals = '', suffix = ''] = match;
  const isNegative = sign === '-';
  if (`${sign}${zeros}` === s) return { isNegative, value: '0', whole: '0', fraction: '', suffix: '' };
  return { isNegative, value: sign + zeros + digits + point + decimals, whole: digits === '' ? '0' : digits, fraction: decimals, suffix };
};

interface Unit {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

const unitOf = (suffix: string): Unit | undefined => {
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY_SUFFIXES.get(suffix);
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(suffix)?.[1];
  if (exponent === undefined) return undefined;
  const wide = BigInt(exponent.replace('+', ''));
  return BigInt.asIntN(64, wide) === wide ? { format: 'DecimalExponent', exponent: Number(BigInt.asIntN(32, wide)) } : undefined;
};

const precisionOf = (parts: Parts, unit: Unit): number => {
  if (unit.format !== 'BinarySI') return INT64_DIGITS - parts.whole.length - parts.fraction.length;
  return parts.fraction === '' ? 15 - parts.whole.length - Math.trunc(unit.exponent * 3 / 10) - 1 : -1;
};

/** Upstream's int64 path, or undefined where the value needs a decimal. */
const parseInt64 = (s: string, parts: Parts, unit: Unit): Quantity | undefined => {
  if (precisionOf(parts, unit) < 0) return undefined;
  const isBinary = unit.format === 'BinarySI';
  const scale = (isBinary ? 0 : unit.exponent) - parts.fraction.length;
  if (scale < NANO) return undefined;
  const shifted = parts.whole + parts.fraction;
  const magnitude = BigInt(shifted);
  const scaled = isBinary ? magnitude << BigInt(unit.exponent) : magnitude;
  const isCanonical = isBinary
    ? (magnitude & 7n) !== 0n
    : scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
  const quantity = { unscaled: parts.isNegative ? -scaled : scaled, scale, isDecimal: false, format: unit.format };
  return isCanonical ? { ...quantity, text: s } : quantity;
};

/** Rounds away from zero to nano; a non-zero value never becomes zero. */
const roundToNano = (magnitude: bigint, scale: number, digits: number): bigint => {
  if (scale >= NANO) return magnitude * 10n ** BigInt(scale - NANO);
  if (NANO - scale > digits) return 1n;
  const divisor = 10n ** BigInt(NANO - scale);
  return magnitude / divisor + (magnitude % divisor === 0n ? 0n : 1n);
};

const parseDecimal = (parts: Parts, unit: Unit): Either<string, Quantity> => {
  if (!/[0-9]/.test(parts.value)) return left(NUMERIC);
  const isBinary = unit.format === 'BinarySI';
  const scale = (isBinary ? 0 : unit.exponent) - parts.fraction.length;
  const digits = BigInt(parts.whole + parts.fraction);
  if (digits === 0n) return right({ unscaled: 0n, scale: 0, isDecimal: true, format: unit.format });
  if (scale > MOST_DIGITS) return left(NUMERIC);
  const magnitude = isBinary ? digits << BigInt(unit.exponent) : digits;
  const nano = roundToNano(magnitude, scale, parts.value.length + unit.exponent);
  const signed = (value: bigint): bigint => (parts.isNegative ? -value : value);
  const one = 10n ** BigInt(-NANO);
  if (isBinary && nano > MAX_INT64 * one) return right({ unscaled: signed(MAX_INT64), scale: 0, isDecimal: true, format: 'BinarySI' });
  return right({ unscaled: signed(nano), scale: NANO, isDecimal: true, format: isBinary && nano < one ? 'DecimalSI' : unit.format });
};

/** The body of `parseQuantity`. */
export const parseExact = (s: string): Either<string, Quantity> => {
  if (s === '') return left(FORMAT_WRONG);
  if (s === '0') return right({ unscaled: 0n, scale: 0, isDecimal: false, format: 'DecimalSI', text: s });
  const parts = splitText(s);
  if (parts === undefined) return left(FORMAT_WRONG);
  const unit = unitOf(parts.suffix);
  if (unit === undefined) return left(SUFFIX);
  const small = parseInt64(s, parts, unit);
  return small === undefined ? parseDecimal(parts, unit) : right(small);
};
