/**
 * A schedule said by what makes it unlike the default order: which messages and timers were held back, until when, and which faults happened.
 *
 * The default is the oldest message first, and time passes when no message is left. Steps are named by their chain and their place in it (the third
 * message of a link), so that what is said of one still makes sense when others have been left out.
 */
import { compareNumbers, compareStrings } from '../../base/order.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Pilot } from '../pilot.ts';

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

/** A fault and what mends it. */
export interface PlannedFault {
  readonly steps: readonly PlannedStep[];
}

export interface HoldPlan {
  /** The deliveries and firings of the run that the plan was read off. */
  readonly trace: readonly Occurrence[];
  readonly holds: readonly Hold[];
  /** Whether steps that are not in the trace wait until all of it has been taken. */
  readonly holdsRest: boolean;
  readonly faults: readonly PlannedFault[];
}

const deliverNames = new WeakMap<Step, string>();

/** Undefined for faults. */
export const nameOf = (step: Step): string | undefined => {
  if (step.kind === 'fire') return `fire ${step.actor} ${step.key}`;
  if (step.kind !== 'deliver') return undefined;
  const known = deliverNames.get(step);
  if (known !== undefined) return known;
  const name = `${step.from} > ${step.to} ${step.channel}`;
  deliverNames.set(step, name);
  return name;
};

/** What would mend it, as a key; undefined for what nothing mends. */
const mendingKey = (step: Step): string | undefined => {
  switch (step.kind) {
    case 'crash': return `crash ${step.actor}`;
    case 'cut': return `cut ${step.a} ${step.b}`;
    case 'skew': return `skew ${step.actor}`;
    default: return undefined;
  }
};

const mendedKey = (step: Step): string | undefined => {
  switch (step.kind) {
    case 'restart': return `crash ${step.actor}`;
    case 'heal': return `cut ${step.a} ${step.b}`;
    case 'skew': return `skew ${step.actor}`;
    default: return undefined;
  }
};

type FaultSteps = PlannedStep[];

/** Reads a schedule: every step is held until all before it have been taken, which repeats the run exactly. */
export const readHoldPlan = (schedule: readonly Step[]): HoldPlan => {
  const counts = new Map<string, number>();
  const trace: Occurrence[] = [];
  const faults: FaultSteps[] = [];
  const open = new Map<string, FaultSteps>();
  let order = 0;
  for (const step of schedule) {
    const name = nameOf(step);
    if (name !== undefined) {
      const n = (counts.get(name) ?? 0) + 1;
      counts.set(name, n);
      trace.push({ name, n });
      continue;
    }
    const planned: PlannedStep = { step, until: { kind: 'position', at: trace.length }, order };
    order += 1;
    const mends = mendedKey(step);
    const episode = mends === undefined ? undefined : open.get(mends);
    const opens = mendingKey(step);
    if (episode !== undefined) {
      episode.push(planned);
      open.delete(mends as string);
    } else {
      const begun = [planned];
      faults.push(begun);
      if (opens !== undefined) open.set(opens, begun);
    }
  }
  const holds = trace.map((held, at): Hold => ({ held, until: { kind: 'position', at } }));
  return { trace, holds, holdsRest: true, faults: faults.map((steps) => ({ steps })) };
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

/** The heads of the links, oldest first by the step that sent them. */
const headsByAge = (world: World): readonly Step[] => {
  const heads = new Map<string, { readonly step: Step; readonly cause: number }>();
  for (const { from, to, channel, cause } of world.undelivered()) {
    const step: Step = { kind: 'deliver', from, to, channel };
    const name = nameOf(step) as string;
    if (!heads.has(name)) heads.set(name, { step, cause });
  }
  return [...heads].sort(([a, { cause: one }], [b, { cause: other }]) => one - other || compareStrings(a, b)).map(([, { step }]) => step);
};

/**
 * Follows a plan. A held message waits while anything else can go on within the lag bound; when nothing can, the oldest is let go all the same.
 * So every plan is a legal run, and only what the run did is kept of it.
 */
export const holdPilot = (world: World, plan: HoldPlan): Pilot => {
  const offered = world.offered();
  const progress = progressOf(plan.trace);
  const holds = new Map(plan.holds.map((hold) => [keyOf(hold.held), hold.until]));
  const traced = new Map(plan.trace.map(({ name, n }) => [name, n]));
  let faults = plan.faults.flatMap(({ steps }) => steps).sort((a, b) => compareNumbers(a.order, b.order));
  let isCalm = faults.length === 0;
  const untilOf = (step: Step): Until | undefined => {
    const name = nameOf(step) as string;
    const n = progress.countOf(name) + 1;
    const isRest = plan.holdsRest && n > (traced.get(name) ?? 0);
    return isRest ? { kind: 'position', at: plan.trace.length } : holds.get(keyOf({ name, n }));
  };
  const isFree = (step: Step): boolean => {
    if (holds.size === 0 && !plan.holdsRest) return true;
    const until = untilOf(step);
    return until === undefined || progress.isPast(until);
  };
  const nextFault = (): Step | undefined => {
    const due = faults.find(({ until }) => isCalm || progress.isPast(until));
    if (due === undefined) return undefined;
    faults = faults.filter((one) => one !== due);
    // Once calm, only what mends is taken.
    const isWanted = !isCalm || due.step.kind === 'restart' || due.step.kind === 'heal';
    return isWanted && world.canTake(due.step) ? due.step : nextFault();
  };
  const freeTimer = (): Step | undefined => {
    const { count } = offered;
    for (let i = 0; i < count; i += 1) {
      const step = offered.at(i);
      if (step.kind === 'fire' && isFree(step)) return step;
    }
    return undefined;
  };
  const letGo = (step: Step | undefined): Step | undefined => {
    const until = step === undefined ? undefined : untilOf(step);
    if (until?.kind === 'position') progress.giveUpTo(until.at);
    return step;
  };
  return {
    next: () => {
      const fault = faults.length === 0 ? undefined : nextFault();
      if (fault !== undefined) return fault;
      const oldest = offered.oldest();
      if (oldest === undefined || isFree(oldest)) return oldest;
      return headsByAge(world).find(isFree) ?? freeTimer() ?? letGo(offered.oldest());
    },
    taken: (step) => {
      const name = nameOf(step);
      if (name !== undefined) progress.take(name);
    },
    calm: () => { isCalm = true; },
    isCalm: () => faults.length === 0,
  };
};
