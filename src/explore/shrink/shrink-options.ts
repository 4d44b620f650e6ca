/** What a shrunk run has to keep, and how much work it may be. */
import type { Property } from '../../properties/property.ts';
import type { RunBudget } from '../judge.ts';

export interface ShrinkOptions {
  readonly property: Property;
  /** Of the violation: every candidate has to break the same property with the same signature. */
  readonly signature: string;
  readonly budget: RunBudget;
  /** Candidates at most. */
  readonly maxRuns: number;
}
