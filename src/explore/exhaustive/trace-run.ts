/**
 * One run of a stateless search, from the beginning: the adversary's choices, one macro-step each.
 *
 * Unlike the macro-steps of `grained`, these end before every choice, even where there is one only, and time passes in macro-steps of its own: so what a
 * macro-step does depends on the actors it moves alone, and two that move none in common commute.
 */
import { invariant } from '../../base/assert.ts';
import { printStep } from '../../kernel/print-step.ts';
import type { Step, StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { Subject } from '../subject.ts';
import type { TraceEvent } from './happens-before.ts';
import { LONGEST_STRETCH } from './macro-step.ts';
import type { End } from './macro-step.ts';
import type { Grain, StateView } from './state-view.ts';

export interface TraceRun {
  readonly world: World;
  /** What may be chosen now; none at the end. */
  readonly enabled: () => readonly Step[];
  readonly take: (choice: Step) => TraceEvent;
  /** stuck: what goes by itself went on for too long. Undefined: the adversary is to choose. */
  readonly end: () => End | 'stuck' | undefined;
}

export interface TraceRunOptions {
  readonly grain: Grain;
  /** After every kernel step. */
  readonly see: (record: StepRecord) => void;
}

/** Moves `world`, which must be at the subject's beginning; `view` must be the subject's. Expects no lag: see `traceSearch`. */
export const newTraceRun = (subject: Subject, world: World, view: StateView, { grain, see }: TraceRunOptions): TraceRun => {
  const ending = subject.ending(world);
  const offered = world.offered();
  let end: End | 'stuck' | undefined;

  const isPrompt = (step: Step): boolean => grain !== 'every-step' && (step.kind === 'fire' || !view.isChoice(grain, step));
  /** Nothing is left for this moment: only time can pass. */
  const isIdle = (): boolean => world.undeliveredCount === 0 && !world.timers().some(({ dueMs }) => dueMs <= world.nowMs);

  const take = (step: Step): StepRecord => {
    const record = world.take(step);
    see(record);
    end = ending();
    invariant(end === undefined || world.undeliveredCount === 0, 'traceSearch: expected a run to end only when nothing is undelivered');
    return record;
  };

  /** What goes by itself; in a macro-step of time also what goes as time passes on. */
  const followUp = (isOfTime: boolean): ReadonlySet<ActorId> => {
    const actors = new Set<ActorId>();
    for (let steps = 0; end === undefined; steps += 1) {
      const isWaiting = isIdle();
      const next = isWaiting ? (isOfTime ? offered.oldest() : undefined) : offered.oldestWhere(isPrompt);
      if (next === undefined) break;
      if (steps > LONGEST_STRETCH) {
        end = 'stuck';
        break;
      }
      actors.add(take(next).actor ?? '');
    }
    if (end === undefined && offered.count === 0) end = 'quiescent';
    return actors;
  };

  const enabled = (): readonly Step[] => {
    if (end !== undefined) return [];
    const earliest = isIdle() ? offered.oldest() : undefined;
    if (earliest !== undefined) return [earliest];
    return Array.from({ length: offered.count }, (_, i) => offered.at(i)).filter((step) => !isPrompt(step));
  };

  const dueMsOf = (step: Step): number => (step.kind === 'fire' ? world.timers().find(({ actor, key }) => actor === step.actor && key === step.key)?.dueMs ?? -Infinity : -Infinity);

  end = ending();
  followUp(false);
  return {
    world, enabled,
    take: (choice) => {
      const sinceMs = world.nowMs;
      const dueMs = dueMsOf(choice);
      const isOfTime = isIdle();
      const { index, actor, cause } = take(choice);
      const actors = new Set([actor ?? '', ...followUp(isOfTime)]);
      return { process: printStep(choice), footprint: { actors, movedClock: world.nowMs !== sinceMs }, firstStep: index, lastStep: world.stepCount, cause, dueMs, sinceMs };
    },
    end: () => end,
  };
};
