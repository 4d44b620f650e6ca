/** A measure: a number that a run comes to, of which a search can ask for the worst. A monitor with a number in place of a verdict. */
import type { StepRecord } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Interest } from '../property.ts';

/** Watches one run. Mutable: it lives no longer than its run. */
export interface Gauge {
  /** Which steps it can learn from; see `Monitor.interest`. */
  readonly interest: Interest;
  readonly step: (world: World, record: StepRecord) => void;
  /** Of the run so far; the run's when it is asked at the end. */
  readonly value: (world: World) => number;
}

export interface Measure {
  /** One word, as `--maximize` takes it. */
  readonly id: string;
  /** One sentence: exactly what is counted. */
  readonly statement: string;
  readonly unit: string;
  /** peak: known as soon as it is reached. total: known at the run's end only. */
  readonly kind: 'peak' | 'total';
  /** For a world at the run's beginning. */
  readonly gauge: (world: World) => Gauge;
}
