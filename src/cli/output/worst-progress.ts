/** Live progress of a search for the worst schedule on standard error: a bar on a terminal, nothing elsewhere. */
import { SingleBar } from 'cli-progress';
import type { WorstSearch } from '../../explore/worst-case/worst-search.ts';
import type { Measure } from '../../properties/measures/index.ts';

type SoFar = ReturnType<WorstSearch['progress']>;

export interface WorstProgress {
  readonly show: (progress: SoFar) => void;
  readonly stop: () => void;
}

/** `timeMs`: where it is the bound, the bar shows the share of it. */
export const worstProgress = ({ id, unit }: Measure, timeMs: number | undefined, stream: NodeJS.WriteStream): WorstProgress => {
  if (stream.isTTY !== true) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    stream, clearOnComplete: true, hideCursor: true, barsize: 20, gracefulExit: false, format: `{bar} {percentage}%  {done} runs  {perSecond}/s  worst ${id} so far {worst} ${unit}`,
  });
  const since = performance.now();
  bar.start(timeMs ?? 1, 0, { done: 0, perSecond: 0, worst: 0 });
  return {
    show: ({ done, of, worst }) => {
      const elapsedMs = performance.now() - since;
      if (timeMs === undefined) bar.setTotal(of);
      bar.update(timeMs === undefined ? done : Math.min(elapsedMs, timeMs), { done, worst, perSecond: Math.round(done / elapsedMs * 1000) });
    },
    stop: () => bar.stop(),
  };
};
