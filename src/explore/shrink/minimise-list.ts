/**
 * Delta debugging: the smallest sublist that still passes a test, 1-minimal (no single item can be left out), unless the tests run out.
 *
 * One sweep goes from the end to the beginning, so that effects go before their causes; a chunk that can be left out makes the next one twice as large, one
 * that cannot is halved. To leave k of n items takes about k log n tests, where fixed chunks take n and more. The next sweep tries those that were kept
 * before the last one left out: it ends where every item has been tried alone since then.
 * Ref: A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002 (ddmin); the adaptive chunk as in Hypothesis' shrinker.
 */

/** What is left of a sublist that passes (it may be even less: what fell away by itself); undefined: it does not pass. */
type Test<T> = (sublist: readonly T[]) => readonly T[] | undefined;

/** `items` pass. */
export const reduceList = <T>(items: readonly T[], test: Test<T>): readonly T[] => {
  if (items.length === 0 || test([]) !== undefined) return [];
  let swept = sweep(items, 0, test);
  while (swept.last !== undefined) swept = sweep(swept.items, swept.last, test);
  return swept.items;
};

interface Swept<T> {
  readonly items: readonly T[];
  /** Where the last chunk that was left out had its place: all before it was tried alone after that. Undefined: nothing was left out. */
  readonly last: number | undefined;
}

/** Not below `from`, unless something is left out. */
const sweep = <T>(items: readonly T[], from: number, test: Test<T>): Swept<T> => {
  let current = items;
  let last: number | undefined;
  let [end, chunk] = [current.length, 1];
  while (end > (last === undefined ? from : 0)) {
    const size = Math.min(chunk, end);
    const candidate = [...current.slice(0, end - size), ...current.slice(end)];
    const kept = candidate.length === 0 ? undefined : test(candidate);
    if (kept !== undefined) {
      current = kept;
      end = Math.min(end - size, kept.length);
      last = end;
      chunk = size * 2;
    } else if (size === 1) end -= 1;
    else chunk = size >> 1;
  }
  return { items: current, last };
};

/** `keeps` holds for `items`; it is asked of sublists in order. */
export const minimiseList = <T>(items: readonly T[], keeps: (sublist: readonly T[]) => boolean): readonly T[] =>
  reduceList(items, (sublist) => (keeps(sublist) ? sublist : undefined));
