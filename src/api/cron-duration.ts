/**
 * Durations in Go's notation ("1h30m"), as `@every` takes them.
 * Models: Go's time package, `ParseDuration`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6], ['us', 1e-3], ['µs', 1e-3], ['μs', 1e-3], ['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000],
]);
const PART = /^([0-9]*)(\.?)([0-9]*)([^0-9.]*)/;

/** Milliseconds. Errors: Go's, word for word. */
export const parseGoDuration = (text: string): Either<string, number> => {
  const refuse = (why: string): Either<string, number> => left(`time: ${why} duration ${JSON.stringify(text)}`);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return right(0);
  if (rest === '') return refuse('invalid');
  let total = 0;
  while (rest !== '') {
    const [whole = '', digits = '', point = '', fraction = '', unit = ''] = PART.exec(rest) ?? [];
    if (digits === '' && fraction === '') return refuse('invalid');
    if (unit === '') return refuse('missing unit in');
    const unitMs = UNITS_MS.get(unit);
    if (unitMs === undefined) return refuse(`unknown unit ${JSON.stringify(unit)} in`);
    total += Number(`${digits === '' ? '0' : digits}${point}${fraction}`) * unitMs;
    rest = rest.slice(whole.length);
  }
  return right(sign * total);
};
