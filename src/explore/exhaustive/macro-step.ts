/** One choice of the adversary, and all that follows from it before it may choose again. */
import type { Offered } from '../../kernel/chooser.ts';
import type { Step, StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { Ending, Subject } from '../subject.ts';
import type { Grain, StateView } from './state-view.ts';

/** quiescent: nothing is left to take. */
export type End = Ending | 'quiescent';

/** What a macro-step touched: two that touched nothing in common, neither of them the clock, lead to the same world in either order. */
export interface Footprint {
  readonly actors: ReadonlySet<ActorId>;
  readonly movedClock: boolean;
}

export interface Follow {
  /** Absent where only what is at hand is to be followed up. */
  readonly choice?: Step;
  readonly see?: (world: World, record: StepRecord) => void;
}

export interface Outcome {
  readonly footprint: Footprint;
  /** Kernel steps taken. */
  readonly steps: number;
  /** Undefined: the adversary is to choose. */
  readonly end: End | undefined;
}

/** After so many steps by itself a world's state is looked at all the same: it may be going around. */
export const LONGEST_STRETCH = 5000;

export const areIndependent = (a: Footprint, b: Footprint): boolean => {
  if (a.movedClock || b.movedClock) return false;
  for (const actor of a.actors) if (b.actors.has(actor)) return false;
  return true;
};

export interface Grained {
  /** What the adversary may choose now, in the order offered; what goes by itself, where it may choose nothing. Empty: nothing is left to take. */
  readonly choices: (world: World) => readonly Step[];
  /** Takes the choice, then what goes at once, until the adversary has a choice of two or more, the run is over, or it has gone on for long. Moves the world. */
  readonly follow: (world: World, options?: Follow) => Outcome;
}

const offeredSteps = (offered: Offered): readonly Step[] => Array.from({ length: offered.count }, (_, i) => offered.at(i));

export const grained = (subject: Subject, view: StateView, grain: Grain): Grained => {
  /** Without lag a timer that is offered beside a message is due at this very moment. */
  const isChoice = (world: World, step: Step): boolean => {
    if (grain === 'every-step') return true;
    return step.kind === 'fire' ? world.config.lagMs > 0 : view.isChoice(grain, step);
  };
  /** With nothing undelivered only time can pass: the earliest timer goes. */
  const isIdle = (world: World): boolean => world.undeliveredCount === 0;
  const adversary = (world: World): readonly Step[] => (isIdle(world) ? [] : offeredSteps(world.offered()).filter((step) => isChoice(world, step)));

  const promptStep = (world: World): Step | undefined => {
    const offered = world.offered();
    const oldest = offered.oldest();
    if (oldest === undefined || isIdle(world) || !isChoice(world, oldest)) return oldest;
    const free = grain === 'every-step' ? undefined : offered.oldestWhere((step) => !isChoice(world, step));
    if (free !== undefined) return free;
    const only = adversary(world);
    return only.length === 1 ? only[0] : undefined;
  };

  const choices = (world: World): readonly Step[] => {
    const next = promptStep(world);
    return next === undefined ? adversary(world) : [next];
  };

  const follow = (world: World, { choice, see }: Follow = {}): Outcome => {
    const ending = subject.ending(world);
    const actors = new Set<ActorId>();
    const sinceMs = world.nowMs;
    let steps = 0;
    const take = (step: Step): void => {
      steps += 1;
      actors.add(step.kind === 'deliver' ? step.to : step.kind === 'fire' ? step.actor : '');
      if (see === undefined) world.advance(step);
      else see(world, world.take(step));
    };
    if (choice !== undefined) take(choice);
    for (;;) {
      const ended = ending();
      const next = ended === undefined && steps < LONGEST_STRETCH ? promptStep(world) : undefined;
      if (next === undefined) {
        const end = ended ?? (world.offered().count === 0 ? 'quiescent' : undefined);
        return { footprint: { actors, movedClock: world.nowMs !== sinceMs }, steps, end };
      }
      take(next);
    }
  };
  return { choices, follow };
};
