/**
 * A schedule said by what makes it unlike the default order: which messages and timers were held back, until when, and which faults happened.
 *
 * The default is the oldest message first, and time passes when no message is left. Only what others have overtaken is held, so a run near the default is
 * few holds. Steps are named by their chain and their place in it (the third message of a link), so that what is said of one still makes sense
 * when others have been left out.
 */
import { compareNumbers } from '../../base/order.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Pilot } from '../pilot.ts';
import { isMending, marksOf } from '../faults/episode.ts';
import { menderOf } from './mender.ts';
import { isOffered } from './lawful-list.ts';
import { nameOf } from './step-name.ts';

/** The nth step (from 1) by this name since the run's beginning. */
export interface Occurrence {
  readonly name: string;
  readonly n: number;
}

export type Until =
  /** All steps of the plan's trace before this position have been taken. */
  | { readonly kind: 'position'; readonly at: number }
  /** That one step has been taken. */
  | { readonly kind: 'step'; readonly after: Occurrence };

export interface Hold {
  readonly held: Occurrence;
  readonly until: Until;
}

export interface PlannedStep {
  readonly step: Step;
  readonly until: Until;
  /** Its place among the faults of the run: of two that are due at once, the earlier goes first. */
  readonly order: number;
}

/** A fault and what mends it; or a step that was taken though it was not offered. */
export interface PlannedFault {
  readonly steps: readonly PlannedStep[];
}

export interface HoldPlan {
  /** The deliveries and firings of the run that the plan was read off. */
  readonly trace: readonly Occurrence[];
  readonly holds: readonly Hold[];
  readonly faults: readonly PlannedFault[];
}

/** The steps of a schedule that have a name, each as an occurrence. */
export const occurrencesIn = (schedule: readonly Step[]): readonly Occurrence[] => {
  const counts = new Map<string, number>();
  return schedule.flatMap((step) => {
    const name = nameOf(step);
    if (name === undefined) return [];
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return [{ name, n }];
  });
};

/** By occurrence: its position in the trace. */
const positionsOf = (trace: readonly Occurrence[]): ReadonlyMap<string, number> => new Map(trace.map((one, at) => [keyOf(one), at]));

/** Gathers faults, each with what mends it. */
const newFaultLog = (): { readonly add: (step: Step, position: number) => void; readonly faults: () => readonly PlannedFault[] } => {
  const faults: PlannedStep[][] = [];
  const open = new Map<string, PlannedStep[]>();
  let order = 0;
  return {
    add: (step, position) => {
      const planned: PlannedStep = { step, until: { kind: 'position', at: position }, order };
      order += 1;
      const { begins, ends } = marksOf(step);
      const episode = ends === undefined ? undefined : open.get(ends);
      if (ends !== undefined) open.delete(ends);
      if (episode !== undefined) {
        episode.push(planned);
        return;
      }
      const begun = [planned];
      faults.push(begun);
      if (begins !== undefined) open.set(begins, begun);
    },
    faults: () => faults.map((steps) => ({ steps })),
  };
};

/** Reads a schedule, which has to be one of `world`, from its beginning: `holdPilot` repeats it exactly. `world` is moved along it. */
export const readHoldPlan = (world: World, schedule: readonly Step[]): HoldPlan => {
  const trace = occurrencesIn(schedule);
  const positions = positionsOf(trace);
  const faults = newFaultLog();
  const counts = new Map<string, number>();
  /** By name: until which position of the trace it waits. */
  const waiting = new Map<string, number>();
  const holds: Hold[] = [];
  let position = 0;
  const isFree = (step: Step): boolean => (waiting.get(nameOf(step) as string) ?? 0) <= position;
  const hold = (name: string): void => {
    const held = { name, n: (counts.get(name) ?? 0) + 1 };
    const until = positions.get(keyOf(held)) ?? trace.length;
    holds.push({ held, until: { kind: 'position', at: until } });
    waiting.set(name, until);
  };
  const offered = world.offered();
  for (const step of schedule) {
    const name = nameOf(step);
    if (name === undefined) faults.add(step, position);
    else {
      if (!isOffered(world, step)) faults.add(step, position);
      else for (let usual = offered.oldestWhere(isFree); usual !== undefined && nameOf(usual) !== name; usual = offered.oldestWhere(isFree)) hold(nameOf(usual) as string);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      position += 1;
    }
    world.advance(step);
  }
  return { trace, holds, faults: faults.faults() };
};

