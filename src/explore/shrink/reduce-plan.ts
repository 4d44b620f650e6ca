/**
 * The smallest plan that breaks in the same way: the fewest faults, the fewest holds, each let go as early as can be, and each fault as early. 1-minimal: no
 * fault and no hold can be left out, no hold can end and no fault can come one step earlier.
 */
import type { Verdict } from '../judge.ts';
import type { Candidates } from './candidates.ts';
import { occurrencesIn } from './hold-plan.ts';
import type { Hold, HoldPlan, Occurrence, PlannedFault } from './hold-plan.ts';
import { minimiseList } from './minimise-list.ts';

export interface Reduced {
  readonly plan: HoldPlan;
  readonly verdict: Verdict;
}

type Keeps = (plan: HoldPlan) => boolean;

/** Nothing in the run after this can be held: holds up to the shortest prefix that still breaks it, found by halving. */
const shortestPrefix = (plan: HoldPlan, keeps: Keeps): void => {
  let [low, high] = [0, plan.holds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keeps({ ...plan, holds: plan.holds.slice(0, middle) })) high = middle;
    else low = middle + 1;
  }
};

/** The last that was kept is the smallest: so it is when the effort is spent on the way. */
const withFewest = (candidates: Candidates, start: Reduced): Reduced => {
  let best = start;
  const keeps: Keeps = (plan) => {
    const verdict = candidates.run(plan);
    if (verdict !== undefined) best = { plan, verdict };
    return verdict !== undefined;
  };
  const { plan } = start;
  const bold: readonly HoldPlan[] = [{ ...plan, holds: [], faults: [] }, { ...plan, holds: [] }, { ...plan, faults: [] }];
  bold.find(keeps);
  minimiseList(best.plan.faults, (faults: readonly PlannedFault[]) => keeps({ ...best.plan, faults }));
  if (best.plan.holds.length > 8) shortestPrefix(best.plan, keeps);
  minimiseList(best.plan.holds, (holds: readonly Hold[]) => keeps({ ...best.plan, holds }));
  return best;
};

const isSame = (one: Occurrence, other: Occurrence): boolean => one.name === other.name && one.n === other.n;

const withUntil = (plan: HoldPlan, index: number, after: Occurrence): HoldPlan =>
  ({ ...plan, holds: plan.holds.map((hold, i): Hold => (i === index ? { held: hold.held, until: { kind: 'step', after } } : hold)) });

/** The earliest step of the run after which the held one may be let go with the property still breaking: found by halving, so that one step earlier it passes. */
const shortenHold = (candidates: Candidates, { plan, verdict }: Reduced, index: number): Reduced => {
  const { held, until } = plan.holds[index] as Hold;
  const taken = occurrencesIn(verdict.schedule);
  const end = until.kind === 'step' ? taken.findIndex((one) => isSame(one, until.after)) : taken.findIndex((one) => isSame(one, held));
  const before = (end < 0 ? taken : taken.slice(0, end)).filter(({ name }) => name !== held.name);
  let [low, high] = [0, before.length];
  let best: Reduced = { plan, verdict };
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = withUntil(plan, index, before[middle] as Occurrence);
    const found = candidates.run(candidate);
    if (found === undefined) low = middle + 1;
    else {
      best = { plan: candidate, verdict: found };
      high = middle;
    }
  }
  return best;
};

const sooner = (fault: PlannedFault, by: number): PlannedFault =>
  ({ steps: fault.steps.map((one) => (one.until.kind === 'position' ? { ...one, until: { ...one.until, at: Math.max(0, one.until.at - by) } } : one)) });

/** As early in the run as the fault, with what mends it as long after it as it was, may come for the property still to break: at the very beginning, or else found by halving. */
const hastenFault = (candidates: Candidates, start: Reduced, index: number): Reduced => {
  let best = start;
  const fault = start.plan.faults[index] as PlannedFault;
  const until = fault.steps[0]?.until;
  const comesAt = (at: number, last: number): boolean => {
    const plan = { ...start.plan, faults: start.plan.faults.map((one, i) => (i === index ? sooner(fault, last - at) : one)) };
    const verdict = candidates.run(plan);
    if (verdict !== undefined) best = { plan, verdict };
    return verdict !== undefined;
  };
  if (until?.kind !== 'position' || until.at === 0 || comesAt(0, until.at)) return best;
  let [low, high] = [1, until.at];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comesAt(middle, until.at)) high = middle;
    else low = middle + 1;
  }
  return best;
};

const isSamePlan = (one: HoldPlan, other: HoldPlan): boolean => one.holds.length === other.holds.length && one.faults.length === other.faults.length;

/** With shorter holds fewer may do, and the other way round. */
const MOST_ROUNDS = 4;

/** Undefined when the plan itself does not break in this way. */
export const reducePlan = (candidates: Candidates, plan: HoldPlan): Reduced | undefined => {
  const verdict = candidates.run(plan);
  if (verdict === undefined) return undefined;
  let best: Reduced = { plan, verdict };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const fewest = withFewest(candidates, best);
    if (round > 0 && isSamePlan(fewest.plan, best.plan)) return best;
    best = fewest;
    for (let index = best.plan.holds.length - 1; index >= 0; index -= 1) best = shortenHold(candidates, best, index);
    for (let index = 0; index < best.plan.faults.length; index += 1) best = hastenFault(candidates, best, index);
  }
  return best;
};
