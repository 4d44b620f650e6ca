/** What a shrunk run has to keep, and how much work it may be. */
import type { Property } from '../../properties/property.ts';
import type { RunBudget } from '../judge.ts';

export interface ShrinkOptions {
  readonly property: Property;
  /** Of the violation: every candidate has to break the same property with the same signature. */
  readonly signature: string;
  readonly budget: RunBudget;
  readonly effort: Effort;
}

/** How much may be tried, counted down: candidates, and steps of all of them together. */
export interface Effort {
  runsLeft: number;
  stepsLeft: number;
}

export const isSpent = ({ runsLeft, stepsLeft }: Effort): boolean => runsLeft <= 0 || stepsLeft <= 0;

export const spend = (effort: Effort, steps: number): void => {
  effort.runsLeft -= 1;
  effort.stepsLeft -= steps;
};
