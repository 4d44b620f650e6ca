/** Laws of timestamps, schedules and selectors. */
import { isRight } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextCron, parseCron } from '../../src/api/cron-schedule.ts';
import { formatSelector, matchesSelector, parseSelector } from '../../src/api/label-selector.ts';
import { civilFromMs, formatMicroTime, formatTime, parseTime } from '../../src/api/time.ts';

const RUNS = { numRuns: 200, seed: 1 };
const instant = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);

it('times survive being written and read', () => {
  fc.assert(fc.property(instant, fc.nat(999), (ms, milli) => {
    expect(parseTime(formatTime(ms + milli))).toBe(ms);
    expect(parseTime(formatMicroTime(ms + milli))).toBe(ms + milli);
    expect(new Date(ms).toISOString().replace('.000', '')).toBe(formatTime(ms));
  }), RUNS);
});

it('a schedule is next due later, at a full minute that it names', () => {
  const field = (max: number): fc.Arbitrary<string> => fc.oneof(fc.constant('*'), fc.nat(max).map(String), fc.integer({ min: 2, max: 9 }).map((n) => `*/${n}`));
  fc.assert(fc.property(field(59), field(23), instant, fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'), (minute, hour, after, zone) => {
    const schedule = parseCron(`${minute} ${hour} * * *`, zone);
    const next = isRight(schedule) ? nextCron(schedule.right, after) : undefined;
    if (next === undefined) return expect.fail('Expected a next time.');
    expect(next).toBeGreaterThan(after);
    expect(next % 60_000).toBe(0);
    if (zone === 'UTC' && /^\d+$/.test(minute)) expect(civilFromMs(next).minute).toBe(Number(minute));
  }), { ...RUNS, numRuns: 60 });
});

it('a selector reads what it prints, and matches the same', () => {
  const key = fc.constantFrom('app', 'tier', 'x.y/z');
  const term = fc.tuple(key, fc.constantFrom('=', '!=', '==', ' in ', ' notin ', '>'), fc.constantFrom('1', '2', '3'))
    .map(([name, operator, label]) => (operator.startsWith(' ') ? `${name}${operator}(${label},9)` : `${name}${operator}${label}`));
  const labels = fc.dictionary(key, fc.constantFrom('1', '2', '9'));
  fc.assert(fc.property(fc.array(term, { minLength: 1, maxLength: 4 }), labels, (terms, set) => {
    const first = parseSelector(terms.join(','));
    const again = isRight(first) ? parseSelector(formatSelector(first.right)) : first;
    if (!isRight(first) || !isRight(again)) return expect.fail('Expected both to parse.');
    expect(again.right).toEqual(first.right);
    expect(matchesSelector(again.right, set)).toBe(matchesSelector(first.right, set));
  }), RUNS);
});
