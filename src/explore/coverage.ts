/**
 * What the runs have reached, in three measures. Situations: (kind of actor, class of input). States: (kind of actor, statechart, state, event), read
 * off the charts as they are driven. Orders: two inputs that one actor was given one right after the other, by class; these are the edges of the
 * run's happens-before relation that the schedule decides, with names left out.
 * Ref: orders, as the reads-from pairs of D. Wolff et al., "Greybox Fuzzing for Concurrency Testing" (ASPLOS 2024), for messages.
 */
import { compareStrings } from '../base/order.ts';
import type { Firing } from '../kernel/statechart/firings.ts';
import type { Step, StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';

/** Names and numbers of single objects are left out: `kubelet/node-1` counts as `kubelet`, `bind/7` as `bind/#`. */
const kindOf = (actor: string): string => actor.split('/', 1)[0] as string;
const classOf = (channel: string): string => channel.replace(/\/\d+$/, '/#');
/** Uids and ids of containers are hexadecimal: their letters are as much of a single object as their digits. */
const timerClass = (key: string): string => key.split(/[\s/:]/, 2).join('/').replace(/\b(?=[a-f-]*\d)[0-9a-f-]{8,}\b/g, '#').replace(/\d+/g, '#');

const situation = (step: Step): string => {
  switch (step.kind) {
    case 'deliver': return `${kindOf(step.to)} ${classOf(step.channel)} from ${kindOf(step.from)}`;
    case 'fire': return `${kindOf(step.actor)} timer ${timerClass(step.key)}`;
    case 'inject': return `${kindOf(step.to)} inject`;
    case 'reset': return `reset ${classOf(step.channel)}`;
    case 'cut': return `cut ${kindOf(step.a)} ${kindOf(step.b)}`;
    case 'heal': return `heal ${kindOf(step.a)} ${kindOf(step.b)}`;
    default: return `${step.kind} ${kindOf(step.actor)}`;
  }
};

export const coverageKinds = ['situation', 'state', 'order'] as const;
export type CoverageKind = (typeof coverageKinds)[number];

/** One thing that was reached, in words: its kind, then what. The same in every process. */
export type Reached = `${CoverageKind} ${string}`;

export const kindOfReached = (reached: string): CoverageKind => reached.slice(0, reached.indexOf(' ')) as CoverageKind;

const chartWords = ({ chart, state, event }: Firing): string => `${chart} ${state} ${event}`;

/** Of a state that was reached: chart, state and event, whichever actor's. */
export const chartPartOf = (reached: string): string => reached.split(' ').slice(2).join(' ');

export interface Coverage {
  /** A new run: what an actor is given first follows nothing. */
  readonly begin: () => void;
  /** What the charts were shown is appended here and taken off it after every step. */
  readonly log: Firing[];
  readonly see: (record: StepRecord) => void;
  /** What was seen for the first time since this was last asked, in byte order. */
  readonly fresh: () => readonly Reached[];
}

/** Classes of inputs by number. Why: most steps are of a class that is known, and an order is looked up as one number. */
interface Classes {
  readonly of: (step: Step) => number;
  readonly nameOf: (number: number) => string;
}

const MAX_TIMERS = 10_000;
const MAX_CLASSES = 2 ** 20;

const newClasses = (): Classes => {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  // A link's step is one object for good, a timer's is made anew whenever it is armed.
  const byLink = new WeakMap<Step, number>();
  const byTimer = new Map<ActorId, Map<string, number>>();
  let timers = 0;
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, names.length);
    return names.push(name) - 1;
  };
  const ofTimer = (step: Step & { readonly kind: 'fire' }): number => {
    let keys = byTimer.get(step.actor);
    if (keys === undefined || timers > MAX_TIMERS) {
      if (timers > MAX_TIMERS) byTimer.clear();
      timers = 0;
      byTimer.set(step.actor, keys = new Map());
    }
    let number = keys.get(step.key);
    if (number === undefined) {
      timers += 1;
      keys.set(step.key, number = numberOf(situation(step)));
    }
    return number;
  };
  return {
    of: (step) => {
      if (step.kind === 'fire') return ofTimer(step);
      let number = byLink.get(step);
      if (number === undefined) byLink.set(step, number = numberOf(situation(step)));
      return number;
    },
    nameOf: (number) => names[number] as string,
  };
};

