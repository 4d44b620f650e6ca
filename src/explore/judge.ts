/**
 * Judges one run: every property watches every step; the first violation ends the run. When faults have stopped and writers are quiet, what must hold
 * in the end is asked for, as *eventually stable reconciliation*: desired leads to matched, and stays.
 *
 * Hence a run that is settled goes on in the fair order for `stayMs` of simulated time, and counts as settled only if it is so at every moment of it at
 * which nothing is under way; then `eventually` is judged. It need not go on where nothing has broken and nothing but heartbeats is due so long.
 *
 * A run that does not settle ends when it is known that it never will: nothing is left to take, nothing will change, or it goes round in a lasso (in which
 * case what must hold in the end must hold all the way round); or when its budget is spent.
 * That nothing will change is believed in the fair order alone: a chooser that lets each message lag as long as it may can keep every request from being
 * answered in time.
 *
 * Ref: Sun et al., "Anvil: Verifying Liveness of Cluster Management Controllers" (OSDI 2024), eventually stable reconciliation
 */
import type { Step, StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import { checkProperties } from '../properties/check-properties.ts';
import type { PropertyChecker } from '../properties/check-properties.ts';
import type { Property, Violation } from '../properties/property.ts';
import { describeLasso, watchRecurrence } from './lasso.ts';
import type { Lasso, RecurrenceWatch } from './lasso.ts';
import type { Pilot } from './pilot.ts';
import type { Ending, Subject } from './subject.ts';

export interface RunBudget {
  readonly maxSteps: number;
  /** Of simulated time. */
  readonly maxMs: number;
  /** How long a settled run has to stay so; `STAY_MS` when absent. */
  readonly stayMs?: number;
}

/** So long that every retry of a queue that has not failed often has come due, and leaders have renewed their leases twice. */
export const STAY_MS = 5000;
/** After so many steps the run has stayed long enough, whatever its clock says: large clusters beat often. */
export const STAY_STEPS = 5000;

export interface FoundViolation extends Violation {
  readonly property: string;
  readonly kind: Property['kind'];
}

/**
 * settled: and it stayed. still: nothing will change. quiescent: nothing is left to take. lasso: what is written goes round for ever.
 * budget: steps or time ran out before any of these was known. violated: a step broke a property.
 */
export type RunOutcome = Ending | 'quiescent' | 'lasso' | 'budget' | 'violated';

export interface Verdict {
  readonly outcome: RunOutcome;
  readonly lasso: Lasso | undefined;
  readonly violation: FoundViolation | undefined;
  /** All steps taken, in order. */
  readonly schedule: readonly Step[];
  /** How often each property was put to the test. */
  readonly evaluated: ReadonlyMap<string, number>;
  /** By property: the assumption that the run has broken, so that nothing after it counts against the property. */
  readonly broken: ReadonlyMap<string, string>;
  readonly world: World;
}

export interface JudgeOptions {
  readonly budget: RunBudget;
  readonly onStep?: (record: StepRecord) => void;
}

interface Ended {
  readonly outcome: RunOutcome;
  readonly lasso?: Lasso;
}

/** For a person: what it means for the end that a run ended so. */
const sayEnding = ({ outcome, lasso }: Ended): string => {
  switch (outcome) {
    case 'settled': return 'All is settled and stays so.';
    case 'still': return 'The world stands still: nothing will change.';
    case 'quiescent': return 'The world is quiescent: nothing is left to happen.';
    case 'lasso': return lasso === undefined ? 'The run is a lasso.' : `The run is a lasso: ${describeLasso(lasso)}.`;
    case 'budget': return 'The budget was spent before the run settled, or was known never to settle.';
    case 'violated': return '';
    default: return outcome satisfies never;
  }
};

const violationOf = (checker: PropertyChecker, ended: Ended): FoundViolation | undefined => {
  const finding = checker.findings()[0];
  if (finding === undefined || ended.outcome === 'violated') return finding;
  return { ...finding, message: `${finding.message.replace(/[.;]?$/, '.')} ${sayEnding(ended)}` };
};

/** Moves a fork of the subject's world from its beginning to the run's end. `pilotOf` is given that fork. */
export const judgeRun = (subject: Subject, pilotOf: (world: World) => Pilot, properties: readonly Property[], { budget, onStep }: JudgeOptions): Verdict => {
  const world = subject.world.fork();
  const pilot = pilotOf(world);
  const checker = checkProperties(properties);
  const schedule: Step[] = [];
  const see = (record: StepRecord): boolean => {
    schedule.push(record.step);
    onStep?.(record);
    checker.step(world, record);
    return checker.findings().length > 0;
  };
  const ended = follow(subject, world, pilot, budget, see);
  if (ended.lasso !== undefined) goRound(world, pilot, ended.lasso, (record) => see(record) || isBrokenAtEnd(checker, world));
  else if (ended.outcome !== 'violated') checker.end(world);
  return {
    outcome: ended.outcome, lasso: ended.lasso, violation: violationOf(checker, ended), schedule, evaluated: checker.evaluated(), broken: checker.broken(), world,
  };
};

const isBrokenAtEnd = (checker: PropertyChecker, world: World): boolean => {
  checker.end(world);
  return checker.findings().length > 0;
};

/** Once more through the cycle, or to where something is broken. */
const goRound = (world: World, pilot: Pilot, { steps }: Lasso, see: (record: StepRecord) => boolean): void => {
  for (let taken = 0; taken < steps; taken += 1) {
    const step = pilot.next();
    if (step === undefined) return;
    const record = world.take(step);
    pilot.taken?.(step);
    if (see(record)) return;
  }
};

/** Where nothing else can go on, what is broken is mended. */
const mend = (pilot: Pilot): Step | undefined => {
  pilot.calm();
  return pilot.next();
};

interface Stay {
  /** After every step, with what the subject says: whether the run has stayed settled for long enough. */
  readonly isOver: (ended: Ending | undefined) => boolean;
  readonly isOn: () => boolean;
}

type IsOnlyBeating = (withinMs: number) => boolean;

/** Only moments at which nothing is under way count: in between, a heartbeat is not a change of mind. */
const newStay = (world: World, stayMs: number, isOnlyBeating: IsOnlyBeating): Stay => {
  let since: { readonly ms: number; readonly step: number } | undefined;
  return {
    isOver: (ended) => {
      if (ended === 'settled') {
        since ??= { ms: world.nowMs, step: world.stepCount };
        const leftMs = stayMs - (world.nowMs - since.ms);
        return leftMs <= 0 || world.stepCount - since.step >= STAY_STEPS || isOnlyBeating(leftMs);
      }
      if (since !== undefined && world.undeliveredCount === 0) since = undefined;
      return false;
    },
    isOn: () => since !== undefined,
  };
};

/** So often, at most, time is let pass in a lasso that takes none: each time as long as a message may lag. Reflectors that back off try again by then. */
const MOST_PAUSES = 3;

interface Pauses {
  /** After every step. */
  readonly see: () => void;
  /** Lets timers fire before the messages that are under way, if none has fired all round the lasso. False where none can, or that has been tried enough. */
  readonly make: (lasso: Lasso, take: (step: Step) => void) => boolean;
}

/**
 * Why: the oldest message first, and a timer only when no message is left, is an order in which no time passes while somebody is busy; but what would end
 * that may wait for a timer.
 */
const newPauses = (world: World): Pauses => {
  const offered = world.offered();
  const isTimer = ({ kind }: Step): boolean => kind === 'fire';
  let made = 0;
  let lastMs = world.nowMs;
  let since = world.stepCount;
  return {
    see: () => {
      if (world.nowMs === lastMs) return;
      lastMs = world.nowMs;
      since = world.stepCount;
    },
    make: ({ steps }, take) => {
      if (made >= MOST_PAUSES || world.stepCount - since < steps) return false;
      made += 1;
      let step = offered.oldestWhere(isTimer);
      if (step === undefined) return false;
      for (; step !== undefined; step = offered.oldestWhere(isTimer)) take(step);
      return true;
    },
  };
};

/** `see` answers whether the step broke a property. */
const follow = (subject: Subject, world: World, pilot: Pilot, { maxSteps, maxMs, stayMs = STAY_MS }: RunBudget, see: (record: StepRecord) => boolean): Ended => {
  let ending = subject.ending(world);
  let isFair = pilot.isFair?.() ?? true;
  let isUndisturbed = true;
  const stay = newStay(world, stayMs, (withinMs) => isUndisturbed && subject.isOnlyBeating?.(world, withinMs) === true);
  const sinceMs = world.nowMs;
  const pauses = newPauses(world);
  let recurrence: RecurrenceWatch | undefined;
  let isBroken = false;
  const take = (step: Step): StepRecord => {
    const record = world.take(step);
    pilot.taken?.(step);
    isBroken = see(record) || isBroken;
    pauses.see();
    return record;
  };
  for (let steps = 0; steps < maxSteps && world.nowMs - sinceMs <= maxMs; steps += 1) {
    const step = pilot.next() ?? mend(pilot);
    if (step === undefined) return { outcome: ending() ?? 'quiescent' };
    const record = take(step);
    isUndisturbed &&= step.kind === 'deliver' || step.kind === 'fire';
    if (isBroken) return { outcome: 'violated' };
    const wasFair = isFair;
    isFair = pilot.isFair?.() ?? true;
    // Why anew: what stood still until now may have been kept from moving.
    if (isFair && !wasFair) ending = subject.ending(world);
    const ended = ending();
    const hasStayed = stay.isOver(ended);
    if (ended !== undefined) {
      if (!pilot.isCalm()) pilot.calm();
      pilot.settle?.();
      if (pilot.isCalm() && (hasStayed || (ended === 'still' && isFair))) return { outcome: ended };
    }
    if (!isFair || pilot.isFair === undefined) continue;
    // Why not while it stays: most runs end so, and need never be watched.
    if (recurrence === undefined && !stay.isOn()) recurrence = watchRecurrence(world, subject.content?.(world));
    const found = recurrence?.see(record, stay.isOn());
    if (found === undefined) continue;
    if (found.kind === 'still') return { outcome: 'still' };
    if (!pauses.make(found.lasso, take)) return { outcome: 'lasso', lasso: found.lasso };
    if (isBroken) return { outcome: 'violated' };
    recurrence = undefined;
  }
  return { outcome: 'budget' };
};
