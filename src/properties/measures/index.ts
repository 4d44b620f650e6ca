/** The measures that `--maximize` takes. */
import type { Measure } from './measure.ts';
import { overshoot } from './overshoot.ts';
import { time } from './time.ts';
import { unavailable } from './unavailable.ts';
import { writes } from './writes.ts';

export type { Gauge, Measure } from './measure.ts';

export const measures: readonly Measure[] = [overshoot, unavailable, writes, time];

export const measureNamed = (id: string): Measure | undefined => measures.find((measure) => measure.id === id);
