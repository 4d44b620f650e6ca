/**
 * Runs a campaign, in this thread or in several. Reports are tallied in the order of their indices, so the result depends on how many runs there were,
 * never on who ran them.
 */
import { Worker } from 'node:worker_threads';
import { chartFirings } from '../../cluster/statecharts.ts';
import { newTally } from '../../explore/campaign.ts';
import type { CampaignResult, RunReport, Tally } from '../../explore/campaign.ts';
import { propertiesOf, runnerOf } from './campaign-work.ts';
import type { CampaignWork } from './campaign-work.ts';
import { newRangeQueue } from './range-queue.ts';

export interface CampaignExtent {
  /** Infinity: until the time is over. */
  readonly runs: number;
  /** Of the wall clock; undefined: none. */
  readonly timeMs: number | undefined;
  readonly maxFailures: number;
  readonly workers: number;
  /** The report so far is still made. */
  readonly isInterrupted: () => boolean;
  readonly onProgress: (result: CampaignResult) => void;
}

const MS_PER_BREATH = 100;

/** Lets signals and timers have their turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

type IsOver = () => boolean;

const inThisThread = async (work: CampaignWork, { runs, onProgress }: CampaignExtent, tally: Tally, isOver: IsOver): Promise<void> => {
  const runner = runnerOf(work);
  let breathed = performance.now();
  for (let index = 0; index < runs && !isOver(); index += 1) {
    if (tally.add(runner.run(index, tally.corpus()))) return;
    if (performance.now() - breathed < MS_PER_BREATH) continue;
    onProgress(tally.result());
    await breathe();
    breathed = performance.now();
  }
};

/** Ends when the tally has enough, or when nothing is out and nothing may be handed out any more. */
const inThreads = (work: CampaignWork, { runs, workers, onProgress }: CampaignExtent, tally: Tally, isOver: IsOver): Promise<void> => new Promise((resolve, reject) => {
  const queue = newRangeQueue(runs, tally);
  const threads = Array.from({ length: workers }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData: work }));
  const busy = new Map<Worker, number>();
  const resting = new Set(threads);
  let isEnded = false;
  const end = (finish: () => void): void => {
    if (isEnded) return;
    isEnded = true;
    for (const thread of threads) void thread.terminate();
    finish();
  };
  const handOut = (): void => {
    for (const thread of resting) {
      const range = isOver() ? 'none' : queue.next();
      if (typeof range === 'string') break;
      resting.delete(thread);
      busy.set(thread, range.from);
      thread.postMessage(range);
    }
    if (busy.size === 0) end(resolve);
  };
  for (const thread of threads) {
    thread.on('error', (error) => end(() => reject(error)));
    thread.on('message', (reports: readonly RunReport[]) => {
      if (isEnded) return;
      const from = busy.get(thread) as number;
      busy.delete(thread);
      resting.add(thread);
      if (queue.done(from, reports)) return end(resolve);
      onProgress(tally.result());
      handOut();
    });
  }
  handOut();
});

/** Why by the file's name: threads can run what was built, not the sources. */
const isBuilt = (): boolean => import.meta.url.endsWith('.js');

export const runCampaign = async (work: CampaignWork, extent: CampaignExtent): Promise<CampaignResult> => {
  const { timeMs, isInterrupted } = extent;
  const since = performance.now();
  const isOver = (): boolean => isInterrupted() || (timeMs !== undefined && performance.now() - since >= timeMs);
  const { strategy } = work.options;
  const tally = newTally(propertiesOf(work.properties), extent.maxFailures, work.asked, { strategy, charts: chartFirings });
  await (extent.workers > 1 && isBuilt() ? inThreads(work, extent, tally, isOver) : inThisThread(work, extent, tally, isOver));
  return tally.result();
};
