/**
 * The critical pair of a failure: a step, and a message to the same actor that the failing run delivers after it or not at all. With the message right
 * before the step the run passes; with the message right after it the property breaks. Of several, the last. Both are verified by running them.
 */
import type { Step } from '../../kernel/step.ts';
import { judgeRun } from '../judge.ts';
import { listPilot } from '../pilot.ts';
import { actorOf } from '../strategies/chain.ts';
import type { Subject } from '../subject.ts';
import { nameOf } from './hold-plan.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface CriticalPair {
  /** Its place in the shrunk run, counted from 1. */
  readonly at: number;
  readonly first: Step;
  /** What comes too late. */
  readonly second: Step;
}

const MAX_TRIES = 100;

/** What could be delivered to the actor of the step at `i` instead of it. */
const rivals = (subject: Subject, schedule: readonly Step[], i: number, late: ReadonlySet<string>): readonly Step[] => {
  const chosen = schedule[i] as Step;
  const world = subject.world.fork();
  for (const step of schedule.slice(0, i)) world.advance(step);
  const offered = world.offered();
  const found: Step[] = [];
  for (let at = 0; at < offered.count; at += 1) {
    const step = offered.at(at);
    const name = nameOf(step);
    if (actorOf(step) === actorOf(chosen) && name !== undefined && name !== nameOf(chosen) && (late.size === 0 || late.has(name))) found.push(step);
  }
  return found;
};

/** With the rival at the place; the first time that the schedule itself delivers it later is left out. */
export const withRivalAt = (schedule: readonly Step[], place: number, rival: Step): readonly Step[] => {
  const later = schedule.findIndex((step, i) => i >= place && nameOf(step) === nameOf(rival));
  const rest = schedule.filter((_, i) => i >= place && i !== later);
  return [...schedule.slice(0, place), rival, ...rest];
};

/** `late`: names of the messages that the failing run holds back; any when empty. */
export const findCriticalPair = (subject: Subject, schedule: readonly Step[], late: ReadonlySet<string>, { property, signature, budget, effort }: ShrinkOptions): CriticalPair | undefined => {
  const signatureOf = (steps: readonly Step[]): string | undefined => {
    const { violation, schedule: taken } = judgeRun(subject, (world) => listPilot(world, steps, 'fifo'), [property], { budget });
    spend(effort, taken.length);
    return violation?.signature;
  };
  let tries = 0;
  for (let i = schedule.length - 1; i >= 0 && tries < MAX_TRIES && !isSpent(effort); i -= 1) {
    for (const second of rivals(subject, schedule, i, late)) {
      tries += 1;
      if (signatureOf(withRivalAt(schedule, i, second)) !== undefined) continue;
      if (signatureOf(withRivalAt(schedule, i + 1, second)) === signature) return { at: i + 1, first: schedule[i] as Step, second };
    }
  }
  return undefined;
};

/** Whether the pair still is one in another schedule: the message can go right before the step's last occurrence, and then nothing in the list breaks. */
export const isPairIn = (subject: Subject, schedule: readonly Step[], { first, second }: CriticalPair, { property, budget }: ShrinkOptions): boolean => {
  const place = schedule.findLastIndex((step) => nameOf(step) === nameOf(first));
  if (place < 0) return false;
  const world = subject.world.fork();
  for (const step of schedule.slice(0, place)) world.advance(step);
  if (!world.canTake(second)) return false;
  return judgeRun(subject, (fork) => listPilot(fork, withRivalAt(schedule, place, second), 'stop'), [property], { budget }).violation === undefined;
};
