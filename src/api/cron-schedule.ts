/**
 * Cron schedules: when a CronJob is next due.
 * Models: github.com/robfig/cron/v3 `ParseStandard`, spec.go `SpecSchedule.Next`, constantdelay.go; pkg/controller/cronjob/utils.go `formatSchedule`
 * Not modelled: "Local", which is UTC here.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from './cron-duration.ts';
import type { CronField, CronFields } from './cron-parser.ts';
import { parseCronFields } from './cron-parser.ts';
import type { CivilTime } from './time.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, weekdayOf } from './time.ts';
import type { TimeZone } from './time-zone.ts';
import { instantOf, loadZone, utcZone, zonedTime } from './time-zone.ts';

export type CronSchedule =
  | { readonly kind: 'fields'; readonly fields: CronFields; readonly zone: TimeZone }
  /** `@every`: a fixed delay, in whole seconds. */
  | { readonly kind: 'every'; readonly delayMs: number };

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'], ['@annually', '0 0 1 1 *'], ['@monthly', '0 0 1 * *'], ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'], ['@midnight', '0 0 * * *'], ['@hourly', '0 * * * *'],
]);
const EVERY = '@every ';

const parseEvery = (text: string): Either<string, CronSchedule> => {
  const duration = parseGoDuration(text.slice(EVERY.length));
  if (isLeft(duration)) return left(`failed to parse duration ${text}: ${duration.left}`);
  return right({ kind: 'every', delayMs: Math.max(SECOND_MS, Math.trunc(duration.right / SECOND_MS) * SECOND_MS) });
};

const parseInZone = (text: string, zone: TimeZone): Either<string, CronSchedule> => {
  if (text.startsWith(EVERY)) return parseEvery(text);
  const standard = text.startsWith('@') ? DESCRIPTORS.get(text) : text;
  if (standard === undefined) return left(`unrecognized descriptor: ${text}`);
  return map((fields: CronFields): CronSchedule => ({ kind: 'fields', fields, zone }))(parseCronFields(standard));
};

const ZONE_PREFIX = /^(?:CRON_)?TZ=(\S*)(.*)$/s;

const parseStandard = (spec: string): Either<string, CronSchedule> => {
  if (spec === '') return left('empty spec string');
  const match = ZONE_PREFIX.exec(spec);
  if (match === null) return parseInZone(spec, utcZone);
  const [, name = '', rest = ''] = match;
  const zone = loadZone(name);
  return zone === undefined ? left(`provided bad location ${name}: unknown time zone ${name}`) : parseInZone(rest.trim(), zone);
};

/** Whether a CronJob may name this zone. */
export const isKnownTimeZone = (name: string): boolean => loadZone(name) !== undefined;

/**
 * A standard schedule of five fields, a descriptor or `@every`. Errors: upstream's, word for word.
 * `timeZone` counts only where the schedule names none itself; an unknown one counts as absent.
 */
export const parseCron = (schedule: string, timeZone?: string): Either<string, CronSchedule> =>
  timeZone === undefined || schedule.includes('TZ') || !isKnownTimeZone(timeZone)
    ? parseStandard(schedule)
    : parseStandard(`TZ=${timeZone} ${schedule}`);

const has = (field: CronField, value: number): boolean => (field.bits >> BigInt(value) & 1n) === 1n;

const matchesDay = (fields: CronFields, t: CivilTime): boolean => {
  const day = has(fields.dayOfMonth, t.day);
  const weekday = has(fields.dayOfWeek, weekdayOf(t.year, t.month, t.day));
  return fields.dayOfMonth.isStar || fields.dayOfWeek.isStar ? day && weekday : day || weekday;
};

const SEARCH_YEARS = 5;

/** Where the search stands. Once a larger unit has moved, the smaller ones have been set to their start. */
interface Search {
  readonly fields: CronFields;
  readonly zone: TimeZone;
  ms: number;
  isReset: boolean;
}

const reading = (search: Search): CivilTime => zonedTime(search.zone, search.ms);

const resetTo = (search: Search, t: CivilTime): void => {
  if (search.isReset) return;
  search.isReset = true;
  search.ms = instantOf(search.zone, t);
};

/** Each step answers whether its unit wrapped around, so that the larger ones must be looked at again. */
const seekMonth = (search: Search): boolean => {
  for (let t = reading(search); !has(search.fields.month, t.month); t = reading(search)) {
    resetTo(search, { ...t, day: 1, hour: 0, minute: 0, second: 0 });
    const reset = reading(search);
    search.ms = instantOf(search.zone, { ...reset, month: reset.month + 1 });
    if (reading(search).month === 1) return true;
  }
  return false;
};

/** Why: where a day has no midnight, or has it twice, the step lands an hour off. */
const alignToMidnight = (search: Search): void => {
  const { hour } = reading(search);
  if (hour !== 0) search.ms += (hour > 12 ? 24 - hour : -hour) * HOUR_MS;
};

const seekDay = (search: Search): boolean => {
  for (let t = reading(search); !matchesDay(search.fields, t); t = reading(search)) {
    resetTo(search, { ...t, hour: 0, minute: 0, second: 0 });
    const reset = reading(search);
    search.ms = instantOf(search.zone, { ...reset, day: reset.day + 1 });
    alignToMidnight(search);
    if (reading(search).day === 1) return true;
  }
  return false;
};

const seekHour = (search: Search): boolean => {
  for (let t = reading(search); !has(search.fields.hour, t.hour); t = reading(search)) {
    resetTo(search, { ...t, minute: 0, second: 0 });
    search.ms += HOUR_MS;
    if (reading(search).hour === 0) return true;
  }
  return false;
};

const seekMinute = (search: Search): boolean => {
  for (let t = reading(search); !has(search.fields.minute, t.minute); t = reading(search)) {
    if (!search.isReset) {
      search.isReset = true;
      search.ms = Math.floor(search.ms / MINUTE_MS) * MINUTE_MS;
    }
    search.ms += MINUTE_MS;
    if (reading(search).minute === 0) return true;
  }
  return false;
};

/** Schedules fire at second 0. */
const seekSecond = (search: Search): boolean => {
  const { second } = reading(search);
  if (second === 0) return false;
  search.isReset = true;
  search.ms += (60 - second) * SECOND_MS;
  return true;
};

const nextByFields = (fields: CronFields, zone: TimeZone, afterMs: number): number | undefined => {
  const search: Search = { fields, zone, ms: (Math.floor(afterMs / SECOND_MS) + 1) * SECOND_MS, isReset: false };
  const lastYear = reading(search).year + SEARCH_YEARS;
  while (reading(search).year <= lastYear) {
    if (seekMonth(search) || seekDay(search) || seekHour(search) || seekMinute(search) || seekSecond(search)) continue;
    return search.ms;
  }
  return undefined;
};

/** The first time after `afterMs` (ms since 1970) at which the schedule is due, or undefined where there is none within five years. */
export const nextCron = (schedule: CronSchedule, afterMs: number): number | undefined => {
  switch (schedule.kind) {
    case 'every': return Math.floor(afterMs / SECOND_MS) * SECOND_MS + schedule.delayMs;
    case 'fields': return nextByFields(schedule.fields, schedule.zone, afterMs);
  }
};
