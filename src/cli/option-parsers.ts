/** Values of options, read from their texts; what is wrong is told as commander tells it. */
import { InvalidArgumentError, Option } from 'commander';
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from '../api/cron-duration.ts';

const refuse = (expected: string, received: string): never => {
  throw new InvalidArgumentError(`Expected ${expected}. Instead, received "${received}".`);
};

/** A whole number of at least `least`. */
export const count = (what: string, least: number) => (text: string): number => {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least ? value : refuse(`${what}, a whole number from ${least} on`, text);
};

/** ms, from Go's notation. */
export const duration = (text: string): number => {
  const ms = parseGoDuration(text);
  return isLeft(ms) ? refuse('a duration such as 90s or 1h30m', text) : ms.right;
};

export const output = (): Option => new Option('-o, --output <format>', 'how to print the result').choices(['table', 'json', 'wide']).default('table');

/** Of an option that may be given again: all its values, in order. */
export const repeated = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
