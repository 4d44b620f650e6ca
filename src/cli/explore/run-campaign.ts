/**
 * Runs a campaign, in this thread or in several. Reports are tallied in the order of their indices, so the result depends on how many runs there were,
 * never on who ran them.
 */
import { Worker } from 'node:worker_threads';
import { newTally } from '../../explore/campaign.ts';
import type { CampaignResult, RunReport, Tally } from '../../explore/campaign.ts';
import { propertiesOf, runnerOf } from './campaign-work.ts';
import type { CampaignWork } from './campaign-work.ts';
import type { RunRange } from './worker.ts';

export interface CampaignExtent {
  /** Infinity: until the time is over. */
  readonly runs: number;
  /** Of the wall clock; undefined: none. */
  readonly timeMs: number | undefined;
  readonly maxFailures: number;
  readonly workers: number;
  readonly onProgress: (result: CampaignResult) => void;
}

interface Clock {
  readonly isOver: () => boolean;
  readonly close: () => void;
}

/** Over when the time is, or at Ctrl-C: the report so far is still made. */
const clockOf = (timeMs: number | undefined): Clock => {
  const since = performance.now();
  let interrupted = false;
  const interrupt = (): void => { interrupted = true; };
  process.once('SIGINT', interrupt);
  return {
    isOver: () => interrupted || (timeMs !== undefined && performance.now() - since >= timeMs),
    close: () => { process.removeListener('SIGINT', interrupt); },
  };
};

const MS_PER_BREATH = 100;

/** Lets signals and timers have their turn. */
const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

const inThisThread = async (work: CampaignWork, { runs, onProgress }: CampaignExtent, tally: Tally, clock: Clock): Promise<void> => {
  const runner = runnerOf(work);
  let breathed = performance.now();
  for (let index = 0; index < runs && !clock.isOver(); index += 1) {
    if (tally.add(runner.run(index))) return;
    if (performance.now() - breathed < MS_PER_BREATH) continue;
    onProgress(tally.result());
    await breathe();
    breathed = performance.now();
  }
};

const RUNS_PER_RANGE = 8;

/** Hands out ranges until the tally has enough; ranges that came too early wait for those before them. */
const inThreads = (work: CampaignWork, extent: CampaignExtent, tally: Tally, clock: Clock): Promise<void> => new Promise((resolve, reject) => {
  const waiting = new Map<number, readonly RunReport[]>();
  let [nextOut, nextIn, idle] = [0, 0, 0];
  let isDone = false;
  const threads = Array.from({ length: extent.workers }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData: work }));
  const end = (): void => {
    isDone = true;
    for (const thread of threads) void thread.terminate();
    resolve();
  };
  const handOut = (thread: Worker, lengths: Map<Worker, RunRange>): void => {
    if (nextOut >= extent.runs || clock.isOver()) {
      idle += 1;
      if (idle === threads.length) end();
      return;
    }
    const range: RunRange = { from: nextOut, to: Math.min(extent.runs, nextOut + RUNS_PER_RANGE) };
    nextOut = range.to;
    lengths.set(thread, range);
    thread.postMessage(range);
  };
  const takeIn = (): boolean => {
    for (let reports = waiting.get(nextIn); reports !== undefined; reports = waiting.get(nextIn)) {
      waiting.delete(nextIn);
      nextIn += reports.length;
      for (const report of reports) if (tally.add(report)) return true;
    }
    return false;
  };
  const ranges = new Map<Worker, RunRange>();
  for (const thread of threads) {
    thread.on('error', reject);
    thread.on('message', (reports: readonly RunReport[]) => {
      if (isDone) return;
      waiting.set(ranges.get(thread)?.from ?? 0, reports);
      if (takeIn()) return end();
      extent.onProgress(tally.result());
      handOut(thread, ranges);
    });
    handOut(thread, ranges);
  }
});

/** Why by the file's name: threads can run what was built, not the sources. */
const isBuilt = (): boolean => import.meta.url.endsWith('.js');

export const runCampaign = async (work: CampaignWork, extent: CampaignExtent): Promise<CampaignResult> => {
  const tally = newTally(propertiesOf(work.properties), extent.maxFailures);
  const clock = clockOf(extent.timeMs);
  try {
    await (extent.workers > 1 && isBuilt() ? inThreads(work, extent, tally, clock) : inThisThread(work, extent, tally, clock));
  } finally {
    clock.close();
  }
  return tally.result();
};
