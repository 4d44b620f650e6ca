/** Replays of a shrunk run with something changed: what every explanation is verified by before it is given. */
import { fifoChooser } from '../../kernel/choosers/fifo.ts';
import type { Chooser } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Property } from '../../properties/property.ts';
import { judgeRun } from '../judge.ts';
import type { RunBudget } from '../judge.ts';
import type { Pilot } from '../pilot.ts';
import { lawfulList } from '../shrink/lawful-list.ts';
import { menderOf } from '../shrink/mender.ts';
import type { Effort } from '../shrink/shrink-options.ts';
import { spend } from '../shrink/shrink-options.ts';
import type { Subject } from '../subject.ts';

export interface ExplainOptions {
  readonly property: Property;
  readonly budget: RunBudget;
  readonly effort: Effort;
  /** Of random continuations. */
  readonly seed: string;
}

/** Whether the property breaks in a run by this pilot, whatever the signature. */
export const isBrokenBy = (subject: Subject, pilotOf: (world: World) => Pilot, { property, budget, effort }: ExplainOptions): boolean => {
  const { violation, schedule } = judgeRun(subject, pilotOf, [property], { budget });
  spend(effort, schedule.length);
  return violation !== undefined;
};

/** The steps as far as they can be taken, then the oldest message first in a world that is whole again. */
export const alongList = (steps: readonly Step[]) => (world: World): Pilot => lawfulList(world, steps, 'fifo');

/** So many steps are drawn; then the order is fair, so that what must hold in the end can be judged. */
const DRAWN_STEPS = 400;

/** The steps, strictly, then as `chooser` has it; faults of the steps are mended when nothing else goes on. */
export const continued = (steps: readonly Step[], chooser: Chooser) => (world: World): Pilot => {
  const offered = world.offered();
  const mender = menderOf(world);
  const fair = fifoChooser();
  let [at, drawn, isCalm] = [0, 0, false];
  return {
    next: () => {
      const step = steps[at];
      if (step !== undefined) {
        at += 1;
        return step;
      }
      drawn += 1;
      const mending = isCalm || drawn > DRAWN_STEPS ? mender.next() : undefined;
      return mending ?? (drawn > DRAWN_STEPS ? fair : chooser).choose(offered);
    },
    taken: mender.see,
    calm: () => { isCalm = true; },
    isCalm: () => at >= steps.length && mender.isWhole(),
    settle: () => { drawn = DRAWN_STEPS; },
    isFair: () => drawn > DRAWN_STEPS && mender.isWhole(),
  };
};
