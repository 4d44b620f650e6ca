/**
 * Judges one run: every property watches every step; the first violation ends the run. When faults have stopped and the world is settled, still,
 * or out of budget, what must hold in the end is asked for.
 */
import type { Step, StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import { checkProperties } from '../properties/check-properties.ts';
import type { Property, Violation } from '../properties/property.ts';
import type { Pilot } from './pilot.ts';
import type { Ending, Subject } from './subject.ts';

export interface RunBudget {
  readonly maxSteps: number;
  /** Of simulated time. */
  readonly maxMs: number;
}

export interface FoundViolation extends Violation {
  readonly property: string;
  readonly kind: Property['kind'];
}

/** quiescent: nothing is left to take. budget: steps or time ran out. violated: a step broke a property. */
export type RunOutcome = Ending | 'quiescent' | 'budget' | 'violated';

export interface Verdict {
  readonly outcome: RunOutcome;
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

/** Moves a fork of the subject's world from its beginning to the run's end. `pilotOf` is given that fork. */
export const judgeRun = (subject: Subject, pilotOf: (world: World) => Pilot, properties: readonly Property[], { budget, onStep }: JudgeOptions): Verdict => {
  const world = subject.world.fork();
  const pilot = pilotOf(world);
  const checker = checkProperties(properties);
  const schedule: Step[] = [];
  const outcome = follow(world, pilot, subject.ending(world), budget, (record) => {
    schedule.push(record.step);
    onStep?.(record);
    checker.step(world, record);
    return checker.findings().length > 0;
  });
  if (outcome !== 'violated') checker.end(world);
  return { outcome, violation: checker.findings()[0], schedule, evaluated: checker.evaluated(), broken: checker.broken(), world };
};

/** Where nothing else can go on, what is broken is mended. */
const mend = (pilot: Pilot): Step | undefined => {
  pilot.calm();
  return pilot.next();
};

/** `see` answers whether the step broke a property. */
const follow = (world: World, pilot: Pilot, ending: () => Ending | undefined, { maxSteps, maxMs }: RunBudget, see: (record: StepRecord) => boolean): RunOutcome => {
  const sinceMs = world.nowMs;
  for (let steps = 0; steps < maxSteps && world.nowMs - sinceMs <= maxMs; steps += 1) {
    const step = pilot.next() ?? mend(pilot);
    if (step === undefined) return ending() ?? 'quiescent';
    const record = world.take(step);
    pilot.taken?.(step);
    if (see(record)) return 'violated';
    const ended = ending();
    if (ended === undefined) continue;
    if (!pilot.isCalm()) pilot.calm();
    if (pilot.isCalm()) return ended;
  }
  return 'budget';
};
