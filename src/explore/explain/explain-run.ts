/** Explains a shrunk run: what decides it, how stale a copy has to be, from where on there is no return, and who is to blame. */
import type { StepRecord } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import { schedulePilot } from '../pilot.ts';
import type { ShrunkRun } from '../shrink/shrink-run.ts';
import { nameOf } from '../shrink/step-name.ts';
import { findBlame } from './blame.ts';
import type { Blame } from './blame.ts';
import { findNoReturn } from './no-return.ts';
import type { NoReturn } from './no-return.ts';
import type { ExplainOptions } from './replays.ts';
import { findStaleness } from './staleness.ts';
import type { Staleness } from './staleness.ts';

/** A step of the shrunk run that decides something. */
export interface DecisiveStep {
  /** In the shrunk run, counted from 1. */
  readonly at: number;
  readonly record: StepRecord;
  /** Who does what; undefined: to be said as any step is. */
  readonly told: string | undefined;
}

export interface Explanation {
  readonly decisive: readonly DecisiveStep[];
  /** The message of the critical pair that comes too late. */
  readonly lateBody: unknown;
  readonly staleness: Staleness | undefined;
  readonly noReturn: NoReturn | undefined;
  readonly blame: Blame | undefined;
}

/** Records of the steps that make the failure; of one that needs nothing to be forced, of the whole run. */
const recordsOf = ({ subject, schedule, matters }: ShrunkRun): readonly StepRecord[] => {
  const records: StepRecord[] = [];
  const maxSteps = matters === 0 ? schedule.length : matters;
  judgeRun(subject, (world) => schedulePilot(world, schedule), [], { budget: { maxSteps, maxMs: Infinity, stayMs: Infinity }, onStep: (record) => { records.push(record); } });
  return records.slice(0, maxSteps);
};

/** What decides: faults, the critical pair, what was held back, what the subject tells, and the last step of a run that breaks a rule. */
export const decisiveSteps = (run: ShrunkRun): readonly DecisiveStep[] => {
  const { subject, criticalPair, holds, violation, matters } = run;
  const held = new Set(holds.map(({ held: { name, n } }) => `${name} #${n}`));
  const counts = new Map<string, number>();
  return recordsOf(run).flatMap((record, i): readonly DecisiveStep[] => {
    const at = i + 1;
    const name = nameOf(record.step);
    const n = name === undefined ? 0 : (counts.get(name) ?? 0) + 1;
    if (name !== undefined) counts.set(name, n);
    const told = subject.tell?.(record);
    const isLast = violation.kind === 'always' && at === matters;
    const decides = told !== undefined || subject.tell === undefined || name === undefined || held.has(`${name} #${n}`) || at === criticalPair?.at || isLast;
    return decides ? [{ at, record, told }] : [];
  });
};

const lateBodyOf = ({ subject, schedule, criticalPair }: ShrunkRun): unknown => {
  if (criticalPair === undefined) return undefined;
  const world = subject.world.fork();
  for (const step of schedule.slice(0, criticalPair.at - 1)) world.advance(step);
  const { input } = world.canTake(criticalPair.second) ? world.take(criticalPair.second) : { input: undefined };
  return input?.kind === 'message' ? input.body : undefined;
};

/** Everything in it was verified by replay. What the effort did not suffice for is left out. */
export const explainRun = (run: ShrunkRun, options: ExplainOptions): Explanation => ({
  decisive: decisiveSteps(run),
  lateBody: lateBodyOf(run),
  staleness: findStaleness(run, options),
  blame: findBlame(run, options),
  noReturn: findNoReturn(run, options),
});
