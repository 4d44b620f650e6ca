/** Timestamps: there and back. */
import { describe, expect, it } from 'vitest';
import { civilFromMs, daysFromCivil, formatMicroTime, formatTime, parseTime, weekdayOf } from '../../src/api/time.ts';

describe('time', () => {
  it('writes seconds and microseconds in UTC', () => {
    expect(formatTime(0)).toBe('1970-01-01T00:00:00Z');
    expect(formatTime(1_767_225_600_999)).toBe('2026-01-01T00:00:00Z');
    expect(formatMicroTime(1_767_225_600_123)).toBe('2026-01-01T00:00:00.123000Z');
    expect(formatTime(-1)).toBe('1969-12-31T23:59:59Z');
  });

  it('reads offsets and fractions, and refuses what is no time', () => {
    expect(parseTime('2026-01-01T00:00:00Z')).toBe(1_767_225_600_000);
    expect(parseTime('2026-01-01T02:00:00.250+02:00')).toBe(1_767_225_600_250);
    expect([parseTime('2026-02-29T00:00:00Z'), parseTime('2026-01-01'), parseTime('')]).toEqual([undefined, undefined, undefined]);
  });

  it('knows leap days, carried months and weekdays', () => {
    expect(civilFromMs(daysFromCivil(2024, 2, 29) * 86_400_000)).toMatchObject({ year: 2024, month: 2, day: 29 });
    expect(daysFromCivil(2025, 13, 1)).toBe(daysFromCivil(2026, 1, 1));
    expect(weekdayOf(2026, 1, 1)).toBe(4);
  });
});
