/**
 * Shrinks a failure on its three axes, the boldest first: the spec (a smaller subject that breaks in the same way), the faults, and the schedule. The plan
 * of few holds that remains of the run is what is tried in smaller subjects; steps are left out of the last one only.
 */
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { isMending } from '../faults/episode.ts';
import { faultInjector } from '../faults/fault-injector.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { judgeRun } from '../judge.ts';
import { strategyPilot } from '../pilot.ts';
import type { Pilot, PilotLimits } from '../pilot.ts';
import { searchChooser } from '../strategies.ts';
import type { SimplerSubject, Subject } from '../subject.ts';
import { candidateBudget } from './candidates.ts';
import { holdPilot, readHoldPlan } from './hold-plan.ts';
import { rememberingSubject } from './remembering-subject.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { Effort, ShrinkOptions } from './shrink-options.ts';
import { finishAsFound, finishRun, reduceRun } from './shrink-run.ts';
import type { ReducedRun, ShrunkRun } from './shrink-run.ts';
import { nameOf } from './step-name.ts';

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

/** What mends a fault is counted with it. */
const faultsIn = (schedule: readonly Step[]): number => schedule.filter((step) => nameOf(step) === undefined && !isMending(step)).length;

const deviationsOf = ({ plan: { holds, faults } }: ReducedRun): number => holds.length + faults.length;

/** The run of this pilot in another subject, shrunk, if it breaks in the same way. */
const reduceBy = (make: () => Subject, pilotOf: (world: World, subject: Subject) => Pilot, last: ReducedRun, options: ShrinkOptions): ReducedRun | undefined => {
  if (isSpent(options.effort)) return undefined;
  const subject = make();
  const { violation, schedule } = judgeRun(subject, (world) => pilotOf(world, subject), [options.property], { budget: candidateBudget(options, last.verdict.schedule.length) });
  spend(options.effort, schedule.length);
  const reduced = violation?.signature === options.signature ? reduceRun(subject, schedule, options) : undefined;
  // Why: where the effort was spent on the way, what is left may be more than there was before.
  return reduced !== undefined && isSpent(options.effort) && deviationsOf(reduced) > deviationsOf(last) ? undefined : reduced;
};

/** In runs drawn anew. */
const searchIn = (make: () => Subject, last: ReducedRun, options: ShrinkOptions, again: SearchAgain): ReducedRun | undefined => {
  for (let i = 0; i < again.tries; i += 1) {
    const seed = `${again.seed}/smaller/${i}`;
    const pilotOf = (world: World, { targets }: Subject): Pilot => strategyPilot(world, searchChooser(i % 2 === 0 ? 'pos' : 'random', seed), faultInjector(world, targets, again.faults, seed), again.limits);
    const found = reduceBy(make, pilotOf, last, options);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Made when it is first asked for: a cluster has to come up. */
const onlyOnce = ({ what, make }: SimplerSubject): SimplerSubject => {
  let made: Subject | undefined;
  return { what, make: () => (made ??= make()) };
};

/** The first of the simpler subjects that breaks in the same way: along what is left of the run, or else, asked once for each kind of simplification, in runs drawn anew. */
const inSimpler = (last: ReducedRun, options: ShrinkOptions, again: SearchAgain, searched: Set<string>): ReducedRun | undefined => {
  const simpler = last.subject.simpler().map(onlyOnce);
  for (const { make } of simpler) {
    const found = reduceBy(make, (world) => holdPilot(world, last.plan), last, options);
    if (found !== undefined) return found;
  }
  for (const { what, make } of simpler) {
    if (searched.has(what)) continue;
    searched.add(what);
    const found = searchIn(make, last, options, again);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Of a run that breaks before it is settled no candidate has to be followed while it stays so. */
const withoutStay = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ShrinkOptions => {
  if (options.property.kind !== 'always') return options;
  const hasty: ShrinkOptions = { ...options, budget: { ...options.budget, stayMs: 0 } };
  // Why by its plan: a run along its schedule goes on to the schedule's end, settled or not.
  const plan = readHoldPlan(subject.world.fork(), schedule);
  const { violation } = judgeRun(subject, (world) => holdPilot(world, plan), [options.property], { budget: hasty.budget });
  spend(options.effort, schedule.length);
  return violation?.signature === options.signature ? hasty : options;
};

/** The rest is for its steps, without which a run that takes much to reduce would be as long as it was found. */
const REDUCING = 0.7;

/** Over and over until no simpler subject breaks. */
const reduceFailure = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions, again: SearchAgain): ReducedRun | undefined => {
  const hasty = withoutStay(subject, schedule, options);
  const searched = new Set<string>();
  let best = reduceRun(subject, schedule, hasty);
  for (let smaller = best; smaller !== undefined;) {
    best = smaller;
    smaller = inSimpler(best, hasty, again, searched);
  }
  return best;
};

/** Undefined when the failure does not show again along its own schedule. */
export const shrinkFailure = ({ subject: given, schedule }: FailureToShrink, options: ShrinkOptions, again: SearchAgain): ShrunkRun | undefined => {
  const subject = rememberingSubject(given);
  const { effort } = options;
  const reducing: Effort = { runsLeft: Math.ceil(effort.runsLeft * REDUCING), stepsLeft: Math.ceil(effort.stepsLeft * REDUCING) };
  const { runsLeft, stepsLeft } = reducing;
  const best = reduceFailure(subject, schedule, { ...options, effort: reducing }, again);
  effort.runsLeft -= runsLeft - reducing.runsLeft;
  effort.stepsLeft -= stepsLeft - reducing.stepsLeft;
  const finished = best === undefined ? undefined : finishRun(best, options);
  if (finished === undefined) return undefined;
  const shrunk: ShrunkRun = { ...finished, isMinimal: finished.isMinimal && !isSpent(reducing) };
  if (shrunk.violation.kind !== 'always' || shrunk.matters <= schedule.length || shrunk.faults < faultsIn(schedule)) return shrunk;
  return finishAsFound(subject, schedule, options) ?? shrunk;
};
