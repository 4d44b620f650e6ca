/**
 * Values that are a count or a percentage of one (`maxSurge: 25%`).
 * Models: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';

const INT64_DIGITS = /^[+-]?[0-9]+$/;

/** As Go's `strconv.Atoi` reads and complains. */
const atoi = (text: string): Either<string, number> => {
  const refuse = (why: string): Either<string, number> => left(`strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`);
  if (!INT64_DIGITS.test(text)) return refuse('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? right(Number(value)) : refuse('value out of range');
};

/** A text that is an int32 becomes a number, any other stays text. Source: `intstr.Parse`. */
export const parseIntOrString = (text: string): number | string => {
  const value = atoi(text);
  return isLeft(value) || (value.right | 0) !== value.right ? text : value.right;
};

const percentOf = (text: string): Either<string, number> => {
  if (!text.endsWith('%')) return left('invalid type: string is not a percentage');
  const value = atoi(text.slice(0, -1));
  return isLeft(value) ? left(`invalid value ${JSON.stringify(text)}: ${value.left}`) : value;
};

/** A number stands for itself, a percentage for that part of `total`. Errors: upstream's. Source: `GetScaledValueFromIntOrPercent`. */
export const scaledValue = (value: number | string, total: number, roundUp: boolean): Either<string, number> => {
  if (typeof value === 'number') return right(value);
  const percent = percentOf(value);
  if (isLeft(percent)) return left(`invalid value for IntOrString: ${percent.left}`);
  const exact = percent.right * total / 100;
  const rounded = roundUp ? Math.ceil(exact) : Math.floor(exact);
  return right(rounded === 0 ? 0 : rounded);
};
