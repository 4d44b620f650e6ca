/** Shrinks a failure on its three axes: the spec (a smaller subject that breaks in the same way), the faults, and the schedule. */
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { faultInjector } from '../faults/fault-injector.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { judgeRun } from '../judge.ts';
import { strategyPilot } from '../pilot.ts';
import type { Pilot, PilotLimits } from '../pilot.ts';
import { searchChooser } from '../strategies.ts';
import type { Subject } from '../subject.ts';
import { holdPilot, readHoldPlan } from './hold-plan.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';
import { shrinkRun } from './shrink-run.ts';
import type { ShrunkRun } from './shrink-run.ts';

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

interface Found { readonly subject: Subject; readonly schedule: readonly Step[] }

/** The same failure in another subject: along what is left of the shrunk run, or else in a few runs drawn anew. */
const findIn = (subject: Subject, last: ShrunkRun, options: ShrinkOptions, again: SearchAgain): Found | undefined => {
  const { property, signature, budget, effort } = options;
  const tryOne = (pilotOf: (world: World) => Pilot): Found | undefined => {
    const { violation, schedule } = judgeRun(subject, pilotOf, [property], { budget });
    spend(effort, schedule.length);
    return violation?.signature === signature ? { subject, schedule } : undefined;
  };
  const plan = { ...readHoldPlan(last.schedule.slice(0, last.matters)), holds: last.holds, holdsRest: false };
  let found = tryOne((world) => holdPilot(world, plan));
  for (let i = 0; found === undefined && i < again.tries && !isSpent(effort); i += 1) {
    const seed = `${again.seed}/smaller/${i}`;
    found = tryOne((world) => strategyPilot(world, searchChooser(i % 2 === 0 ? 'pos' : 'random', seed), faultInjector(world, subject.targets, again.faults, seed), again.limits));
  }
  return found;
};

/** The smallest of the simpler subjects that breaks in the same way, over and over until none does. */
export const shrinkFailure = ({ subject, schedule }: FailureToShrink, options: ShrinkOptions, again: SearchAgain): ShrunkRun | undefined => {
  let best = shrinkRun(subject, schedule, options);
  for (let smaller: ShrunkRun | undefined = best; smaller !== undefined;) {
    best = smaller;
    smaller = undefined;
    for (const { make } of best.subject.simpler()) {
      if (isSpent(options.effort)) break;
      const found = findIn(make(), best, options, again);
      smaller = found === undefined ? undefined : shrinkRun(found.subject, found.schedule, options);
      if (smaller !== undefined) break;
    }
  }
  return best;
};
