/**
 * Sets of completion indexes as ordered intervals: `1,3-5,7`.
 * Models: pkg/controller/job/indexed_job_utils.go orderedIntervals, parseIndexesFromString
 */

export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** Ordered, and with a gap between any two. */
export type Intervals = readonly Interval[];

export const mergeIntervals = (a: Intervals, b: Intervals): Intervals => {
  const merged: Interval[] = [];
  for (const interval of [...a, ...b].sort((x, y) => x.first - y.first)) {
    const end = merged.at(-1);
    if (end === undefined || interval.first > end.last + 1) merged.push(interval);
    else if (end.last < interval.last) merged[merged.length - 1] = { first: end.first, last: interval.last };
  }
  return merged;
};

export const withIndexes = (intervals: Intervals, indexes: readonly number[]): Intervals =>
  (indexes.length === 0 ? intervals : mergeIntervals(intervals, indexes.map((index) => ({ first: index, last: index }))));

export const countIndexes = (intervals: Intervals): number => intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);

export const hasIndex = (intervals: Intervals, index: number): boolean => intervals.some(({ first, last }) => first <= index && index <= last);

const formatInterval = ({ first, last }: Interval): string => {
  if (first === last) return String(first);
  return `${first}${last === first + 1 ? ',' : '-'}${last}`;
};

export const formatIntervals = (intervals: Intervals): string => intervals.map(formatInterval).join(',');

const NUMBER = /^[+-]?[0-9]+$/;

/** Corrupt parts are left out; indexes beyond `completions` are cut off. */
export const parseIntervals = (text: string | undefined, completions: number): Intervals => {
  const intervals: Interval[] = [];
  for (const part of (text ?? '').split(',')) {
    const [low = '', high = low] = part.split('-');
    if (!NUMBER.test(low)) continue;
    if (Number(low) >= completions) break;
    if (NUMBER.test(high)) intervals.push({ first: Number(low), last: Math.min(Number(high), completions - 1) });
  }
  return mergeIntervals(intervals, []);
};
