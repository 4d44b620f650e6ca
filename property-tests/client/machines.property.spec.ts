/** The client machinery's compiled statecharts agree with XState's own transition at every reachable (state, event). */
import { expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import type { AnyMachineSnapshot } from 'xstate';
import { clientMachines, sampleEvents } from '../../src/client/machines.ts';

const dotted = (value: AnyMachineSnapshot['value']): string =>
  (typeof value === 'string' ? value : Object.entries(value).map(([key, child]) => `${key}.${dotted(child ?? '')}`).join('|'));

it.each(clientMachines.map((chart) => [chart.id, chart] as const))('%s', (id, { machine, initial, next, states }) => {
  const [first] = initialTransition(machine) as [AnyMachineSnapshot, unknown];
  const snapshots = new Map([[initial as string, first]]);
  for (const [state, snapshot] of snapshots) {
    for (const event of sampleEvents[id] ?? []) {
      const [after, actions] = transition(machine, snapshot, event) as [AnyMachineSnapshot, { type: string }[]];
      expect((next as (state: string, event: unknown) => unknown)(state, event), `${state} on ${event.type}`)
        .toEqual({ state: dotted(after.value), actions: actions.map((action) => action.type) });
      if (!snapshots.has(dotted(after.value))) snapshots.set(dotted(after.value), after);
    }
  }
  expect([...snapshots.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual([...states].sort((a, b) => (a < b ? -1 : 1)));
});
