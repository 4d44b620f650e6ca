/**
 * Works out, before any event comes, all that an event can do in a state: a decision over named guards, with shared frozen results.
 *
 * Models: statelyai/xstate packages/core/src/stateUtils.ts (macrostep, selectTransitions, selectEventlessTransitions) and StateNode.ts (next).
 * Not modelled: raised events other than `done.state`, partial wildcards (refused by `check-subset.ts`).
 */
import { refuse } from './check-subset.ts';
import { nameOf, namedType, withAncestors } from './source.ts';
import type { GuardFunction, SourceMachine, SourceNode, SourceTransition } from './source.ts';
import { enterInitial, isDone, takeTransition } from './take-transition.ts';
import type { Microstep } from './take-transition.ts';

export interface Outcome {
  readonly state: string;
  readonly actions: readonly string[];
}

export type Decision =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'ask'; readonly guard: GuardFunction; readonly yes: Decision; readonly no: Decision };

/** A guard's answer; undefined while it is not known. */
type Answers = (guard: string) => boolean | undefined;
type Selection = { readonly kind: 'transition'; readonly transition: SourceTransition | undefined } | { readonly kind: 'unknown'; readonly guard: string };
type Simulation = { readonly kind: 'rest'; readonly outcome: Outcome } | { readonly kind: 'unknown'; readonly guard: string };

/** More microsteps than this in one step is an endless loop of `always`. */
const MICROSTEP_LIMIT = 200;
export const NO_CONTEXT: Readonly<Record<string, never>> = Object.freeze({});
const NO_ACTIONS: readonly never[] = Object.freeze([]);

const guardNamed = (machine: SourceMachine, name: string): GuardFunction => machine.implementations.guards?.[name] as GuardFunction;

/** Innermost state first; within a state the exact type before the wildcard. `type` undefined: one that no state names. */
const handlersOf = (leaf: SourceNode, type: string | undefined): readonly SourceTransition[] =>
  withAncestors(leaf).flatMap((node) => [...((type === undefined ? undefined : node.transitions.get(type)) ?? []), ...(node.transitions.get('*') ?? [])]);

const alwaysOf = (leaf: SourceNode): readonly SourceTransition[] => withAncestors(leaf).flatMap((node) => node.always ?? []);

const select = (candidates: readonly SourceTransition[], answers: Answers): Selection => {
  for (const transition of candidates) {
    const guard = namedType(transition.guard);
    const answer = guard === undefined ? true : answers(guard);
    if (answer === undefined) return { kind: 'unknown', guard: guard ?? '' };
    if (answer) return { kind: 'transition', transition };
  }
  return { kind: 'transition', transition: undefined };
};

/** Answers for an event whose content is known at compile time. */
const answersFor = (machine: SourceMachine, event: { readonly type: string }): Answers => (name) =>
  Boolean(guardNamed(machine, name)({ context: NO_CONTEXT, event }, undefined));

/** What XState raises when a final child of `parent` is entered. */
const doneEvent = (parent: SourceNode): { readonly type: string; readonly output: undefined } => ({ type: `xstate.done.state.${parent.id}`, output: undefined });

const freeze = (leaf: SourceNode, actions: readonly string[]): Outcome =>
  Object.freeze({ state: nameOf(leaf), actions: actions.length === 0 ? NO_ACTIONS : Object.freeze([...actions]) });

/** Goes on from `start` until nothing is enabled: eventless transitions first, then the `done.state` events of states that finished. */
const settle = (machine: SourceMachine, start: Microstep, trigger: Answers): Simulation => {
  let { leaf } = start;
  let answers = trigger;
  let eventless = true;
  const actions = [...start.actions];
  const finished = start.finished === undefined ? [] : [start.finished];
  for (let count = 0; !isDone(leaf); count += 1) {
    if (count > MICROSTEP_LIMIT) refuse(machine, leaf, 'come to rest', 'an endless loop of `always`', 'Give one of its transitions a guard that turns false.');
    let selection: Selection = select(eventless ? alwaysOf(leaf) : [], answers);
    const isAlways: boolean = selection.kind === 'transition' && selection.transition !== undefined;
    if (selection.kind === 'transition' && !isAlways) {
      const parent = finished.shift();
      if (parent === undefined) break;
      // Why: from here on XState shows guards the `done.state` event instead of the one that began the step.
      const event = doneEvent(parent);
      answers = answersFor(machine, event);
      selection = select(handlersOf(leaf, event.type), answers);
    }
    if (selection.kind === 'unknown') return selection;
    const step = selection.transition === undefined ? { leaf, actions: [], finished: undefined } : takeTransition(leaf, selection.transition);
    // Why: an eventless transition that ends where it began is taken once, not for ever.
    eventless = !isAlways || step.leaf !== leaf;
    leaf = step.leaf;
    actions.push(...step.actions);
    if (step.finished !== undefined) finished.push(step.finished);
  }
  return { kind: 'rest', outcome: freeze(leaf, actions) };
};

const simulate = (machine: SourceMachine, leaf: SourceNode, type: string | undefined, answers: Answers): Simulation => {
  const selection = select(handlersOf(leaf, type), answers);
  if (selection.kind === 'unknown') return selection;
  const first = selection.transition === undefined ? { leaf, actions: [], finished: undefined } : takeTransition(leaf, selection.transition);
  return settle(machine, first, answers);
};

/** What `type` does in `leaf`: simulated anew for each answer to each guard that comes up. Guards are pure, so each is asked once. */
export const decide = (machine: SourceMachine, leaf: SourceNode, type: string | undefined, known: ReadonlyMap<string, boolean> = new Map()): Decision => {
  const simulation = simulate(machine, leaf, type, (guard) => known.get(guard));
  if (simulation.kind === 'rest') return { kind: 'outcome', outcome: simulation.outcome };
  const { guard } = simulation;
  const assuming = (answer: boolean): Decision => decide(machine, leaf, type, new Map([...known, [guard, answer]]));
  return { kind: 'ask', guard: guardNamed(machine, guard), yes: assuming(true), no: assuming(false) };
};

/** Where the machine begins, and with which actions. */
export const decideInitial = (machine: SourceMachine): Outcome => {
  const simulation = settle(machine, enterInitial(machine.root), answersFor(machine, { type: 'xstate.init' }));
  return simulation.kind === 'rest' ? simulation.outcome : refuse(machine, machine.root, 'begin in one state', `the open guard '${simulation.guard}'`, 'Guards must be functions of the event.');
};
