/**
 * Shrinks a failing run of one subject: first the faults, then what is held back, then how long it is held. Every candidate is run and judged, and
 * counts only if the same property breaks with the same signature; what is kept is the schedule that the run took, which is then followed strictly.
 */
import type { Step } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import type { FoundViolation, Verdict } from '../judge.ts';
import { schedulePilot } from '../pilot.ts';
import type { Subject } from '../subject.ts';
import { holdPilot, nameOf, readHoldPlan } from './hold-plan.ts';
import type { Hold, HoldPlan, Occurrence, PlannedFault } from './hold-plan.ts';
import { findCriticalPair } from './critical-pair.ts';
import type { CriticalPair } from './critical-pair.ts';
import { minimiseList } from './minimise-list.ts';
import { shrinkSteps } from './shrink-steps.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface ShrunkRun {
  readonly subject: Subject;
  readonly violation: FoundViolation;
  /** Of the whole run, to the violating step or the run's end. */
  readonly schedule: readonly Step[];
  /** So many of its steps make the failure; from there on the oldest message goes first. */
  readonly matters: number;
  readonly holds: readonly Hold[];
  readonly faults: number;
  readonly criticalPair: CriticalPair | undefined;
  /** False when the budget was spent before nothing more could be left out. */
  readonly isMinimal: boolean;
}

interface Judge {
  readonly run: (plan: HoldPlan) => Verdict | undefined;
}

const judgeOf = (subject: Subject, { property, signature, budget, effort }: ShrinkOptions): Judge => ({
  run: (plan) => {
    if (isSpent(effort)) return undefined;
    const verdict = judgeRun(subject, (world) => holdPilot(world, plan), [property], { budget });
    spend(effort, verdict.schedule.length);
    return verdict.violation?.signature === signature ? verdict : undefined;
  },
});

/** Nothing in the run after this can be held: holds up to the shortest prefix that still breaks it, found by halving. */
const shortestPrefix = (judge: Judge, plan: HoldPlan): HoldPlan => {
  let [low, high] = [0, plan.holds.length];
  const prefix = (length: number): HoldPlan => ({ ...plan, holds: plan.holds.slice(0, length) });
  while (low < high) {
    const middle = (low + high) >> 1;
    if (judge.run(prefix(middle)) !== undefined) high = middle;
    else low = middle + 1;
  }
  return prefix(high);
};

const withFewest = (judge: Judge, plan: HoldPlan): HoldPlan => {
  const keeps = (candidate: HoldPlan): boolean => judge.run(candidate) !== undefined;
  const freed = { ...plan, holdsRest: false };
  const bare = { ...freed, holds: [] };
  let current = keeps(bare) ? bare : keeps(freed) ? freed : plan;
  current = { ...current, faults: minimiseList(current.faults, (faults: readonly PlannedFault[]) => keeps({ ...current, faults })) };
  if (current.holds.length > 8) current = shortestPrefix(judge, current);
  current = { ...current, holds: minimiseList(current.holds, (holds: readonly Hold[]) => keeps({ ...current, holds })) };
  if (current.holdsRest && keeps({ ...current, holdsRest: false })) current = { ...current, holdsRest: false };
  return { ...current, faults: minimiseList(current.faults, (faults: readonly PlannedFault[]) => keeps({ ...current, faults })) };
};

/** Every step of a schedule by name and place; faults are left out. */
const occurrences = (schedule: readonly Step[]): readonly { readonly at: number; readonly occurrence: Occurrence }[] => {
  const counts = new Map<string, number>();
  return schedule.flatMap((step, i) => {
    const name = nameOf(step);
    if (name === undefined) return [];
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return [{ at: i + 1, occurrence: { name, n } }];
  });
};

const positionIn = (schedule: readonly Step[], { name, n }: Occurrence): number =>
  occurrences(schedule).find(({ occurrence }) => occurrence.name === name && occurrence.n === n)?.at ?? -1;

interface Shortened { readonly plan: HoldPlan; readonly verdict: Verdict; readonly after: Occurrence | undefined }

/** The earliest step of the run after which the held one may be let go with the property still breaking: found by halving, so that one step earlier it passes. */
const shortenHold = (judge: Judge, plan: HoldPlan, verdict: Verdict, index: number): Shortened => {
  const hold = plan.holds[index] as Hold;
  const end = positionIn(verdict.schedule, hold.held);
  const before = occurrences(verdict.schedule).filter(({ at, occurrence }) => (end < 0 || at < end) && occurrence.name !== hold.held.name);
  const letGoAfter = (i: number): HoldPlan => ({
    ...plan, holds: plan.holds.map((one, at): Hold => (at === index ? { held: hold.held, until: { kind: 'step', after: (before[i] as { occurrence: Occurrence }).occurrence } } : one)),
  });
  let [low, high] = [0, before.length];
  let best: Shortened = { plan, verdict, after: undefined };
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = letGoAfter(middle);
    const found = judge.run(candidate);
    if (found === undefined) low = middle + 1;
    else {
      best = { plan: candidate, verdict: found, after: before[middle]?.occurrence };
      high = middle;
    }
  }
  return best;
};

/** The last step that is not the default's: held steps, what they wait for, and faults. */
const lastThatMatters = (schedule: readonly Step[], holds: readonly Hold[]): number => {
  const held = holds.map(({ held: one }) => positionIn(schedule, one));
  const faults = schedule.map((step, i) => (nameOf(step) === undefined ? i + 1 : 0));
  return Math.max(0, ...held, ...faults);
};

const endOf = (verdict: Verdict, holds: readonly Hold[]): number =>
  (verdict.outcome === 'violated' ? verdict.schedule.length : lastThatMatters(verdict.schedule, holds));

/** Undefined when the failure does not show again along its own schedule, which is nondeterminism or a wrong subject. */
export const shrinkRun = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions): ShrunkRun | undefined => {
  const judge = judgeOf(subject, options);
  const full = readHoldPlan(schedule);
  if (judge.run(full) === undefined) return undefined;
  let plan = withFewest(judge, full);
  let verdict = judge.run(plan);
  for (let index = plan.holds.length - 1; index >= 0 && verdict !== undefined; index -= 1) ({ plan, verdict } = shortenHold(judge, plan, verdict, index));
  return finish(subject, plan, options);
};

const finish = (subject: Subject, plan: HoldPlan, options: ShrinkOptions): ShrunkRun | undefined => {
  const { property, signature, budget } = options;
  const held = judgeRun(subject, (world) => holdPilot(world, plan), [property], { budget });
  if (held.violation?.signature !== signature) return undefined;
  const late = new Set(plan.holds.map((hold) => hold.held.name));
  const matters = endOf(held, plan.holds);
  const pair = findCriticalPair(subject, held.schedule.slice(0, matters), late, options);
  const { schedule, isMinimal } = shrinkSteps(subject, held.schedule, matters, options, pair);
  const verdict = judgeRun(subject, (world) => schedulePilot(world, schedule), [property], { budget });
  if (verdict.violation?.signature !== signature) return undefined;
  return {
    subject, violation: verdict.violation, schedule: verdict.schedule, matters: schedule.length, holds: plan.holds, faults: plan.faults.length,
    criticalPair: findCriticalPair(subject, schedule, late, options), isMinimal,
  };
};
