/**
 * The point of no return: the first step of the shrunk run after which every continuation tried breaks the property, while one step earlier one of them does
 * not. Found by halving, which supposes that what cannot be averted cannot be averted later either; both ends are verified. Evidence, not proof:
 * a continuation that was not tried may still avert it, so it is said how many were.
 */
import { fifoChooser } from '../../kernel/choosers/fifo.ts';
import { randomChooser } from '../../kernel/choosers/random.ts';
import { isSpent } from '../shrink/shrink-options.ts';
import type { ShrunkRun } from '../shrink/shrink-run.ts';
import { continued, isBrokenBy } from './replays.ts';
import type { ExplainOptions } from './replays.ts';

export interface NoReturn {
  /** Of the shrunk run, counted from 1; 0: every continuation from the beginning on breaks. */
  readonly after: number;
  /** That were tried from there, one in the fair order and the others drawn. */
  readonly continuations: number;
}

const CONTINUATIONS = 8;

/** Undefined when the effort was spent before both ends were known. */
export const findNoReturn = ({ subject, schedule, matters }: ShrunkRun, options: ExplainOptions): NoReturn | undefined => {
  const isLost = (after: number): boolean => {
    const prefix = schedule.slice(0, after);
    for (let i = after > matters ? 1 : 0; i < CONTINUATIONS; i += 1) {
      const chooser = i === 0 ? fifoChooser() : randomChooser(`${options.seed}/no-return/${i}`);
      if (!isBrokenBy(subject, continued(prefix, chooser), options)) return false;
    }
    return true;
  };
  /** The first that is lost of those from `least` to `most`; undefined: not even `most` is, or the effort was spent. */
  const firstLost = (least: number, most: number): number | undefined => {
    let [low, high] = [least, most];
    let isLostAtHigh = false;
    while (low < high && !isSpent(options.effort)) {
      const middle = (low + high) >> 1;
      if (isLost(middle)) [high, isLostAtHigh] = [middle, true];
      else low = middle + 1;
    }
    return low === high && (isLostAtHigh || isLost(high)) ? high : undefined;
  };
  // Why beyond what matters: where the order of sending breaks what must hold in the end, another may avert it until late.
  const after = firstLost(0, matters) ?? (matters < schedule.length ? firstLost(matters + 1, schedule.length) : undefined);
  return after === undefined ? undefined : { after, continuations: CONTINUATIONS };
};
