/**
 * Leaves out steps that a failure does without, of what must always hold: first all that lies outside the causal past of the violating step, then whatever
 * else can go, one by one in the end, the critical pair staying one. What a left-out step would have delivered is never delivered.
 */
import type { Step, StepRecord } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import { actorOf } from '../strategies/chain.ts';
import type { Subject } from '../subject.ts';
import { isPairIn } from './critical-pair.ts';
import type { CriticalPair } from './critical-pair.ts';
import { lawfulList } from './lawful-list.ts';
import { newListFollower } from './list-follower.ts';
import { reduceList } from './minimise-list.ts';
import { spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

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

/** Whether the property breaks in a run by the steps, in any way. */
export const breaksAlong = (subject: Subject, steps: readonly Step[], then: 'fifo' | 'stop', { property, budget, effort }: ShrinkOptions): boolean => {
  const { violation, schedule } = judgeRun(subject, (world) => lawfulList(world, steps, then), [property], { budget });
  spend(effort, schedule.length);
  return violation !== undefined;
};

/**
 * `schedule` ends with the violating step, and so does what is left of it. `averting`: the subject with an actor swapped, in which the schedule breaks nothing; nor
 * may what is left of it, or else it would be another failure of the same signature.
 */
export const shrinkSteps = (subject: Subject, schedule: readonly Step[], options: ShrinkOptions, pair: CriticalPair | undefined, averting: Subject | undefined): readonly Step[] => {
  const { follow, keep } = newListFollower(subject, options);
  const isAnother = (steps: readonly Step[]): boolean => averting !== undefined && breaksAlong(averting, steps, 'stop', options);
  const keeps = (steps: readonly Step[]): readonly Step[] | undefined => {
    const followed = follow(steps);
    if (followed === undefined || (pair !== undefined && !isPairIn(subject, followed, pair, options)) || isAnother(followed)) return undefined;
    keep(followed);
    return followed;
  };
  if (follow(schedule) === undefined) return schedule;
  const past = causalPast(keep(schedule)).map((i) => schedule[i] as Step);
  const sliced = past.length < schedule.length ? keeps(past) ?? schedule : schedule;
  return reduceList(sliced, keeps);
};
