/** Ranges of runs handed out to threads: whatever order they come back in, the tally is that of one thread; and no more is ahead than is bounded. */
import { describe, expect, it } from 'vitest';
import { MOST_AHEAD, newRangeQueue } from '../../src/cli/explore/range-queue.ts';
import type { RunRange } from '../../src/cli/explore/range-queue.ts';
import type { CampaignOptions, CampaignResult, RunReport } from '../../src/explore/campaign.ts';
import { campaignRunner, defaultCampaignOptions, explore, newTally } from '../../src/explore/campaign.ts';
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import { atMostOne, racySubject } from '../explore/racy-toy.ts';

const optionsOf = (strategy: SearchStrategy): CampaignOptions =>
  ({ ...defaultCampaignOptions, strategy, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 });

const isRange = (range: RunRange | 'wait' | 'none'): range is RunRange => typeof range !== 'string';

/** `workers` runners that take turns; `pick` says whose range comes back next. */
const inTurns = (options: CampaignOptions, runs: number, maxFailures: number, workers: number, pick: (outstanding: number, turn: number) => number): CampaignResult => {
  const tally = newTally([atMostOne], maxFailures, undefined, options);
  const queue = newRangeQueue(runs, tally);
  const runners = Array.from({ length: workers }, () => campaignRunner([racySubject], [atMostOne], options));
  const out: { readonly worker: number; readonly range: RunRange }[] = [];
  const resting = runners.map((_, i) => i);
  for (let turn = 0; ; turn += 1) {
    for (let range = resting.length > 0 ? queue.next() : 'wait'; isRange(range); range = resting.length > 0 ? queue.next() : 'wait') out.push({ worker: resting.shift() as number, range });
    const [back] = out.splice(pick(out.length, turn), 1);
    if (back === undefined) return tally.result();
    const { from, to, corpus } = back.range;
    const reports = Array.from({ length: to - from }, (_, i): RunReport => runners[back.worker]?.run(from + i, corpus) as RunReport);
    if (queue.done(from, reports)) return tally.result();
    resting.push(back.worker);
  }
};

const orders: Readonly<Record<string, (outstanding: number, turn: number) => number>> = {
  'first out, first in': () => 0,
  'last out, first in': (outstanding) => outstanding - 1,
  'now one, now the other': (outstanding, turn) => (turn * 7) % Math.max(1, outstanding),
};

describe('cli.workers', () => {
  for (const strategy of ['random', 'pct', 'feedback'] as const) {
    for (const [name, pick] of Object.entries(orders)) {
      it(`${strategy}: the result is that of one thread, whichever of 3 comes back first: ${name}`, () => {
        const options = optionsOf(strategy);
        const alone = explore([racySubject], [atMostOne], 100, 1000, options);
        expect(alone.failures.length).toBeGreaterThan(0);
        expect(inTurns(options, 100, 1000, 3, pick)).toEqual(alone);
      });
    }
  }

  it('ends at the same run, though others have gone further', () => {
    const options = optionsOf('random');
    const alone = explore([racySubject], [atMostOne], 200, 1, options);
    expect(alone.schedules).toBeLessThan(200);
    expect(inTurns(options, 200, 1, 3, (outstanding) => outstanding - 1)).toEqual(alone);
  });

  it('hands out no more ahead of a run that does not come back than is bounded, and goes on when it does', () => {
    const tally = newTally([atMostOne], 1);
    const queue = newRangeQueue(Infinity, tally);
    const report: RunReport = { index: 0, outcome: 'settled', steps: 1, evaluated: [], broken: [], coverage: [] };
    const first = queue.next() as RunRange;
    const reportsOf = ({ from, to }: RunRange): readonly RunReport[] => Array.from({ length: to - from }, (_, i) => ({ ...report, index: from + i }));
    let last = first;
    for (let range = queue.next(); isRange(range); range = queue.next()) {
      last = range;
      queue.done(range.from, reportsOf(range));
    }
    expect(last.to).toBe(MOST_AHEAD);
    expect(tally.result().schedules).toBe(0);
    queue.done(first.from, reportsOf(first));
    expect(tally.result().schedules).toBe(MOST_AHEAD);
    expect((queue.next() as RunRange).from).toBe(MOST_AHEAD);
  });
});
