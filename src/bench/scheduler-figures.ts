/** Steps under a random scheduler: the kernel's random chooser, with fast-check's own scheduler beside it in the same process on the same steps. */
import { sample, scheduler } from 'fast-check';
import type { Scheduler } from 'fast-check';
import { Bench } from 'tinybench';
import { createWorld, hosted, noEffects, randomChooser, run, send } from '../kernel/index.ts';
import type { Actor, World } from '../kernel/index.ts';
import type { Figure } from './figures.ts';
import { rate } from './figures.ts';

/** Who may go next at any moment, and how often each goes. */
const PARTIES = 50;
const ROUNDS = 40;
const STEPS = PARTIES * ROUNDS;

/** Each party puts its next round off until it is chosen. */
const party = (id: string): Actor<number> => ({
  id, initial: 0,
  transition: (round) => (round < ROUNDS ? [round + 1, [send(id, 'round', round)]] : [round, noEffects]),
});

const parties = (): World => createWorld({
  seed: '1', startMs: 0, lagMs: 1000, latencyMs: () => 0, actors: Array.from({ length: PARTIES }, (_, i) => hosted(party(`party-${i}`))),
});

/** The same in promises: each party awaits its next round, and the scheduler draws whose goes on. Returns how many it has let go on. */
const promises = async (order: Scheduler): Promise<number> => {
  let steps = 0;
  const goOn = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await order.schedule(Promise.resolve(round));
      steps += 1;
    }
  };
  const all = Array.from({ length: PARTIES }, goOn);
  await order.waitFor(Promise.all(all));
  return steps;
};

const expectSteps = (name: string, steps: number): void => {
  if (steps !== STEPS) throw new Error(`Expected ${STEPS} steps of ${name}. Instead, received ${steps}. Hint: the figure would compare unlike things.`);
};

export const schedulerFigures = async (): Promise<readonly Figure[]> => {
  const bench = new Bench({ time: 500 });
  let seed = 0;
  bench.add('kernel', () => {
    seed += 1;
    expectSteps('the kernel', run(parties(), randomChooser(String(seed)), { maxSteps: 10 * STEPS }).steps);
  });
  bench.add('fast-check', async () => {
    seed += 1;
    const [order] = sample(scheduler(), { numRuns: 1, seed });
    expectSteps('fast-check', await promises(order as Scheduler));
  });
  await bench.run();
  const perSecond = (name: string): number => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !('latency' in result)) throw new Error(`Expected the benchmark "${name}" to have run. Instead, it is ${result?.state ?? 'unknown'}.`);
    return (STEPS * 1000) / result.latency.p50;
  };
  const [own, theirs] = [perSecond('kernel'), perSecond('fast-check')];
  return [rate('kernel steps, random', own, 'steps/s', undefined,
    `${(own / theirs).toFixed(1)} times fast-check's scheduler in the same process (${Math.round(theirs).toLocaleString('en-US')} steps/s): ${PARTIES} parties of ${ROUNDS} steps, the world made anew each time`)];
};