const keyOf = ({ name, n }: Occurrence): string => `${name} #${n}`;

/** Which steps of the trace have been taken; the first that has not is the frontier. */
interface Progress {
  readonly countOf: (name: string) => number;
  readonly take: (name: string) => void;
  readonly isPast: (until: Until) => boolean;
  /** Stops waiting for what comes before this position: it will not come. */
  readonly giveUpTo: (at: number) => void;
}

const progressOf = (trace: readonly Occurrence[]): Progress => {
  const counts = new Map<string, number>();
  const countOf = (name: string): number => counts.get(name) ?? 0;
  let frontier = 0;
  const advance = (): void => {
    for (let next = trace[frontier]; next !== undefined && countOf(next.name) >= next.n; next = trace[frontier]) frontier += 1;
  };
  return {
    countOf,
    take: (name) => {
      counts.set(name, countOf(name) + 1);
      advance();
    },
    isPast: (until) => (until.kind === 'position' ? frontier >= until.at : countOf(until.after.name) >= until.after.n),
    giveUpTo: (at) => {
      frontier = Math.max(frontier, at);
      advance();
    },
  };
};

/** By name, then by n. */
const chainsOf = (holds: readonly Hold[]): Map<string, Map<number, Until>> => {
  const chains = new Map<string, Map<number, Until>>();
  for (const { held: { name, n }, until } of holds) {
    const chain = chains.get(name);
    if (chain === undefined) chains.set(name, new Map([[n, until]]));
    else chain.set(n, until);
  }
  return chains;
};

/** Clocks are mended by being set once more. */
const isSetRight = (step: Step): boolean => step.kind === 'skew' && step.rate === 1;

/**
 * Follows a plan. A held message waits while anything else can go on within the lag bound; when nothing can, the oldest is let go all the same.
 * So every plan is a legal run, and only what the run did is kept of it. Once calm, whatever a fault has broken is mended, planned or not.
 */
export const holdPilot = (world: World, plan: HoldPlan): Pilot => {
  const offered = world.offered();
  const progress = progressOf(plan.trace);
  const chains = chainsOf(plan.holds);
  const mender = menderOf(world);
  let waiting: readonly Hold[] = plan.holds;
  let faults = plan.faults.flatMap(({ steps }) => steps).sort((a, b) => compareNumbers(a.order, b.order));
  let isCalm = faults.length === 0;
  const untilOf = (step: Step): Until | undefined => {
    const name = nameOf(step) as string;
    return chains.get(name)?.get(progress.countOf(name) + 1);
  };
  const isFree = (step: Step): boolean => {
    const until = untilOf(step);
    return until === undefined || progress.isPast(until);
  };
  const nextFault = (): Step | undefined => {
    const due = faults.find(({ until }) => isCalm || progress.isPast(until));
    if (due === undefined) return undefined;
    faults = faults.filter((one) => one !== due);
    return world.canTake(due.step) ? due.step : nextFault();
  };
  const letGo = (step: Step | undefined): Step | undefined => {
    const until = step === undefined ? undefined : untilOf(step);
    if (until?.kind === 'position') progress.giveUpTo(until.at);
    return step;
  };
  const isWaiting = ({ held: { name, n }, until }: Hold): boolean => progress.countOf(name) < n && !progress.isPast(until);
  return {
    next: () => {
      const fault = (faults.length === 0 ? undefined : nextFault()) ?? (isCalm ? mender.next() : undefined);
      if (fault !== undefined) return fault;
      if (chains.size === 0) return offered.oldest();
      const oldest = offered.oldest();
      return oldest === undefined || isFree(oldest) ? oldest : offered.oldestWhere(isFree) ?? letGo(oldest);
    },
    taken: (step) => {
      mender.see(step);
      const name = nameOf(step);
      if (name !== undefined) progress.take(name);
    },
    calm: () => {
      isCalm = true;
      faults = faults.filter(({ step }) => isMending(step) || isSetRight(step));
    },
    isCalm: () => faults.length === 0 && mender.isWhole(),
    isFair: () => {
      if (faults.length > 0 || !mender.isWhole()) return false;
      if (waiting.length > 0 && !isWaiting(waiting[0] as Hold)) waiting = waiting.filter(isWaiting);
      return waiting.length === 0;
    },
  };
};
