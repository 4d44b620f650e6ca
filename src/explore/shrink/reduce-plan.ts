/**
 * The smallest plan that breaks in the same way: the fewest faults, the fewest holds, each let go as early as can be. 1-minimal: no fault and no hold can
 * be left out, and no hold can end one step earlier.
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

/** Nothing in the run after this can be held: holds up to the shortest prefix that still breaks it, found by halving. */
const shortestPrefix = (candidates: Candidates, plan: HoldPlan): HoldPlan => {
  let [low, high] = [0, plan.holds.length];
  const prefix = (length: number): HoldPlan => ({ ...plan, holds: plan.holds.slice(0, length) });
  while (low < high) {
    const middle = (low + high) >> 1;
    if (candidates.run(prefix(middle)) !== undefined) high = middle;
    else low = middle + 1;
  }
  return prefix(high);
};

const withFewest = (candidates: Candidates, plan: HoldPlan): HoldPlan => {
  const keeps = (candidate: HoldPlan): boolean => candidates.run(candidate) !== undefined;
  const bold: readonly HoldPlan[] = [{ ...plan, holds: [], faults: [] }, { ...plan, holds: [] }, { ...plan, faults: [] }];
  let current = bold.find(keeps) ?? plan;
  current = { ...current, faults: minimiseList(current.faults, (faults: readonly PlannedFault[]) => keeps({ ...current, faults })) };
  if (current.holds.length > 8) current = shortestPrefix(candidates, current);
  return { ...current, holds: minimiseList(current.holds, (holds: readonly Hold[]) => keeps({ ...current, holds })) };
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

const isSamePlan = (one: HoldPlan, other: HoldPlan): boolean => one.holds.length === other.holds.length && one.faults.length === other.faults.length;

/** With shorter holds fewer may do, and the other way round. */
const MOST_ROUNDS = 4;

/** Undefined when the plan itself does not break in this way. */
export const reducePlan = (candidates: Candidates, plan: HoldPlan): Reduced | undefined => {
  const verdict = candidates.run(plan);
  if (verdict === undefined) return undefined;
  let best: Reduced = { plan, verdict };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const fewest = withFewest(candidates, best.plan);
    const again = isSamePlan(fewest, best.plan) ? best.verdict : candidates.run(fewest);
    if (again === undefined || (round > 0 && isSamePlan(fewest, best.plan))) return best;
    best = { plan: fewest, verdict: again };
    for (let index = best.plan.holds.length - 1; index >= 0; index -= 1) best = shortenHold(candidates, best, index);
  }
  return best;
};
