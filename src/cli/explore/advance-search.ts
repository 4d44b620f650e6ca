/** Moves a search on to its end, to its time, or to Ctrl-C, with a breath for signals and the progress bar ten times a second. */
import type { Interruption } from './interruption.ts';
import { breathe } from './run-campaign.ts';

const MS_PER_BREATH = 100;

export interface Advancing {
  /** False when nothing is left to do. */
  readonly advance: () => boolean;
  readonly show: () => void;
  readonly stop: () => void;
}

/** `timeMs`: of the wall clock. */
export const advanceSearch = async ({ advance, show, stop }: Advancing, timeMs: number | undefined, interruption: Interruption): Promise<void> => {
  const since = performance.now();
  let breathed = since;
  try {
    while (!interruption.isAsked() && (timeMs === undefined || performance.now() - since < timeMs) && advance()) {
      if (performance.now() - breathed < MS_PER_BREATH) continue;
      show();
      await breathe();
      breathed = performance.now();
    }
  } finally {
    stop();
  }
};
