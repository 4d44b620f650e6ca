/** The scheduler's statecharts, compiled, agree with XState on every reachable (state, event); and no state is out of reach. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { Statechart } from '../../src/kernel/statechart.ts';
import { reachable } from '../../src/kernel/statechart.ts';
import { podScheduling, schedulerProcess } from '../../src/components/kube-scheduler/machine.ts';
import type { PodEvent, ProcessEvent } from '../../src/components/kube-scheduler/machine.ts';

type Event = { readonly type: string };
const flags = [true, false];
const podEvents: readonly PodEvent[] = [
  ...flags.map((gated) => ({ type: 'ENQUEUE', gated }) as const),
  ...flags.flatMap((gated) => (['active', 'backoff'] as const).map((to) => ({ type: 'MOVE', to, gated }) as const)),
  ...flags.flatMap((gated) => (['active', 'backoff', 'unschedulable'] as const).map((to) => ({ type: 'FAIL', to, gated }) as const)),
  ...flags.map((wait) => ({ type: 'ASSUME', wait }) as const),
  { type: 'BACKOFF_COMPLETE' }, { type: 'POP' }, { type: 'PERMIT' }, { type: 'BOUND' }, { type: 'ABANDON' }, { type: 'REMOVE' },
];
const processEvents: readonly ProcessEvent[] = [
  { type: 'START' }, ...flags.map((elect) => ({ type: 'SYNCED', elect }) as const), { type: 'ELECTED' }, { type: 'LOST' }, { type: 'RESTART' },
];

const dotted = (value: AnyMachineSnapshot['value']): string =>
  (typeof value === 'string' ? value : Object.entries(value).map(([key, child]) => `${key}.${dotted(child ?? '')}`).join('|'));

const agrees = <S extends string, E extends Event, A extends string>(chart: Statechart<S, E, A>, events: readonly E[]): void => {
  let [snapshot] = initialTransition(chart.machine as AnyStateMachine) as [AnyMachineSnapshot, unknown];
  let { initial: state } = chart;
  for (const event of events) {
    const [next, actions] = transition(chart.machine as AnyStateMachine, snapshot, event) as [AnyMachineSnapshot, readonly Event[]];
    const own = chart.next(state, event);
    expect(own).toEqual({ state: dotted(next.value), actions: actions.map(({ type }) => type) });
    snapshot = next;
    state = own.state;
  }
};

describe('the statecharts', () => {
  it('agree with XState along any events', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...podEvents), { maxLength: 20 }), (events) => agrees(podScheduling, events)));
    fc.assert(fc.property(fc.array(fc.constantFrom(...processEvents), { maxLength: 12 }), (events) => agrees(schedulerProcess, events)));
  });

  it('have no state out of reach', () => {
    expect(new Set(reachable(podScheduling, podEvents))).toEqual(new Set(podScheduling.states));
    expect(new Set(reachable(schedulerProcess, processEvents))).toEqual(new Set(schedulerProcess.states));
  });
});
