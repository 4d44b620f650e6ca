/** Live progress of a run on standard error: a line that moves on a terminal, nothing elsewhere. */
import { SingleBar } from 'cli-progress';
import { readStore } from '../../cluster/store-view.ts';
import { workloadsOf } from '../../cluster/workloads.ts';
import type { World } from '../../kernel/world.ts';

export interface Progress {
  /** Call it after every step; it looks at the clock rarely and at the world more rarely still. */
  readonly step: (world: World) => void;
  readonly stop: () => void;
}

const silent: Progress = { step: () => undefined, stop: () => undefined };

const STEPS_PER_LOOK = 2000;
const MS_PER_DRAW = 100;

export const runProgress = (startMs: number, stream: NodeJS.WriteStream): Progress => {
  if (stream.isTTY !== true) return silent;
  const bar = new SingleBar({
    stream, clearOnComplete: true, hideCursor: true, barsize: 24,
    format: '{bar} {value}/{total} ready   {steps} steps   t={simulated}s',
  });
  bar.start(1, 0, { steps: 0, simulated: '0.0' });
  let left = STEPS_PER_LOOK;
  let drawn = 0;
  return {
    step: (world) => {
      left -= 1;
      if (left > 0) return;
      left = STEPS_PER_LOOK;
      const now = performance.now();
      if (now - drawn < MS_PER_DRAW) return;
      drawn = now;
      const workloads = workloadsOf(readStore(world));
      bar.setTotal(Math.max(1, workloads.reduce((sum, { desired }) => sum + desired, 0)));
      bar.update(workloads.reduce((sum, { ready }) => sum + ready, 0), { steps: world.stepCount, simulated: ((world.nowMs - startMs) / 1000).toFixed(1) });
    },
    stop: () => bar.stop(),
  };
};
