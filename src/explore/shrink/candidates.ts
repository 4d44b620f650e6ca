/** Runs the candidates of a shrink: plans that may break the same property with the same signature, each tried once. */
import { hashOf } from '../../base/hash.ts';
import { judgeRun } from '../judge.ts';
import type { RunBudget, Verdict } from '../judge.ts';
import type { Subject } from '../subject.ts';
import type { HoldPlan } from './hold-plan.ts';
import { holdPilot } from './hold-plan.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface Candidates {
  /** The verdict on a plan that breaks in the same way; undefined: it does not, or the effort is spent. */
  readonly run: (plan: HoldPlan) => Verdict | undefined;
}

/** A candidate that breaks a rule at all breaks it about where the run did; it gets so much longer for it. */
const SLACK = 1.5;
const SLACK_STEPS = 300;

/** Of what must always hold, a candidate need not be followed far beyond the place at which the run it came from broke it. */
export const candidateBudget = ({ property, budget }: ShrinkOptions, foundSteps: number): RunBudget => (property.kind !== 'always' ? budget
  : { ...budget, maxSteps: Math.min(budget.maxSteps, Math.ceil(foundSteps * SLACK) + SLACK_STEPS) });

/** `foundSteps`: of the run that the plans are read off. */
export const candidatesOf = (subject: Subject, options: ShrinkOptions, foundSteps: number): Candidates => {
  const budget = candidateBudget(options, foundSteps);
  const { property, signature, effort } = options;
  const passing = new Set<number>();
  return {
    run: (plan) => {
      const key = hashOf({ holds: plan.holds, faults: plan.faults });
      if (isSpent(effort) || passing.has(key)) return undefined;
      const verdict = judgeRun(subject, (world) => holdPilot(world, plan), [property], { budget });
      spend(effort, verdict.schedule.length);
      if (verdict.violation?.signature === signature) return verdict;
      passing.add(key);
      return undefined;
    },
  };
};
