/** Figures of the kernel by itself, with XState's live actors beside it in the same process. */
import { Bench } from 'tinybench';
import { createActor, setup } from 'xstate';
import { compile, createWorld, fifoChooser, hosted, noEffects, run, send, timedChooser } from '../kernel/index.ts';
import type { Actor, World } from '../kernel/index.ts';
import type { Figure } from './figures.ts';
import { rate } from './figures.ts';

const STEPS = 50_000;

/** Two actors that send one message to and fro. */
const pingPong = (): World => {
  const player = (id: string, other: string): Actor<number> => ({
    id, initial: 0,
    transition: (state, input) => (input.kind === 'message' || id === 'a' ? [state + 1, [send(other, 'ball', state)]] : [state, noEffects]),
  });
  return createWorld({ seed: '1', startMs: 0, lagMs: 1000, latencyMs: () => 0, actors: [hosted(player('a', 'b')), hosted(player('b', 'a'))] });
};

const toggleMachine = setup({ types: { events: {} as { type: 'flip' } } }).createMachine({
  id: 'toggle', initial: 'off', states: { off: { on: { flip: 'on' } }, on: { on: { flip: 'off' } } },
});

export const kernelFigures = async (): Promise<readonly Figure[]> => {
  const bench = new Bench({ time: 500 });
  const chart = compile(toggleMachine);
  bench.add('steps, oldest first', () => { run(pingPong(), fifoChooser(), { maxSteps: STEPS }); });
  bench.add('steps, timed', () => { run(pingPong(), timedChooser(), { maxSteps: STEPS }); });
  bench.add('xstate', () => {
    const actor = createActor(toggleMachine).start();
    for (let i = 0; i < STEPS; i += 1) actor.send({ type: 'flip' });
  });
  bench.add('compiled', () => {
    let { initial: state } = chart;
    for (let i = 0; i < STEPS; i += 1) ({ state } = chart.next(state, { type: 'flip' }));
  });
  await bench.run();
  const perSecond = (name: string): number => {
    const result = bench.getTask(name)?.result;
    return result !== undefined && 'latency' in result ? (STEPS * 1000) / result.latency.p50 : 0;
  };
  const live = perSecond('xstate');
  const against = (figure: number): string => `${(figure / live).toFixed(1)} times XState's live actors in the same process (${Math.round(live).toLocaleString('en-US')} events/s)`;
  return [
    rate('kernel steps, fifo', perSecond('steps, oldest first'), 'steps/s', undefined, against(perSecond('steps, oldest first'))),
    rate('kernel steps, timed', perSecond('steps, timed'), 'steps/s', undefined, against(perSecond('steps, timed'))),
    rate('compiled statechart', perSecond('compiled'), 'events/s', undefined, against(perSecond('compiled'))),
  ];
};
