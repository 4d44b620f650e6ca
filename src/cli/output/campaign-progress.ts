/** Live progress of a campaign on standard error: a bar on a terminal, nothing elsewhere. */
import { SingleBar } from 'cli-progress';
import type { CampaignResult } from '../../explore/campaign.ts';

export interface CampaignProgress {
  readonly show: (result: CampaignResult) => void;
  readonly stop: () => void;
}

const silent: CampaignProgress = { show: () => undefined, stop: () => undefined };

/** `runs`: Infinity where time alone is the bound; the bar then shows the share of `timeMs`. */
export const campaignProgress = (runs: number, timeMs: number | undefined, stream: NodeJS.WriteStream): CampaignProgress => {
  if (stream.isTTY !== true) return silent;
  const bar = new SingleBar({
    stream, clearOnComplete: true, hideCursor: true, barsize: 24,
    format: '{bar} {percentage}%   {schedules} schedules   {perSecond}/s   coverage {coverage}   failures {failures}',
  });
  const since = performance.now();
  const byRuns = Number.isFinite(runs);
  bar.start(byRuns ? runs : timeMs ?? 1, 0, { schedules: 0, perSecond: 0, coverage: 0, failures: 0 });
  return {
    show: ({ schedules, coverage, failures }) => {
      const elapsedMs = performance.now() - since;
      bar.update(byRuns ? schedules : Math.min(elapsedMs, timeMs ?? 1), { schedules, coverage, failures: failures.length, perSecond: Math.round(schedules / elapsedMs * 1000) });
    },
    stop: () => bar.stop(),
  };
};
