/**
 * Offsets of IANA time zones.
 * Why `Intl.DateTimeFormat`: the zone rules are data that Node carries; given that data, an offset depends on the instant alone.
 * Models: Go's time package, `LoadLocation`, `Time.In`, `Date`
 */
import type { CivilTime } from './time.ts';
import { MINUTE_MS, civilFromMs, msFromCivil } from './time.ts';

/** Local time in UTC plus `offsetMs(instant)` is local time in the zone. */
export interface TimeZone {
  readonly name: string;
  /** How far the zone is ahead of UTC at an instant. */
  readonly offsetMs: (atMs: number) => number;
}

export const utcZone: TimeZone = { name: 'UTC', offsetMs: () => 0 };

/** Zones change their offset on quarter hours of UTC only, in all years that a simulation visits. */
const STEP_MS = 15 * MINUTE_MS;
const CACHE_LIMIT = 4096;

/** Why a formatter can fail: an unknown zone is a RangeError. */
const formatterOf = (name: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  } catch {
    return undefined;
  }
};

const localMs = (formatter: Intl.DateTimeFormat, atMs: number): number => {
  const read = new Map<string, string>(formatter.formatToParts(atMs).map((part) => [part.type, part.value]));
  const field = (type: string): number => Number(read.get(type) ?? 0);
  return msFromCivil({
    year: field('year'), month: field('month'), day: field('day'), hour: field('hour'), minute: field('minute'), second: field('second'),
  });
};

const makeZone = (name: string): TimeZone | undefined => {
  const formatter = formatterOf(name);
  if (formatter === undefined) return undefined;
  const offsets = new Map<number, number>();
  const offsetMs = (atMs: number): number => {
    const instant = Math.floor(atMs / STEP_MS) * STEP_MS;
    const known = offsets.get(instant);
    if (known !== undefined) return known;
    const offset = localMs(formatter, instant) - instant;
    if (offsets.size >= CACHE_LIMIT) offsets.clear();
    offsets.set(instant, offset);
    return offset;
  };
  return { name, offsetMs };
};

const zones = new Map<string, TimeZone | undefined>();
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** The zone of an IANA name, or undefined where there is none; the empty name is UTC. Source: `time.LoadLocation`. */
export const loadZone = (name: string): TimeZone | undefined => {
  if (name === '' || name === 'UTC') return utcZone;
  if (!NAME.test(name)) return undefined;
  if (!zones.has(name)) zones.set(name, makeZone(name));
  return zones.get(name);
};

/** What a clock in the zone reads at an instant. */
export const zonedTime = (zone: TimeZone, ms: number): CivilTime => civilFromMs(ms + zone.offsetMs(ms));

/** The instant at which a clock in the zone reads `t`; in a gap or an overlap, the one that Go's `time.Date` picks. */
export const instantOf = (zone: TimeZone, t: CivilTime): number => {
  const asUtc = msFromCivil(t);
  const guess = zone.offsetMs(asUtc);
  return asUtc - (guess === 0 ? 0 : zone.offsetMs(asUtc - guess));
};
