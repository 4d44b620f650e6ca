/**
 * Shrinks a failure on its three axes, the boldest first: the spec (a smaller subject that breaks in the same way), the faults, and the schedule. The plan
 * of few holds that remains of the run is what is tried in smaller subjects; steps are left out of the last one only.
 */
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { faultInjector } from '../faults/fault-injector.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { judgeRun } from '../judge.ts';
import { schedulePilot, strategyPilot } from '../pilot.ts';
import type { Pilot, PilotLimits } from '../pilot.ts';
import { searchChooser } from '../strategies.ts';
import type { Subject } from '../subject.ts';
import { candidateBudget } from './candidates.ts';
import { holdPilot } from './hold-plan.ts';
import { rememberingSubject } from './remembering-subject.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';
import { finishAsFound, finishRun, reduceRun } from './shrink-run.ts';
import type { ReducedRun, ShrunkRun } from './shrink-run.ts';

export interface FailureToShrink {
  readonly subject: Subject;
  readonly schedule: readonly Step[];
}

export interface SearchAgain {
  readonly seed: string;
  readonly faults: FaultPlan;
  readonly limits: PilotLimits;
  /** How often a smaller subject is tried in which the failing run itself shows nothing. */
  readonly tries: number;
}

/** The run of this pilot in another subject, shrunk, if it breaks in the same way. */
const reduceBy = (subject: Subject, pilotOf: (world: World) => Pilot, last: ReducedRun, options: ShrinkOptions): ReducedRun | undefined => {
  if (isSpent(options.effort)) return undefined;
  const { violation, schedule } = judgeRun(subject, pilotOf, [options.property], { budget: candidateBudget(options, last.verdict.schedule.length) });
  spend(options.effort, schedule.length);
  return violation?.signature === options.signature ? reduceRun(subject, schedule, options) : undefined;
};

/** In runs drawn anew. */
const searchIn = (subject: Subject, last: ReducedRun, options: ShrinkOptions, again: SearchAgain): ReducedRun | undefined => {
  for (let i = 0; i < again.tries; i += 1) {
    const seed = `${again.seed}/smaller/${i}`;
    const pilotOf = (world: World): Pilot => strategyPilot(world, searchChooser(i % 2 === 0 ? 'pos' : 'random', seed), faultInjector(world, subject.targets, again.faults, seed), again.limits);
    const found = reduceBy(subject, pilotOf, last, options);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The first of the simpler subjects that breaks in the same way: along what is left of the run, or else, asked once for each kind of simplification, in runs drawn anew. */
const inSimpler = (last: ReducedRun, options: ShrinkOptions, again: SearchAgain, searched: Set<string>): ReducedRun | undefined => {
  const simpler = last.subject.simpler().map(({ what, make }) => ({ what, subject: make() }));
  for (const { subject } of simpler) {
    const found = reduceBy(subject, (world) => holdPilot(world, last.plan), last, options);
    if (found !== undefined) return found;
  }
  for (const { what, subject } of simpler) {
    if (searched.has(what)) continue;
    searched.add(what);
    const found = searchIn(subject, last, options, again);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Of a run that breaks before it is settled no candidate has to be followed while it stays so. */
const withoutStay = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ShrinkOptions => {
  if (options.property.kind !== 'always') return options;
  const hasty: ShrinkOptions = { ...options, budget: { ...options.budget, stayMs: 0 } };
  const { violation } = judgeRun(subject, (world) => schedulePilot(world, schedule), [options.property], { budget: hasty.budget });
  spend(options.effort, schedule.length);
  return violation?.signature === options.signature ? hasty : options;
};

/** Over and over until no simpler subject breaks. Undefined when the failure does not show again along its own schedule. */
export const shrinkFailure = ({ subject: given, schedule }: FailureToShrink, options: ShrinkOptions, again: SearchAgain): ShrunkRun | undefined => {
  const subject = rememberingSubject(given);
  const hasty = withoutStay(subject, schedule, options);
  const searched = new Set<string>();
  let best = reduceRun(subject, schedule, hasty);
  for (let smaller = best; smaller !== undefined;) {
    best = smaller;
    smaller = inSimpler(best, hasty, again, searched);
  }
  const shrunk = best === undefined ? undefined : finishRun(best, options);
  if (shrunk === undefined || shrunk.violation.kind !== 'always' || shrunk.matters <= schedule.length) return shrunk;
  return finishAsFound(subject, schedule, options) ?? shrunk;
};
