/** Whether a compiled statechart and XState's own pure transition agree: at every reachable point, or along a list of events. */
import { expect } from 'vitest';
import { initialTransition, transition } from 'xstate';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { compile } from '../../src/kernel/statechart.ts';
import type { Statechart } from '../../src/kernel/statechart.ts';

export interface AnyEvent { readonly type: string }
type AnyStatechart = Statechart<string, AnyEvent, string>;
interface Seen { readonly state: string; readonly actions: readonly string[] }
type Answer = readonly [AnyMachineSnapshot, readonly AnyEvent[]];

/** An event that no machine names. */
export const UNNAMED: AnyEvent = { type: 'NAMED-BY-NO-STATE' };

export const compiled = (machine: AnyStateMachine): AnyStatechart => compile<string, AnyEvent, string>(machine);

const dotted = (value: AnyMachineSnapshot['value']): string =>
  typeof value === 'string' ? value : Object.entries(value).map(([key, child]) => `${key}.${dotted(child ?? '')}`).join('|');

const seen = ([snapshot, actions]: Answer): Seen => ({ state: dotted(snapshot.value), actions: actions.map((action) => action.type) });

const first = (machine: AnyStateMachine): Answer => initialTransition(machine) as unknown as Answer;
const after = (machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: AnyEvent): Answer => transition(machine, snapshot, event) as unknown as Answer;

/** Walks every reachable (snapshot, event) of the sample events; returns the snapshots, by the name of their state. */
export const agreeEverywhere = (chart: AnyStatechart, events: readonly AnyEvent[]): ReadonlyMap<string, AnyMachineSnapshot> => {
  const { machine } = chart;
  const beginning = first(machine);
  expect({ state: chart.initial, actions: chart.initialActions }).toEqual(seen(beginning));
  const snapshots = new Map([[chart.initial, beginning[0]]]);
  for (const [state, snapshot] of snapshots) {
    for (const event of events) {
      const reference = after(machine, snapshot, event);
      expect(chart.next(state, event), `${chart.id}: ${state} on ${JSON.stringify(event)}`).toEqual(seen(reference));
      if (!snapshots.has(dotted(reference[0].value))) snapshots.set(dotted(reference[0].value), reference[0]);
    }
  }
  return snapshots;
};

export const agreeAlong = (chart: AnyStatechart, events: readonly AnyEvent[]): void => {
  let [snapshot] = first(chart.machine);
  let state = chart.initial;
  for (const event of events) {
    const reference = after(chart.machine, snapshot, event);
    const next = chart.next(state, event);
    expect(next).toEqual(seen(reference));
    [snapshot] = reference;
    ({ state } = next);
  }
};
