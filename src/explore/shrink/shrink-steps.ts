/**
 * Leaves out steps that a failure does without. For what must always hold: first all that lies outside the causal past of the violating step, then
 * whatever else can go, one by one in the end, the critical pair staying one. For what must hold eventually: what
 * lies outside the causal past of the last step that matters.
 */
import type { Step, StepRecord } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import { listPilot } from '../pilot.ts';
import { actorOf } from '../strategies/chain.ts';
import type { Subject } from '../subject.ts';
import { isPairIn } from './critical-pair.ts';
import type { CriticalPair } from './critical-pair.ts';
import { minimiseList } from './minimise-list.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface ShrunkSteps {
  readonly schedule: readonly Step[];
  readonly isMinimal: boolean;
}

const actorsOf = (step: Step): readonly string[] => {
  if (step.kind === 'cut' || step.kind === 'heal' || step.kind === 'reset') return [step.a, step.b];
  const actor = actorOf(step);
  return actor === undefined ? [] : [actor];
};

/** The places, in order, of what happened before the last record: the earlier steps of the same actors, and the steps that sent or armed. */
export const causalPast = (records: readonly StepRecord[]): readonly number[] => {
  const wanted = new Set<string>();
  const causes = new Set<number>();
  const past: number[] = [];
  for (let i = records.length - 1; i >= 0; i -= 1) {
    const { step, index, cause } = records[i] as StepRecord;
    const actors = actorsOf(step);
    if (i < records.length - 1 && !causes.has(index) && !actors.some((actor) => wanted.has(actor))) continue;
    past.push(i);
    for (const actor of actors) wanted.add(actor);
    causes.add(cause);
  }
  return past.reverse();
};

/** `matters`: how many steps of the schedule are to be looked at; the rest is the default's. */
export const shrinkSteps = (subject: Subject, schedule: readonly Step[], matters: number, options: ShrinkOptions, pair: CriticalPair | undefined): ShrunkSteps => {
  const { property, signature, budget, effort } = options;
  const then = property.kind === 'always' ? 'stop' : 'fifo';
  const follow = (steps: readonly Step[], onStep?: (record: StepRecord) => void): readonly Step[] | undefined => {
    const verdict = judgeRun(subject, (world) => listPilot(world, steps, then), [property], { budget, ...(onStep === undefined ? {} : { onStep }) });
    spend(effort, verdict.schedule.length);
    if (verdict.violation?.signature !== signature) return undefined;
    return verdict.outcome === 'violated' ? verdict.schedule : verdict.schedule.slice(0, steps.length);
  };
  const prefix = schedule.slice(0, matters);
  const records: StepRecord[] = [];
  if (follow(prefix, (record) => { records.push(record); }) === undefined) return { schedule: prefix, isMinimal: false };
  const past = causalPast(records.slice(0, matters)).map((i) => prefix[i] as Step);
  const keepsPair = (steps: readonly Step[]): boolean => pair === undefined || property.kind !== 'always' || isPairIn(subject, steps, pair, options);
  let kept = past.length < prefix.length && keepsPair(past) ? follow(past) ?? prefix : prefix;
  if (property.kind !== 'always') return { schedule: kept, isMinimal: !isSpent(effort) };
  const smallest = minimiseList(kept, (steps) => {
    const followed = !isSpent(effort) ? follow(steps) : undefined;
    return followed !== undefined && keepsPair(followed);
  });
  kept = follow(smallest) ?? kept;
  return { schedule: kept, isMinimal: !isSpent(effort) };
};
