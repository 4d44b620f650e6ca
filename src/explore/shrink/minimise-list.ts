/**
 * Delta debugging: the smallest sublist that still passes a test, 1-minimal (no single item can be left out), unless the tests run out.
 * Ref: A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002 (ddmin).
 */

/** `keeps` holds for `items`; it is asked of sublists in order. */
export const minimiseList = <T>(items: readonly T[], keeps: (sublist: readonly T[]) => boolean): readonly T[] => {
  if (items.length === 0 || keeps([])) return [];
  let current = items;
  let chunk = Math.ceil(current.length / 2);
  for (;;) {
    const smaller = withoutOneChunk(current, chunk, keeps);
    if (smaller !== undefined) {
      current = smaller;
      chunk = Math.min(chunk, Math.max(1, Math.ceil(current.length / 2)));
    } else if (chunk === 1) return current;
    else chunk = Math.ceil(chunk / 2);
  }
};

/** Leaves out every chunk that can be left out, one after another; undefined when none can. */
const withoutOneChunk = <T>(items: readonly T[], chunk: number, keeps: (sublist: readonly T[]) => boolean): readonly T[] | undefined => {
  let current = items;
  let at = 0;
  while (at < current.length) {
    const candidate = [...current.slice(0, at), ...current.slice(at + chunk)];
    if (candidate.length > 0 && candidate.length < current.length && keeps(candidate)) current = candidate;
    else at += chunk;
  }
  return current === items ? undefined : current;
};
