/**
 * Follows lists of steps of which most differ late: each from where it parts from the list kept last, in the world as it stood there. The property is shown the
 * whole run all the same; only the part in common is not taken again.
 */
import type { Step, StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import { checkProperties } from '../../properties/check-properties.ts';
import type { Subject } from '../subject.ts';
import { isOffered } from './lawful-list.ts';
import { isSpent, spend } from './shrink-options.ts';
import type { ShrinkOptions } from './shrink-options.ts';

export interface ListFollower {
  /**
   * In order, passing over what is not offered. The steps that were taken, to the one that breaks the property with the signature; undefined when it does not, or when
   * the effort is spent.
   */
  readonly follow: (steps: readonly Step[]) => readonly Step[] | undefined;
  /** What others have in common with these steps, which `follow` answered, is not taken again. Their records. */
  readonly keep: (steps: readonly Step[]) => readonly StepRecord[];
}

interface Kept {
  readonly steps: readonly Step[];
  readonly records: readonly StepRecord[];
  /** As it stood before each step, and after the last. Never moved. */
  readonly worlds: readonly World[];
}

/** How many steps two lists begin with in common. */
const inCommon = (one: readonly Step[], other: readonly Step[]): number => {
  let count = 0;
  while (count < one.length && count < other.length && one[count] === other[count]) count += 1;
  return count;
};

interface MovingView {
  /** One and the same for a whole run: what is known of a run is filed under its world. */
  readonly view: World;
  readonly moveTo: (world: World) => void;
}

/** Shows one world after the other. */
const movingView = (first: World): MovingView => {
  let world = first;
  return {
    moveTo: (next) => { world = next; },
    view: {
      get config() { return world.config; },
      get nowMs() { return world.nowMs; },
      get stepCount() { return world.stepCount; },
      get beginning() { return world.beginning; },
      get undeliveredCount() { return world.undeliveredCount; },
      offered: () => world.offered(),
      canTake: (step) => world.canTake(step),
      take: (step) => world.take(step),
      advance: (step) => world.advance(step),
      stateOf: <S>(actor: ActorId): S => world.stateOf<S>(actor),
      actors: () => world.actors(),
      isUp: (actor) => world.isUp(actor),
      incarnationOf: (actor) => world.incarnationOf(actor),
      clockOf: (actor) => world.clockOf(actor),
      isCut: (a, b) => world.isCut(a, b),
      undelivered: () => world.undelivered(),
      timers: () => world.timers(),
      fork: () => world.fork(),
      forkRemembering: (limit) => world.forkRemembering(limit),
      hash: () => world.hash(),
    },
  };
};

export const newListFollower = (subject: Subject, { property, signature, effort }: Pick<ShrinkOptions, 'property' | 'signature' | 'effort'>): ListFollower => {
  let kept: Kept = { steps: [], records: [], worlds: [subject.world] };
  return {
    follow: (steps) => {
      if (isSpent(effort)) return undefined;
      const from = inCommon(kept.steps, steps);
      const checker = checkProperties([property]);
      const { view, moveTo } = movingView(subject.world);
      for (let i = 0; i < from; i += 1) {
        moveTo(kept.worlds[i + 1] as World);
        checker.step(view, kept.records[i] as StepRecord);
      }
      const world = (kept.worlds[from] as World).fork();
      moveTo(world);
      const taken = kept.steps.slice(0, from);
      for (let i = from; i < steps.length && checker.findings().length === 0; i += 1) {
        const step = steps[i] as Step;
        if (!isOffered(world, step)) continue;
        checker.step(view, world.take(step));
        taken.push(step);
      }
      spend(effort, taken.length - from);
      return checker.findings()[0]?.signature === signature ? taken : undefined;
    },
    keep: (steps) => {
      const from = inCommon(kept.steps, steps);
      const world = (kept.worlds[from] as World).fork();
      const worlds = kept.worlds.slice(0, from + 1);
      const records = kept.records.slice(0, from);
      for (const step of steps.slice(from)) {
        records.push(world.take(step));
        worlds.push(world.fork());
      }
      kept = { steps, records, worlds };
      return records;
    },
  };
};
