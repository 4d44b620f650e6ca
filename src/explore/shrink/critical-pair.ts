/**
 * The critical pair of a failure: a step, and a message to the same actor that the failing run delivers after it or not at all. With the message right
 * before the step the run passes; with the message right after it the property breaks. Of several, the last. Both are verified by running them.
 */
import type { Step } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import { actorOf } from '../strategies/chain.ts';
import type { Subject } from '../subject.ts';
import { lawfulList } from './lawful-list.ts';
import { nameOf } from './step-name.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface CriticalPair {
  /** Its place in the shrunk run, counted from 1. */
  readonly at: number;
  readonly first: Step;
  /** What comes too late. */
  readonly second: Step;
}

/** Pairs that are tried at most. Why fewer where nothing is held back: then the default order breaks as well, and hardly any swap averts it. */
const MAX_TRIES = 40;
const MAX_TRIES_WITHOUT_HOLDS = 12;

interface Rival { readonly at: number; readonly second: Step }

/** At each place, what could be delivered to the same actor instead, from the last place to the first; what is held back comes before all else. */
const rivals = (subject: Subject, schedule: readonly Step[], late: ReadonlySet<string>): readonly Rival[] => {
  const found: Rival[] = [];
  const world = subject.world.fork();
  const offered = world.offered();
  schedule.forEach((chosen, at) => {
    const actor = actorOf(chosen);
    for (let i = 0; actor !== undefined && i < offered.count; i += 1) {
      const second = offered.at(i);
      const name = nameOf(second);
      if (actorOf(second) === actor && name !== undefined && name !== nameOf(chosen)) found.push({ at, second });
    }
    world.advance(chosen);
  });
  found.reverse();
  const isLate = ({ second }: Rival): boolean => late.has(nameOf(second) as string);
  return [...found.filter(isLate), ...found.filter((rival) => !isLate(rival))];
};

/** With the rival at the place; the first time that the schedule itself delivers it later is left out. */
export const withRivalAt = (schedule: readonly Step[], place: number, rival: Step): readonly Step[] => {
  const later = schedule.findIndex((step, i) => i >= place && nameOf(step) === nameOf(rival));
  const rest = schedule.filter((_, i) => i >= place && i !== later);
  return [...schedule.slice(0, place), rival, ...rest];
};

const signatureOf = (subject: Subject, steps: readonly Step[], { property, budget, effort }: ShrinkOptions): string | undefined => {
  const { violation, schedule } = judgeRun(subject, (world) => lawfulList(world, steps, 'fifo'), [property], { budget });
  spend(effort, schedule.length);
  return violation?.signature;
};

/** With the message first the run passes; with it second the property breaks. */
const isCritical = (subject: Subject, schedule: readonly Step[], { at, second }: Rival, options: ShrinkOptions): boolean =>
  signatureOf(subject, withRivalAt(schedule, at, second), options) === undefined && signatureOf(subject, withRivalAt(schedule, at + 1, second), options) === options.signature;

/** `late`: names of the messages that the failing run holds back. `known`: a pair of a longer run that this one was cut from. */
export const findCriticalPair = (subject: Subject, schedule: readonly Step[], late: ReadonlySet<string>, options: ShrinkOptions, known?: CriticalPair): CriticalPair | undefined => {
  const all = rivals(subject, schedule, late);
  const likely = known === undefined ? [] : all.filter(({ at, second }) => nameOf(second) === nameOf(known.second) && nameOf(schedule[at] as Step) === nameOf(known.first)).slice(0, 1);
  const tried = [...likely, ...all.slice(0, late.size === 0 ? MAX_TRIES_WITHOUT_HOLDS : MAX_TRIES)];
  const found = tried.find((rival) => !isSpent(options.effort) && isCritical(subject, schedule, rival, options));
  return found === undefined ? undefined : { at: found.at + 1, first: schedule[found.at] as Step, second: found.second };
};

/** Whether the pair still is one in another schedule: the message can go right before the step's last occurrence, and then nothing in the list breaks. */
export const isPairIn = (subject: Subject, schedule: readonly Step[], { first, second }: CriticalPair, { property, budget, effort }: ShrinkOptions): boolean => {
  const place = schedule.findLastIndex((step) => nameOf(step) === nameOf(first));
  if (place < 0) return false;
  const world = subject.world.fork();
  for (const step of schedule.slice(0, place)) world.advance(step);
  if (!world.canTake(second)) return false;
  const verdict = judgeRun(subject, (fork) => lawfulList(fork, withRivalAt(schedule, place, second), 'stop'), [property], { budget });
  spend(effort, verdict.schedule.length);
  return verdict.violation === undefined;
};
