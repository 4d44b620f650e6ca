/**
 * Reads the fields of a cron schedule into bit sets.
 * Models: github.com/robfig/cron/v3 parser.go (`ParseStandard`), as the CronJob controller and its validation use it
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';

/** Bit n stands for the value n; `isStar` tells a plain `*` or `?`. */
export interface CronField {
  readonly bits: bigint;
  readonly isStar: boolean;
}

export interface CronFields {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: ReadonlyMap<string, number>;
}

const named = (first: number, names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((name, i) => [name, i + first]));
const NO_NAMES: ReadonlyMap<string, number> = new Map();

const MINUTES: Bounds = { min: 0, max: 59, names: NO_NAMES };
const HOURS: Bounds = { min: 0, max: 23, names: NO_NAMES };
const DAYS: Bounds = { min: 1, max: 31, names: NO_NAMES };
const MONTHS: Bounds = {
  min: 1, max: 12, names: named(1, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']),
};
const WEEKDAYS: Bounds = { min: 0, max: 6, names: named(0, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']) };

const parseNumber = (text: string): Either<string, number> => {
  const refuse = (why: string): Either<string, number> =>
    left(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) return refuse('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, value) !== value) return refuse('value out of range');
  return value < 0n ? left(`negative number (${value}) not allowed: ${text}`) : right(Number(value));
};

const parseNumberOrName = (text: string, names: Bounds['names']): Either<string, number> => {
  const value = names.get(text.toLowerCase());
  return value === undefined ? parseNumber(text) : right(value);
};

interface Range {
  readonly start: number;
  readonly end: number;
  readonly isStar: boolean;
  readonly isSingle: boolean;
}

const parseRange = (text: string, expression: string, bounds: Bounds): Either<string, Range> => {
  const ends = text.split('-');
  const [low = '', high] = ends;
  const isSingle = ends.length === 1;
  if (low === '*' || low === '?') return right({ start: bounds.min, end: bounds.max, isStar: true, isSingle });
  const start = parseNumberOrName(low, bounds.names);
  if (isLeft(start)) return start;
  if (ends.length > 2) return left(`too many hyphens: ${expression}`);
  const end = high === undefined ? start : parseNumberOrName(high, bounds.names);
  return isLeft(end) ? end : right({ start: start.right, end: end.right, isStar: false, isSingle });
};

const bitsOf = (start: number, end: number, step: number): bigint => {
  let bits = 0n;
  for (let value = start; value <= end; value += step) bits |= 1n << BigInt(value);
  return bits;
};

/** One `N`, `N-M` or `*`, with an optional `/step`. */
const parsePart = (expression: string, bounds: Bounds): Either<string, CronField> => {
  const [rangeText = '', stepText, ...more] = expression.split('/');
  const range = parseRange(rangeText, expression, bounds);
  if (isLeft(range)) return range;
  if (more.length > 0) return left(`too many slashes: ${expression}`);
  const step = stepText === undefined ? right(1) : parseNumber(stepText);
  if (isLeft(step)) return step;
  const { start } = range.right;
  // Why: "N/step" means from N to the maximum.
  const end = stepText !== undefined && range.right.isSingle ? bounds.max : range.right.end;
  if (start < bounds.min) return left(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`);
  if (end > bounds.max) return left(`end of range (${end}) above maximum (${bounds.max}): ${expression}`);
  if (start > end) return left(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (step.right === 0) return left(`step of range should be a positive number: ${expression}`);
  return right({ bits: bitsOf(start, end, step.right), isStar: range.right.isStar && step.right === 1 });
};

const parseField = (text: string, bounds: Bounds): Either<string, CronField> => {
  let field: CronField = { bits: 0n, isStar: false };
  for (const expression of text.split(',')) {
    if (expression === '') continue;
    const part = parsePart(expression, bounds);
    if (isLeft(part)) return part;
    field = { bits: field.bits | part.right.bits, isStar: field.isStar || part.right.isStar };
  }
  return right(field);
};

/** Five fields: minute, hour, day of month, month, day of week. Errors: upstream's, word for word. */
export const parseCronFields = (text: string): Either<string, CronFields> => {
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return left(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  const parsed = {
    minute: parseField(minute, MINUTES), hour: parseField(hour, HOURS), dayOfMonth: parseField(dayOfMonth, DAYS),
    month: parseField(month, MONTHS), dayOfWeek: parseField(dayOfWeek, WEEKDAYS),
  };
  if (isLeft(parsed.minute)) return parsed.minute;
  if (isLeft(parsed.hour)) return parsed.hour;
  if (isLeft(parsed.dayOfMonth)) return parsed.dayOfMonth;
  if (isLeft(parsed.month)) return parsed.month;
  if (isLeft(parsed.dayOfWeek)) return parsed.dayOfWeek;
  return right({
    minute: parsed.minute.right, hour: parsed.hour.right, dayOfMonth: parsed.dayOfMonth.right,
    month: parsed.month.right, dayOfWeek: parsed.dayOfWeek.right,
  });
};
