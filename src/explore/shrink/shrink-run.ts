/**
 * Shrinks a failing run of one subject. First the plan, of faults and of what is held back; then, in `finishRun`, the steps and the critical pair. Every
 * candidate is run and judged, and counts only if the same property breaks with the same signature; what is kept is the schedule that the run took,
 * which is then followed strictly.
 */
import type { Step } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import type { FoundViolation, Verdict } from '../judge.ts';
import { schedulePilot } from '../pilot.ts';
import type { Subject } from '../subject.ts';
import { candidatesOf } from './candidates.ts';
import { findCriticalPair } from './critical-pair.ts';
import type { CriticalPair } from './critical-pair.ts';
import { readHoldPlan } from './hold-plan.ts';
import type { Hold, HoldPlan } from './hold-plan.ts';
import { reducePlan } from './reduce-plan.ts';
import type { Reduced } from './reduce-plan.ts';
import { breaksAlong, shrinkSteps } from './shrink-steps.ts';
import { isSpent } from './shrink-options.ts';
import { nameOf } from './step-name.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface ShrunkRun {
  readonly subject: Subject;
  readonly violation: FoundViolation;
  /** Of the whole run, to the violating step or the run's end. */
  readonly schedule: readonly Step[];
  /** So many of its steps make the failure; from there on the oldest message goes first. */
  readonly matters: number;
  readonly holds: readonly Hold[];
  /** What the run was before steps were left out of it: the default order but for this. */
  readonly plan: HoldPlan;
  readonly faults: number;
  readonly criticalPair: CriticalPair | undefined;
  /** False when the budget was spent before nothing more could be left out. */
  readonly isMinimal: boolean;
}

/** A run of a subject by the smallest plan that breaks it. */
export interface ReducedRun extends Reduced {
  readonly subject: Subject;
}

/** Undefined when the failure does not show again along its own schedule, which is nondeterminism or a wrong subject. */
export const reduceRun = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ReducedRun | undefined => {
  const reduced = reducePlan(candidatesOf(subject, options, schedule.length), readHoldPlan(subject.world.fork(), schedule));
  return reduced === undefined ? undefined : { ...reduced, subject };
};

/** The last step that is not the default's: what was held, and faults. */
const lastThatMatters = (schedule: readonly Step[], { holds }: HoldPlan): number => {
  const counts = new Map<string, number>();
  const held = new Map(holds.map(({ held: { name, n } }) => [`${name} #${n}`, true]));
  let last = 0;
  schedule.forEach((step, i) => {
    const name = nameOf(step);
    const n = name === undefined ? 0 : (counts.get(name) ?? 0) + 1;
    if (name !== undefined) counts.set(name, n);
    if (name === undefined || held.has(`${name} #${n}`)) last = i + 1;
  });
  return last;
};

const endOf = (verdict: Verdict, plan: HoldPlan): number => (verdict.outcome === 'violated' ? verdict.schedule.length : lastThatMatters(verdict.schedule, plan));

/** Of alternatives, so many are tried at most: each is made from nothing. */
const MOST_ALTERNATIVES = 8;

/** The subject with actors swapped, if there is one in which the steps break nothing. */
const avertingSubject = (subject: Subject, steps: readonly Step[], options: ShrinkOptions): Subject | undefined => {
  for (const { make } of (subject.alternatives?.() ?? []).slice(0, MOST_ALTERNATIVES)) {
    const other = make();
    if (!breaksAlong(other, steps, 'fifo', options)) return other;
  }
  return undefined;
};

/** Of what must hold eventually nothing more is left out: what is not held back comes as it came. */
const fewestSteps = ({ subject, plan, verdict }: ReducedRun, options: ShrinkOptions, pair: CriticalPair | undefined): readonly Step[] => {
  const steps = verdict.schedule.slice(0, endOf(verdict, plan));
  if (verdict.outcome !== 'violated') return steps;
  const averting = avertingSubject(subject, steps, options);
  const kept = shrinkSteps(subject, steps, options, pair, averting);
  if (pair === undefined || kept.length * 2 < steps.length) return kept;
  // What it takes to keep the pair may be most of the run: a short run without one says more.
  const without = shrinkSteps(subject, steps, options, undefined, averting);
  return without.length * 2 < kept.length ? without : kept;
};

/** Undefined when the shrunk schedule, followed strictly, does not break in the same way: the subject is not deterministic. */
export const finishRun = (run: ReducedRun, options: ShrinkOptions): ShrunkRun | undefined => {
  const { subject, plan, verdict } = run;
  const { property, signature, budget } = options;
  const late = new Set(plan.holds.map(({ held }) => held.name));
  const pair = findCriticalPair(subject, verdict.schedule.slice(0, endOf(verdict, plan)), late, options);
  const steps = fewestSteps(run, options, pair);
  // Why in a world made anew: what is handed on must not rest on what actors were remembered to have done.
  const anew: Subject = { ...subject, world: subject.remake() };
  const followed = judgeRun(anew, (world) => schedulePilot(world, verdict.outcome === 'violated' ? steps : verdict.schedule), [property], { budget });
  if (followed.violation?.signature !== signature) return undefined;
  return {
    subject, violation: followed.violation, schedule: followed.schedule, matters: steps.length, holds: plan.holds, plan, faults: plan.faults.length,
    criticalPair: verdict.outcome !== 'violated' || pair === undefined ? pair : findCriticalPair(subject, steps, late, options, pair), isMinimal: !isSpent(options.effort),
  };
};

/** The steps alone, of a run as it was found: for one that is shorter as it is than what its fewest holds make of it. */
export const finishAsFound = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ShrunkRun | undefined => {
  const verdict = judgeRun(subject, (world) => schedulePilot(world, schedule), [options.property], { budget: options.budget });
  if (verdict.outcome !== 'violated' || verdict.violation?.signature !== options.signature) return undefined;
  return finishRun({ subject, verdict, plan: readHoldPlan(subject.world.fork(), verdict.schedule) }, options);
};

/** Both, in one subject. */
export const shrinkRun = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ShrunkRun | undefined => {
  const reduced = reduceRun(subject, schedule, options);
  return reduced === undefined ? undefined : finishRun(reduced, options);
};
