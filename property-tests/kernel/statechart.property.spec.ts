/** The compiled reducer and XState's own pure transition agree on every reachable (state, event), of our machines and of generated ones. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { initialTransition, setup, transition } from 'xstate';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { compile } from '../../src/kernel/statechart.ts';
import { corpus } from './statechart-corpus.ts';
import type { CorpusEntry } from './statechart-corpus.ts';

type Event = { readonly type: string };
interface Seen { readonly state: string; readonly actions: readonly string[] }

const dotted = (value: AnyMachineSnapshot['value']): string =>
  typeof value === 'string' ? value : Object.entries(value).map(([key, child]) => `${key}.${dotted(child ?? '')}`).join('|');

const seen = ([snapshot, actions]: readonly [AnyMachineSnapshot, readonly { readonly type: string }[]]): Seen =>
  ({ state: dotted(snapshot.value), actions: actions.map((action) => action.type) });

/** Walks every reachable (snapshot, event) of the sample events; returns how many there were. */
const agreeEverywhere = (machine: AnyStateMachine, events: readonly Event[]): number => {
  const chart = compile<string, Event, string>(machine);
  const first = initialTransition(machine) as [AnyMachineSnapshot, { type: string }[]];
  expect({ state: chart.initial, actions: chart.initialActions }).toEqual(seen(first));
  const snapshots = new Map([[chart.initial, first[0]]]);
  for (const [state, snapshot] of snapshots) {
    for (const event of events) {
      const reference = transition(machine, snapshot, event) as [AnyMachineSnapshot, { type: string }[]];
      expect(chart.next(state, event), `${machine.id}: ${state} on ${JSON.stringify(event)}`).toEqual(seen(reference));
      if (!snapshots.has(dotted(reference[0].value))) snapshots.set(dotted(reference[0].value), reference[0]);
    }
  }
  return snapshots.size * events.length;
};

const agreeAlong = ({ machine }: CorpusEntry, events: readonly Event[]): void => {
  const chart = compile<string, Event, string>(machine);
  let [snapshot] = initialTransition(machine) as [AnyMachineSnapshot, unknown];
  let state = chart.initial;
  for (const event of events) {
    const reference = transition(machine, snapshot, event) as [AnyMachineSnapshot, { type: string }[]];
    const next = chart.next(state, event);
    expect(next).toEqual(seen(reference));
    [snapshot] = reference;
    ({ state } = next);
  }
};

const UNNAMED = { type: 'NAMED-BY-NO-STATE' };

it.each(corpus)('agrees with XState at every reachable point of $machine.id', ({ machine, events }) => {
  expect(agreeEverywhere(machine, [...events, UNNAMED])).toBeGreaterThan(0);
});

it.each(corpus)('agrees with XState along any events of $machine.id', (entry) => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...entry.events, UNNAMED), { maxLength: 30 }), (events) => agreeAlong(entry, events)), { numRuns: 50, seed: 1 });
});

/** Three levels of states over fixed keys, so that every generated target exists. */
const TARGETS = ['#m', '#a', '#b', '#c', '#aa', '#ab', '#aaa', '#aab', '#ba', '#bb'];
const TYPES = ['X', 'Y', 'Z'];
const EVENTS: readonly Event[] = TYPES.flatMap((type) => [0, 1, 2, 3].map((bits) => ({ type, bits })));
const hasBit = (bit: number) => ({ event }: { readonly event: Event }): boolean => 'bits' in event && (Number(event.bits) & bit) !== 0;
const builder = setup({
  actions: Object.fromEntries(['p', 'q', 'r', 's'].map((name) => [name, (): void => {}])),
  guards: { low: hasBit(1), high: hasBit(2) },
});

const actionList = fc.array(fc.constantFrom('p', 'q', 'r', 's'), { maxLength: 2 });
const guard = fc.constantFrom(undefined, 'low', 'high');
const move = fc.record({ target: fc.option(fc.constantFrom(...TARGETS), { nil: undefined }), guard, reenter: fc.boolean(), actions: actionList });
const moves = fc.array(move, { minLength: 1, maxLength: 2 });
const rare = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });
const handlers = fc.dictionary(fc.constantFrom('X', 'Y', '*'), moves, { maxKeys: 2 });
const always = fc.array(move.map((one) => ({ ...one, guard: one.guard ?? 'low' })), { maxLength: 1 });
const shell = fc.record({ entry: actionList, exit: actionList, on: handlers, always });

const leaf = (id: string): fc.Arbitrary<object> => fc.oneof(
  { weight: 4, arbitrary: shell.map((state) => ({ id, ...state })) },
  { weight: 1, arbitrary: fc.record({ entry: actionList, exit: actionList }).map((state) => ({ id, type: 'final', ...state })) },
);
const parent = (id: string, children: Readonly<Record<string, fc.Arbitrary<object>>>): fc.Arbitrary<object> => fc.record({
  state: shell, onDone: rare(moves), initial: fc.record({ target: fc.constantFrom(...Object.keys(children)), actions: actionList }), states: fc.record(children),
}).map(({ state, onDone, ...rest }) => ({ id, ...state, ...rest, ...(onDone === undefined ? {} : { onDone }) }));

const tree = parent('m', {
  a: parent('a', { aa: parent('aa', { aaa: leaf('aaa'), aab: leaf('aab') }), ab: leaf('ab') }),
  b: parent('b', { ba: leaf('ba'), bb: leaf('bb') }),
  c: leaf('c'),
});

/** Undefined when it is outside the subset, as when its `always` never comes to rest. */
const supported = (machine: AnyStateMachine): boolean => {
  try {
    return compile(machine).id === machine.id;
  } catch (error) {
    expect(String(error)).toMatch(/^Error: Expected .*\. Instead, received .*\. /);
    return false;
  }
};

it('agrees with XState at every reachable point of a generated machine', () => {
  let points = 0;
  fc.assert(fc.property(tree, (config) => {
    const machine = builder.createMachine(config as Parameters<typeof builder.createMachine>[0]);
    fc.pre(supported(machine));
    points += agreeEverywhere(machine, EVENTS);
  }), { numRuns: 150, seed: 1 });
  expect(points).toBeGreaterThan(150 * EVENTS.length);
});
