/** A worker thread of a campaign: is sent ranges of runs, answers with their reports. */
import { parentPort, workerData } from 'node:worker_threads';
import { runnerOf } from './campaign-work.ts';
import type { CampaignWork } from './campaign-work.ts';
import type { RunRange } from './range-queue.ts';

if (parentPort !== null) {
  const port = parentPort;
  const runner = runnerOf(workerData as CampaignWork);
  port.on('message', ({ from, to, corpus }: RunRange) => {
    port.postMessage(Array.from({ length: to - from }, (_, i) => runner.run(from + i, corpus)));
  });
}
