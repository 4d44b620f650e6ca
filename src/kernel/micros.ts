/** Times are ms since the Unix epoch held to whole microseconds, so that sums of them print and compare exactly. */

/** To the nearest microsecond. */
export const toMicros = (ms: number): number => Math.round(ms * 1000) / 1000;

/** `ms` after `from`, the span rounded up to a microsecond. Why in this order: `from` is whole already and must not be rounded up again. */
export const laterBy = (from: number, ms: number): number => (ms <= 0 ? from : Math.round(from * 1000 + Math.ceil(ms * 1000)) / 1000);