/** What no run before has shown, as it is found. */
interface Ledger {
  readonly situation: (number: number) => void;
  readonly firing: (actor: ActorId, firing: Firing) => void;
  readonly order: (before: number, after: number) => void;
}

const newLedger = (classes: Classes, found: (reached: Reached) => void): Ledger => {
  const situations = new Set<number>();
  const orders = new Set<number>();
  const firingsOf = new Map<ActorId, Set<Firing>>();
  const states = new Set<Reached>();
  const firstSight = (actor: ActorId, firing: Firing, seen: Set<Firing>): void => {
    seen.add(firing);
    const reached: Reached = `state ${kindOf(actor)} ${chartWords(firing)}`;
    if (states.has(reached)) return;
    states.add(reached);
    found(reached);
  };
  return {
    situation: (number) => {
      if (situations.has(number)) return;
      situations.add(number);
      found(`situation ${classes.nameOf(number)}`);
    },
    firing: (actor, firing) => {
      let seen = firingsOf.get(actor);
      if (seen === undefined) firingsOf.set(actor, seen = new Set());
      if (!seen.has(firing)) firstSight(actor, firing, seen);
    },
    order: (before, after) => {
      const key = before * MAX_CLASSES + after;
      if (orders.has(key)) return;
      orders.add(key);
      found(`order ${classes.nameOf(before)} | ${classes.nameOf(after)}`);
    },
  };
};

export const newCoverage = (): Coverage => {
  let fresh: Reached[] = [];
  const classes = newClasses();
  const ledger = newLedger(classes, (reached) => { fresh.push(reached); });
  const last = new Map<ActorId, number>();
  const log: Firing[] = [];
  return {
    log,
    begin: () => {
      last.clear();
      log.length = 0;
    },
    see: ({ step, actor }) => {
      const number = classes.of(step);
      ledger.situation(number);
      if (actor === undefined) return;
      const before = last.get(actor);
      last.set(actor, number);
      if (before !== undefined) ledger.order(before, number);
      for (const firing of log) ledger.firing(actor, firing);
      log.length = 0;
    },
    fresh: () => {
      const since = fresh.sort(compareStrings);
      fresh = [];
      return since;
    },
  };
};

/** How much was reached: `known` is how many states with their events the charts have, undefined where they are not known. */
export interface CoverageSummary {
  readonly situations: number;
  /** (kind of actor, statechart, state, event). */
  readonly states: number;
  /** (statechart, state, event), whichever actor's: comparable with `known`. */
  readonly charts: number;
  readonly known: number | undefined;
  readonly orders: number;
  /** After 1, 2, 4, 8... schedules, how much was reached in all: where it stops growing, more of the same schedules will find little. */
  readonly growth: readonly { readonly schedules: number; readonly reached: number }[];
  /** The schedule, counted from 1, that last reached something new; 0 for none. */
  readonly lastNew: number;
}

export interface CoverageTally {
  /** In the order of the runs. Answers with what is new, by kind. */
  readonly add: (reached: readonly string[]) => Readonly<Record<CoverageKind, number>>;
  readonly summary: () => CoverageSummary;
}

/** `charts`: all that the charts can do, where they are known. */
export const newCoverageTally = (charts: readonly Firing[] = []): CoverageTally => {
  const known = new Set(charts.map(chartWords));
  const seen = new Set<string>();
  const parts = new Set<string>();
  const counts: Record<CoverageKind, number> = { situation: 0, state: 0, order: 0 };
  const growth: { schedules: number; reached: number }[] = [];
  let [schedules, lastNew] = [0, 0];
  const addOne = (one: string, added: Record<CoverageKind, number>): void => {
    if (seen.has(one)) return;
    seen.add(one);
    const kind = kindOfReached(one);
    added[kind] += 1;
    counts[kind] += 1;
    if (kind === 'state') parts.add(chartPartOf(one));
  };
  return {
    add: (reached) => {
      const added = { situation: 0, state: 0, order: 0 };
      schedules += 1;
      for (const one of reached) addOne(one, added);
      if (added.situation + added.state + added.order > 0) lastNew = schedules;
      if ((schedules & (schedules - 1)) === 0) growth.push({ schedules, reached: seen.size });
      return added;
    },
    summary: () => ({
      situations: counts.situation, states: counts.state, orders: counts.order, charts: parts.size, known: known.size === 0 ? undefined : known.size, growth: [...growth], lastNew,
    }),
  };
};
