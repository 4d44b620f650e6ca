/** When schedules are due: by example, and by upstream's own answers. */
import { isLeft, left } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { isKnownTimeZone, nextCron, parseCron } from '../../src/api/cron-schedule.ts';
import { formatTime, parseTime } from '../../src/api/time.ts';
import { readVectors } from './oracle-vectors.ts';

const due = (schedule: string, zone: string | undefined, from: string, count: number): unknown => {
  const parsed = parseCron(schedule, zone);
  if (isLeft(parsed)) return { err: parsed.left };
  const next: string[] = [];
  let ms = parseTime(from);
  while (ms !== undefined && next.length < count) {
    ms = nextCron(parsed.right, ms);
    if (ms !== undefined) next.push(formatTime(ms));
  }
  return { next };
};

describe('cron schedule', () => {
  it('fires strictly after the given time', () => {
    expect(due('*/5 * * * *', undefined, '2026-01-01T00:00:00Z', 2)).toEqual({ next: ['2026-01-01T00:05:00Z', '2026-01-01T00:10:00Z'] });
  });

  it('skips the hour that daylight saving leaves out, and takes the doubled one twice', () => {
    expect(due('30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2))
      .toEqual({ next: ['2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z'] });
    expect(due('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2))
      .toEqual({ next: ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'] });
  });

  it('has no next time where no date fits', () => {
    expect(due('0 0 31 2 *', undefined, '2026-01-01T00:00:00Z', 1)).toEqual({ next: [] });
    expect(due('0 0 29 2 *', undefined, '2026-01-01T00:00:00Z', 1)).toEqual({ next: ['2028-02-29T00:00:00Z'] });
  });

  it('refuses with upstream\'s words', () => {
    expect(parseCron('')).toEqual(left('empty spec string'));
    expect(parseCron('@never')).toEqual(left('unrecognized descriptor: @never'));
    expect(parseCron('@every x')).toEqual(left('failed to parse duration @every x: time: invalid duration "x"'));
    expect(parseCron('5-1 * * * *')).toEqual(left('beginning of range (5) beyond end of range (1): 5-1'));
    expect([isKnownTimeZone('Europe/Berlin'), isKnownTimeZone('Nowhere/Land')]).toEqual([true, false]);
  });
});

const vectors = readVectors<{ in: string; tZ?: string; from: string; n: number }, { next: string[] }>('cron');

describe.skipIf(vectors === undefined)('cron schedule, as upstream answers', () => {
  it('agrees on every vector', () => {
    for (const { input, expected } of vectors ?? []) {
      expect(due(input.in, input.tZ, input.from, input.n), JSON.stringify(input)).toEqual(expected);
    }
  });
});
