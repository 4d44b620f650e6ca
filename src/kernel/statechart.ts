/**
 * Compiles the statecharts of the components, written as XState 5 machines, into plain table-driven reducers.
 *
 * Models: statelyai/xstate packages/core/src/transition.ts (`transition`, `initialTransition`), for machines made of compound, atomic and final
 * states, `on`, `onDone`, `always`, `*`, `reenter`, and named actions and guards. That both agree is the property of
 * property-tests/kernel/statechart.property.spec.ts.
 * Not modelled: context, parallel and history states, invoke, after, inline functions, params; a machine that uses them is refused
 * (specs/kernel/statechart.spec.ts).
 */
import type { AnyStateMachine, EventFrom, SnapshotFrom, StateMachine } from 'xstate';
import { checkSubset } from './statechart/check-subset.ts';
import { decide, decideInitial, NO_CONTEXT } from './statechart/decide.ts';
import type { Decision } from './statechart/decide.ts';
import { firings } from './statechart/firings.ts';
import type { Firing } from './statechart/firings.ts';
import { childrenOf, nameOf, withDescendants } from './statechart/source.ts';
import type { SourceMachine, SourceNode } from './statechart/source.ts';

/** Frozen and shared: the same answer is the same object. */
export interface Next<State extends string, Action extends string> {
  readonly state: State;
  readonly actions: readonly Action[];
}

export interface Statechart<State extends string, Event extends { readonly type: string }, Action extends string> {
  readonly id: string;
  /** The state at rest after the machine is entered; nested states are dotted: `running.ready`. */
  readonly initial: State;
  readonly initialActions: readonly Action[];
  /** All states the machine can rest in (its leaves), in document order. */
  readonly states: readonly State[];
  /** All event types that some state names, in order of first mention. */
  readonly eventTypes: readonly Event['type'][];
  /** Each state with each event that it does something about, guards permitting: all that coverage of the chart can reach. */
  readonly firings: readonly Firing[];
  /** Same `state` and no actions when the event is not handled. Actions are in the order exit, transition, entry. Throws on an unknown state. */
  readonly next: (state: State, event: Event) => Next<State, Action>;
  readonly machine: AnyStateMachine;
}

type LeafOf<Value> = Value extends string ? Value : { [Key in keyof Value & string]: `${Key}.${LeafOf<Value[Key]>}` }[keyof Value & string];

/** The dotted names of the leaves of a machine. */
export type StateOf<Machine extends AnyStateMachine> = LeafOf<SnapshotFrom<Machine>['value']>;
export type EventOf<Machine extends AnyStateMachine> = EventFrom<Machine>;
/** The names declared in `setup({ actions })`. */
export type ActionOf<Machine extends AnyStateMachine> = Machine extends StateMachine<
  infer _Context, infer _Event, infer _Children, infer _Actor, infer Action, infer _Guard, infer _Delay, infer _Value, infer _Tag, infer _Input,
  infer _Output, infer _Emitted, infer _StateMeta, infer _Schema, infer _TransitionMeta
> ? Action['type'] : never;

/** The decisions of one state. */
interface Row {
  readonly byType: ReadonlyMap<string, Decision>;
  /** For the event types that the state does something about. */
  readonly firings: ReadonlyMap<string, Firing>;
  /** For the event types that no state names: wildcards and `always`. */
  readonly otherwise: Decision;
}

const eventTypesOf = (root: SourceNode): readonly string[] =>
  [...new Set(withDescendants(root).flatMap((node) => [...node.transitions.keys()]))].filter((type) => type !== '*');

const isIdle = (decision: Decision, state: string): boolean => decision.kind === 'outcome' && decision.outcome.state === state && decision.outcome.actions.length === 0;

const rowOf = (machine: SourceMachine, leaf: SourceNode, types: readonly string[]): Row => {
  const byType = new Map(types.map((type) => [type, decide(machine, leaf, type)]));
  const state = nameOf(leaf);
  const handled = types.filter((type) => !type.startsWith('xstate.') && !isIdle(byType.get(type) as Decision, state));
  return { byType, firings: new Map(handled.map((event) => [event, { chart: machine.id, state, event }])), otherwise: decide(machine, leaf, undefined) };
};

/** Compiles a machine once, its types taken from `setup`; or with the types given: `compile<State, Event, Action>(machine)`. Throws on what is not supported. */
export function compile<Machine extends AnyStateMachine>(machine: Machine): Statechart<StateOf<Machine>, EventOf<Machine>, ActionOf<Machine>>;
export function compile<State extends string, Event extends { readonly type: string }, Action extends string>(
  machine: AnyStateMachine,
): Statechart<State, Event, Action>;
export function compile(machine: AnyStateMachine): Statechart<string, { readonly type: string }, string> {
  const source: SourceMachine = machine;
  checkSubset(source);
  const leaves = withDescendants(source.root).filter((node) => childrenOf(node).length === 0);
  const types = eventTypesOf(source.root);
  const rows = new Map(leaves.map((leaf) => [nameOf(leaf), rowOf(source, leaf, types)]));
  const { state: initial, actions: initialActions } = decideInitial(source);
  const next = (state: string, event: { readonly type: string }): Next<string, string> => {
    const row = rows.get(state);
    if (row === undefined) throw new Error(`Expected a state of machine '${source.id}'. Instead, received '${state}'. Its states are ${[...rows.keys()].join(', ')}.`);
    if (firings.log !== undefined) {
      const firing = row.firings.get(event.type);
      if (firing !== undefined) firings.log.push(firing);
    }
    let decision = row.byType.get(event.type) ?? row.otherwise;
    while (decision.kind === 'ask') decision = decision.guard({ context: NO_CONTEXT, event }, undefined) ? decision.yes : decision.no;
    return decision.outcome;
  };
  const eventTypes = types.filter((type) => !type.startsWith('xstate.'));
  return { id: source.id, initial, initialActions, states: [...rows.keys()], eventTypes, firings: [...rows.values()].flatMap((row) => [...row.firings.values()]), next, machine };
}

/** The states that sequences of the sample events lead to, the initial one included, in order of discovery. */
export const reachable = <State extends string, Event extends { readonly type: string }, Action extends string>(
  chart: Statechart<State, Event, Action>,
  events: readonly NoInfer<Event>[],
): readonly State[] => {
  const found = new Set<State>([chart.initial]);
  // A Set shows its iterator what is added while it runs, so this visits every state found.
  for (const state of found) for (const event of events) found.add(chart.next(state, event).state);
  return [...found];
};
