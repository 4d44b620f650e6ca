/** How a figure is taken and printed. */

export interface Figure {
  readonly name: string;
  /** As printed, with its unit. */
  readonly value: string;
  /** Of DESIGN section 4; undefined for a figure without one. */
  readonly target: string | undefined;
  /** Measured over target, 1 and above being as good or better; undefined without a target. */
  readonly ratio: number | undefined;
  /** What was measured, in a few words. */
  readonly note: string;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** ms that each of `times` calls takes, the median. `prepare` is not counted. */
export const medianMs = <T>(times: number, prepare: () => T, body: (prepared: T) => void): number =>
  median(Array.from({ length: times }, () => {
    const prepared = prepare();
    const began = performance.now();
    body(prepared);
    return performance.now() - began;
  }));

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** More is better. */
export const rate = (name: string, perSecond: number, unit: string, target: number | undefined, note: string): Figure => ({
  name, value: `${grouped(perSecond)} ${unit}`, note,
  target: target === undefined ? undefined : `>= ${grouped(target)}`, ratio: target === undefined ? undefined : perSecond / target,
});

/** Less is better. */
export const duration = (name: string, ms: number, targetMs: number | undefined, note: string): Figure => ({
  name, value: ms < 10 ? `${ms.toFixed(2)} ms` : `${grouped(ms)} ms`, note,
  target: targetMs === undefined ? undefined : `< ${grouped(targetMs)} ms`, ratio: targetMs === undefined ? undefined : targetMs / ms,
});
