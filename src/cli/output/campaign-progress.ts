/** Live progress of a campaign on standard error: a bar on a terminal, nothing elsewhere. */
import { SingleBar } from 'cli-progress';
import type { CampaignResult } from '../../explore/campaign.ts';

export interface CampaignProgress {
  /** `before`: schedules of strategies that are through. */
  readonly show: (strategy: string, result: CampaignResult, before: number) => void;
  readonly stop: () => void;
}

const silent: CampaignProgress = { show: () => undefined, stop: () => undefined };

const MS_PER_DRAW = 100;

/** `runs`: Infinity where time alone is the bound; the bar then shows the share of `timeMs`. */
export const campaignProgress = (runs: number, timeMs: number | undefined, stream: NodeJS.WriteStream): CampaignProgress => {
  if (stream.isTTY !== true) return silent;
  const bar = new SingleBar({
    stream, clearOnComplete: true, hideCursor: true, barsize: 20, gracefulExit: false,
    format: '{bar} {percentage}%  {strategy}  {schedules} schedules  {perSecond}/s  coverage {coverage}, last new at schedule {lastNew}  failures {failures}',
  });
  const since = performance.now();
  const byRuns = Number.isFinite(runs);
  let drawn = since;
  let [most, lastNew] = [0, 0];
  bar.start(byRuns ? runs : timeMs ?? 1, 0, { strategy: '', schedules: 0, perSecond: 0, coverage: 0, lastNew: 0, failures: 0 });
  return {
    show: (strategy, { schedules, coverage, failures }, before) => {
      if (coverage > most) [most, lastNew] = [coverage, before + schedules];
      const now = performance.now();
      if (now - drawn < MS_PER_DRAW) return;
      drawn = now;
      const done = before + schedules;
      bar.update(byRuns ? done : Math.min(now - since, timeMs ?? 1), {
        strategy, schedules: done, coverage, lastNew, failures: failures.length, perSecond: Math.round(done / (now - since) * 1000),
      });
    },
    stop: () => bar.stop(),
  };
};
