/** How monitors are put together, so that a property's file holds little but its statement. */
import type { ResourceId } from '../api/resources.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import { changesOf } from './changes.ts';
import type { StoreChange } from './changes.ts';
import type { Interest, Monitor, Property, Violation } from './property.ts';

/** What a judgement comes to: `pass` and a violation are evaluations; undefined: there was nothing to judge. */
export type Verdict = Violation | 'pass' | undefined;

export interface Judge {
  readonly interest?: Interest;
  readonly step?: (world: World, record: StepRecord) => Verdict;
  readonly end?: (world: World) => Verdict;
  readonly broken?: () => string | undefined;
}

/** Counts what is judged. */
export const monitorOf = ({ interest, step, end, broken }: Judge): Monitor => {
  let evaluated = 0;
  const count = (verdict: Verdict): Violation | undefined => {
    if (verdict === undefined) return undefined;
    evaluated += 1;
    return verdict === 'pass' ? undefined : verdict;
  };
  return {
    ...(interest === undefined ? {} : { interest }),
    ...(broken === undefined ? {} : { broken }),
    step: (world, record) => (step === undefined ? undefined : count(step(world, record))),
    end: (world) => (end === undefined ? undefined : count(end(world))),
    evaluated: () => evaluated,
  };
};

type JudgeChange = (change: StoreChange, world: World) => Verdict;

/** The first violation among several verdicts; else a pass if there was any. */
export const firstViolation = (verdicts: Iterable<Verdict>): Verdict => {
  let result: Verdict;
  for (const verdict of verdicts) {
    if (verdict === undefined) continue;
    if (verdict !== 'pass') return verdict;
    result = 'pass';
  }
  return result;
};

/** Judges every change of objects of these resources. */
export const overChanges = (resources: readonly ResourceId[], judge: JudgeChange): Judge => ({
  interest: { resources },
  step: (world, record) => {
    let result: Verdict;
    for (const change of changesOf(world, record)) {
      if (!resources.includes(change.resource)) continue;
      const verdict = judge(change, world);
      if (verdict !== undefined && verdict !== 'pass') return verdict;
      result ??= verdict;
    }
    return result;
  },
});

/** Judges every object of a list at the end; what is undefined is not judged. */
export const atEnd = <T>(list: (world: World) => Iterable<T>, judge: (item: T, world: World) => Verdict): Judge => ({
  interest: {},
  end: (world) => {
    let result: Verdict;
    for (const item of list(world)) {
      const verdict = judge(item, world);
      if (verdict !== undefined && verdict !== 'pass') return verdict;
      result ??= verdict;
    }
    return result;
  },
});

type Facts = Omit<Property, 'kind' | 'monitor'>;

export const always = (facts: Facts, judge: () => Judge): Property => ({ ...facts, kind: 'always', monitor: () => monitorOf(judge()) });
export const eventually = (facts: Facts, judge: () => Judge): Property => ({ ...facts, kind: 'eventually', monitor: () => monitorOf(judge()) });
/** `step` answers `pass` when it sees it. */
export const sometimes = (facts: Facts, judge: () => Judge): Property => ({ ...facts, kind: 'sometimes', monitor: () => monitorOf(judge()) });

export const violation = (signature: string, message: string): Violation => ({ signature, message });
