/** What the statechart compiler promises, by example, and each construct that it refuses. */
import { expect, expectTypeOf, it } from 'vitest';
import { and, assign, createMachine, setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { drawStatechart } from '../../src/kernel/statechart-mermaid.ts';
import { compile, reachable } from '../../src/kernel/statechart.ts';

const noop = (): void => {};

type Event = { readonly type: 'START' } | { readonly type: 'EXITED'; readonly code: number } | { readonly type: 'DELETE' };

const machine = setup({
  types: { events: {} as Event },
  actions: { pull: noop, run: noop, report: noop, clean: noop },
  guards: { hasFailed: ({ event }) => event.type === 'EXITED' && event.code !== 0 },
}).createMachine({
  id: 'container',
  initial: 'waiting',
  states: {
    waiting: { entry: 'pull', on: { START: 'running' } },
    running: {
      initial: 'up', exit: 'clean', on: { DELETE: 'gone' },
      states: {
        up: { entry: 'run', on: { EXITED: [{ guard: 'hasFailed', target: 'backing-off', actions: 'report' }, { target: '#container.gone' }], START: { actions: 'report' } } },
        'backing-off': { on: { '*': { target: 'up' } } },
      },
    },
    gone: { type: 'final' },
  },
});
const chart = compile(machine);

it('begins in the leaf of the initial state, with its entry actions', () => {
  expect(chart).toMatchObject({ id: 'container', initial: 'waiting', initialActions: ['pull'] });
  expect(chart.states).toEqual(['waiting', 'running.up', 'running.backing-off', 'gone']);
  expect(chart.eventTypes).toEqual(['START', 'DELETE', 'EXITED']);
});

it('takes its types from setup', () => {
  expectTypeOf(chart.initial).toEqualTypeOf<'waiting' | 'running.up' | 'running.backing-off' | 'gone'>();
  expectTypeOf(chart.next).parameter(1).toEqualTypeOf<Event>();
  expectTypeOf(chart.initialActions).toEqualTypeOf<readonly ('pull' | 'run' | 'report' | 'clean')[]>();
  expectTypeOf(compile<'a' | 'b', { type: 'GO' }, 'act'>).returns.toHaveProperty('initial').toEqualTypeOf<'a' | 'b'>();
});

it('enters nested states by their initial child, in the order exit, transition, entry', () => {
  expect(chart.next('waiting', { type: 'START' })).toEqual({ state: 'running.up', actions: ['run'] });
  expect(chart.next('running.up', { type: 'EXITED', code: 0 })).toEqual({ state: 'gone', actions: ['clean'] });
  expect(chart.next('running.up', { type: 'DELETE' })).toEqual({ state: 'gone', actions: ['clean'] });
});

it('asks guards about the event', () => {
  expect(chart.next('running.up', { type: 'EXITED', code: 1 })).toEqual({ state: 'running.backing-off', actions: ['report'] });
});

it('runs actions in place when there is no target', () => {
  expect(chart.next('running.up', { type: 'START' })).toEqual({ state: 'running.up', actions: ['report'] });
});

it('prefers an inner wildcard to an outer exact match', () => {
  expect(chart.next('running.backing-off', { type: 'DELETE' })).toEqual({ state: 'running.up', actions: ['run'] });
});

it('stays, without actions, when an event is not handled', () => {
  expect(chart.next('waiting', { type: 'DELETE' })).toEqual({ state: 'waiting', actions: [] });
  expect(chart.next('gone', { type: 'START' })).toEqual({ state: 'gone', actions: [] });
});

it('answers with the same frozen object each time', () => {
  const answer = chart.next('running.up', { type: 'EXITED', code: 1 });
  expect(chart.next('running.up', { type: 'EXITED', code: 2 })).toBe(answer);
  expect(Object.isFrozen(answer) && Object.isFrozen(answer.actions)).toBe(true);
});

it('finds the states that sample events lead to', () => {
  expect(reachable(chart, [{ type: 'START' }])).toEqual(['waiting', 'running.up']);
  expect(reachable(chart, [{ type: 'START' }, { type: 'DELETE' }, { type: 'EXITED', code: 1 }])).toEqual(['waiting', 'running.up', 'gone', 'running.backing-off']);
});

it('names its states when asked about another', () => {
  expect(() => compile<string, Event, string>(machine).next('running', { type: 'START' })).toThrow(
    "Expected a state of machine 'container'. Instead, received 'running'. Its states are waiting, running.up, running.backing-off, gone.",
  );
});

it('is drawn with nested states, guards and actions', () => {
  expect(drawStatechart(chart)).toBe(`stateDiagram-v2
    [*] --> waiting
    state "waiting" as waiting
    waiting : entry / pull
    state "running" as running {
        [*] --> running_up
        state "up" as running_up
        running_up : entry / run
        running_up : START / report
        state "backing-off" as running_backing_off
    }
    note right of running
        exit / clean
    end note
    state "gone" as gone
    gone --> [*]
    waiting --> running : START
    running --> gone : DELETE
    running_up --> running_backing_off : EXITED [hasFailed] / report
    running_up --> gone : EXITED
    running_backing_off --> running_up : *
`);
});

it('is drawn with one edge from a state to another, a line for each transition', () => {
  const twice = createMachine({ id: 'm', initial: 'a', states: { a: { on: { X: 'b', Y: 'b' } }, b: {} } });
  expect(drawStatechart(compile(twice))).toContain('    a --> b : X<br/>Y\n');
});

it('is drawn without edges between a state and what contains it', () => {
  const nested = createMachine({
    id: 'm', initial: 'a', on: { R: '.a' },
    states: { a: { initial: 'x', on: { '*': '.x', S: { target: 'a', reenter: true } }, states: { x: { on: { U: '#m.a', N: undefined } } } } },
  });
  expect(drawStatechart(compile(nested))).toBe(`stateDiagram-v2
    state "m" as machine {
        [*] --> a
        state "a" as a {
            [*] --> a_x
            state "x" as a_x
            a_x : U, to a
            a_x : N (ignored)
        }
        note right of a
            *, to a.x
            S (reenter), to itself
        end note
    }
    note right of machine
        R, to a
    end note
`);
});

const around = (a: object, root: object = {}, implementations: object = {}): AnyStateMachine =>
  createMachine({ id: 'm', initial: 'a', states: { a, b: {} }, ...root } as Parameters<typeof createMachine>[0], implementations);

const plain = { guards: { both: and([() => true]), fine: () => true }, actions: { counted: assign({}) } };

it.each([
  ['context', around({}, { context: { n: 1 } }), "Expected machine 'm' to have no `context`."],
  ['no states', createMachine({ id: 'm' }), "Expected machine 'm' to have states."],
  ['parallel', around({ type: 'parallel', states: { x: {}, y: {} } }), "Expected state 'a' of machine 'm' to be atomic, compound or final. Instead, received a parallel state."],
  ['history', around({ type: 'history' }), 'Instead, received a history state.'],
  ['after', around({ after: { 10: 'b' } }), "Expected state 'a' of machine 'm' to have no `after`."],
  ['invoke', around({ invoke: { src: 'x' } }), "Expected state 'a' of machine 'm' to have no `invoke`."],
  ['output', around({ type: 'final', output: 1 }), 'to have no `output`.'],
  ['route', around({ id: 'r', route: {} }), 'to have no `route`.'],
  ['a dotted key', around({}, { states: { 'a.b': {}, a: {} } }), "to have no '.' in its key. Instead, received 'a.b'."],
  ['an inline action', around({ entry: () => {} }), "Expected state 'a' of machine 'm' to name its actions. Instead, received an inline function."],
  ['an inline built-in action', around({ exit: assign({}) }), "to name its actions. Instead, received the built-in 'xstate.assign'."],
  ['a named built-in action', around({ on: { X: { actions: 'counted' } } }, {}, plain), "to use plain actions only. Instead, received 'counted', implemented as the built-in 'xstate.assign'."],
  ['action params', around({ entry: { type: 'x', params: { n: 1 } } }), 'to name its actions. Instead, received one with `params`.'],
  ['an inline guard', around({ on: { X: { guard: () => true, target: 'b' } } }), 'to name its guards. Instead, received an inline function.'],
  ['a guard that is not implemented', around({ on: { X: { guard: 'lost', target: 'b' } } }), "to use guards that setup implements. Instead, received 'lost', which is not."],
  ['a composed guard', around({ on: { X: { guard: 'both', target: 'b' } } }, {}, plain), 'to use guards that look at the event only.'],
  ['guard params', around({ on: { X: { guard: { type: 'fine', params: 1 }, target: 'b' } } }, {}, plain), 'to name its guards.'],
  ['a partial wildcard', around({ on: { 'x.*': 'b' } }), "to handle whole event types or '*'. Instead, received 'x.*'."],
  ['several targets', around({ on: { X: { target: ['b', 'a'] } } }), 'to have one target per transition.'],
  ['a final state with transitions', around({ type: 'final', on: { X: 'b' } }), 'to have neither transitions nor states, being final.'],
  ['leaving a final state by the root', around({}, { states: { a: {}, b: { type: 'final' } }, on: { X: '.a' } }), "to have no transitions of its own beside its final state 'b'. Instead, received 'X'."],
  ['an endless loop', around({ always: 'b' }, { states: { a: { always: 'b' }, b: { always: 'a' } } }), 'to come to rest. Instead, received an endless loop of `always`.'],
])('refuses %s', (_what, refused, message) => {
  expect(() => compile(refused)).toThrow(message);
});
