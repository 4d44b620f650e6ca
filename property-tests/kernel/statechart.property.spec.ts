/** The compiled reducer and XState's own pure transition agree on every reachable (state, event), of small machines and of generated ones; the components' own are in property-tests/cluster. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { compile } from '../../src/kernel/statechart.ts';
import { agreeAlong, agreeEverywhere, compiled, UNNAMED } from './statechart-agreement.ts';
import type { AnyEvent as Event } from './statechart-agreement.ts';
import { corpus } from './statechart-corpus.ts';

it.each(corpus)('agrees with XState at every reachable point of $machine.id', ({ machine, events }) => {
  expect(agreeEverywhere(compiled(machine), [...events, UNNAMED]).size).toBeGreaterThan(0);
});

it.each(corpus)('agrees with XState along any events of $machine.id', ({ machine, events }) => {
  const chart = compiled(machine);
  fc.assert(fc.property(fc.array(fc.constantFrom(...events, UNNAMED), { maxLength: 30 }), (some) => agreeAlong(chart, some)), { numRuns: 50, seed: 1 });
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
    points += agreeEverywhere(compiled(machine), EVENTS).size * EVENTS.length;
  }), { numRuns: 150, seed: 1 });
  expect(points).toBeGreaterThan(150 * EVENTS.length);
});
