/**
 * Which runs of a campaign are handed out next, and their reports taken in the order of their indices, whoever brings them when: so the result
 * never depends on how many threads there are. What is handed out ahead of the first report that lacks is bounded, and so is what waits for it.
 */
import type { RunReport, Tally } from '../../explore/campaign.ts';
import type { Corpus } from '../../explore/strategies/feedback.ts';

export interface RunRange {
  readonly from: number;
  readonly to: number;
  /** What its runs go on from; see `Tally.corpus`. */
  readonly corpus: Corpus;
}

export interface RangeQueue {
  /** wait: none now, but there may be when what is out has come back. none: no more. */
  readonly next: () => RunRange | 'wait' | 'none';
  /** Reports of a whole range that was handed out, in order. True when the campaign is to end. */
  readonly done: (from: number, reports: readonly RunReport[]) => boolean;
}

const RUNS_PER_RANGE = 8;
/** Between the first run whose report lacks and the last that is handed out. */
export const MOST_AHEAD = 512;

export const newRangeQueue = (runs: number, tally: Tally): RangeQueue => {
  const waiting = new Map<number, readonly RunReport[]>();
  let [nextOut, nextIn] = [0, 0];
  return {
    next: () => {
      if (nextOut >= runs) return 'none';
      const most = Math.min(tally.horizon(), nextIn + MOST_AHEAD);
      if (nextOut >= most) return 'wait';
      const range: RunRange = { from: nextOut, to: Math.min(runs, most, nextOut + RUNS_PER_RANGE), corpus: tally.corpus() };
      nextOut = range.to;
      return range;
    },
    done: (from, reports) => {
      waiting.set(from, reports);
      for (let next = waiting.get(nextIn); next !== undefined; next = waiting.get(nextIn)) {
        waiting.delete(nextIn);
        nextIn += next.length;
        for (const report of next) if (tally.add(report)) return true;
      }
      return false;
    },
  };
};
