/**
 * Timestamps as the API writes them, from milliseconds since 1970 in UTC and back, by civil-date arithmetic alone.
 * Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/time.go, micro_time.go
 */

/** A point in time as a clock on the wall reads it. Months count from 1; weekday 0 is Sunday. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAY = 719_468;

/**
 * Days since 1970-01-01 of a proleptic Gregorian date; months and days out of range carry over.
 * Why the year starts in March: the leap day then comes last, and month lengths follow one formula.
 */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  const carried = year + Math.floor((month - 1) / 12);
  const monthInYear = ((month - 1) % 12 + 12) % 12 + 1;
  const marchYear = monthInYear <= 2 ? carried - 1 : carried;
  const era = Math.floor(marchYear / YEARS_PER_ERA);
  const yearOfEra = marchYear - era * YEARS_PER_ERA;
  const dayOfYear = Math.floor((153 * ((monthInYear + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAY;
};

const dateFromDays = (days: number): { year: number; month: number; day: number } => {
  const shifted = days + EPOCH_DAY;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
};

/** The UTC reading of `ms`. */
export const civilFromMs = (ms: number): CivilTime => {
  const days = Math.floor(ms / DAY_MS);
  const rest = ms - days * DAY_MS;
  return {
    ...dateFromDays(days),
    hour: Math.floor(rest / HOUR_MS),
    minute: Math.floor(rest % HOUR_MS / MINUTE_MS),
    second: Math.floor(rest % MINUTE_MS / SECOND_MS),
  };
};

/** The `ms` of a UTC reading; fields out of range carry over. */
export const msFromCivil = (t: CivilTime): number =>
  daysFromCivil(t.year, t.month, t.day) * DAY_MS + t.hour * HOUR_MS + t.minute * MINUTE_MS + t.second * SECOND_MS;

/** 0 is Sunday. 1970-01-01 was a Thursday. */
export const weekdayOf = (year: number, month: number, day: number): number => ((daysFromCivil(year, month, day) + 4) % 7 + 7) % 7;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

const formatDay = (days: number): string => {
  const { year, month, day } = dateFromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
};

const TWO_DIGITS = Array.from({ length: 60 }, (_, value) => pad(value, 2));

/** The day that was written last: times are written all the time, and nearly all of one day. */
let written = { days: 0, text: formatDay(0) };

const formatSeconds = (ms: number): string => {
  const days = Math.floor(ms / DAY_MS);
  if (days !== written.days) written = { days, text: formatDay(days) };
  const rest = ms - days * DAY_MS;
  const minutes = Math.floor(rest / MINUTE_MS);
  const hour = Math.floor(minutes / 60);
  return `${written.text}T${TWO_DIGITS[hour] ?? ''}:${TWO_DIGITS[minutes - hour * 60] ?? ''}:${TWO_DIGITS[Math.floor((rest - minutes * MINUTE_MS) / SECOND_MS)] ?? ''}`;
};

/** `metav1.Time`: "2026-01-01T00:00:00Z"; milliseconds are dropped. */
export const formatTime = (ms: number): string => `${formatSeconds(ms)}Z`;

/** `metav1.MicroTime`: "2026-01-01T00:00:00.123000Z". */
export const formatMicroTime = (ms: number): string => {
  const micros = Math.floor((ms - Math.floor(ms / SECOND_MS) * SECOND_MS) * 1000);
  return `${formatSeconds(ms)}.${pad(micros, 6)}Z`;
};

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

const isCivil = (t: CivilTime): boolean =>
  t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= daysFromCivil(t.year, t.month + 1, 1) - daysFromCivil(t.year, t.month, 1)
  && t.hour <= 23 && t.minute <= 59 && t.second <= 59;

const readTime = (s: string): number | undefined => {
  const match = RFC_3339.exec(s);
  if (match === null) return undefined;
  const civil = {
    year: Number(match[1]), month: Number(match[2]), day: Number(match[3]), hour: Number(match[4]), minute: Number(match[5]), second: Number(match[6]),
  };
  const zoneHours = Number(match[9] ?? 0);
  const zoneMinutes = Number(match[10] ?? 0);
  if (!isCivil(civil) || zoneHours > 24 || zoneMinutes > 60) return undefined;
  const offsetMs = (zoneHours * HOUR_MS + zoneMinutes * MINUTE_MS) * (match[8] === '-' ? -1 : 1);
  const micros = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  return msFromCivil(civil) - offsetMs + micros / 1000;
};

const WHOLE_SECONDS = '2026-01-01T00:00:00Z'.length;
const REMEMBERED = 10_000;
const read = new Map<string, number>();

/**
 * Milliseconds of an RFC 3339 text, or undefined where it is none. Fractions finer than a microsecond are dropped.
 * Why whole seconds are remembered: creation and transition times are read again and again, heartbeats once.
 */
export const parseTime = (s: string): number | undefined => {
  if (s.length !== WHOLE_SECONDS) return readTime(s);
  const known = read.get(s);
  if (known !== undefined) return known;
  const ms = readTime(s);
  if (ms === undefined) return undefined;
  if (read.size >= REMEMBERED) read.clear();
  read.set(s, ms);
  return ms;
};
