/** A measure judged as a property is: a run that comes to at least so much breaks it. So whatever runs and shrinks failures runs and shrinks worst cases. */
import type { Measure } from '../../properties/measures/measure.ts';
import type { Property, Violation } from '../../properties/property.ts';
import type { World } from '../../kernel/world.ts';
import { judgeRun } from '../judge.ts';
import type { RunBudget, Verdict } from '../judge.ts';
import type { Pilot } from '../pilot.ts';
import type { Subject } from '../subject.ts';

export const WORST_SIGNATURE = 'as bad as that';

/** What is known at the end counts only where the run came to its end: settled. A run that never does is a failure, no worst case. */
const counts = (subject: Subject, { kind }: Measure, world: World): boolean => kind === 'peak' || subject.ending(world)() === 'settled';

/** `atLeast`: what a run has to come to. `note` is given the value of a run that counts, at its end. */
export const measureProperty = (subject: Subject, measure: Measure, atLeast: number, note: (value: number) => void = () => undefined): Property => ({
  id: `worst.${measure.id}`, kind: measure.kind === 'peak' ? 'always' : 'eventually', statement: measure.statement, source: 'none: a measure',
  monitor: () => {
    const gauge = measure.gauge(subject.world);
    const verdict = (world: World): Violation | undefined => {
      const value = gauge.value(world);
      return value >= atLeast ? { signature: WORST_SIGNATURE, message: `${value} ${measure.unit}` } : undefined;
    };
    return {
      interest: gauge.interest,
      step: (world, record) => {
        gauge.step(world, record);
        return measure.kind === 'peak' ? verdict(world) : undefined;
      },
      end: (world) => {
        if (!counts(subject, measure, world)) return undefined;
        note(gauge.value(world));
        return verdict(world);
      },
      evaluated: () => 1,
    };
  },
});

/** Why without a stay: time is to be taken to when all is settled, no further. */
export const toTheSettledEnd = (budget: RunBudget): RunBudget => ({ ...budget, stayMs: 0 });

export interface MeasuredRun {
  /** Undefined where the run did not come to an end that counts. */
  readonly value: number | undefined;
  readonly schedule: Verdict['schedule'];
}

/** One run to its end, and what it comes to. */
export const measureRun = (subject: Subject, measure: Measure, pilotOf: (world: World) => Pilot, budget: RunBudget): MeasuredRun => {
  let value: number | undefined;
  const property = measureProperty(subject, measure, Infinity, (one) => { value = one; });
  const { schedule } = judgeRun(subject, pilotOf, [property], { budget: toTheSettledEnd(budget) });
  return { value, schedule };
};
