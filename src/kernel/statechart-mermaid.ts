/**
 * Draws a compiled statechart as Mermaid `stateDiagram-v2` text, for the docs; the same chart always gives the same text.
 *
 * Why: Mermaid lays out no edge between a compound state and itself or what it contains, so those transitions, like actions without a
 * target, are written into the state (a leaf) or into a note beside it (a compound state, or the whole machine).
 */
import { actionNames, childrenOf, namedType, nameOf, transitionsOf, withAncestors, withDescendants } from './statechart/source.ts';
import type { SourceMachine, SourceNode, SourceTransition } from './statechart/source.ts';
import type { Statechart } from './statechart.ts';

type Ids = ReadonlyMap<SourceNode, string>;

/** Words that Mermaid would not read as a state. */
const RESERVED = ['as', 'choice', 'class', 'classDef', 'click', 'default', 'direction', 'end', 'fork', 'hide', 'href', 'join', 'note', 'scale', 'state', 'style'];

/** Identifiers without punctuation, each different from all before it. */
const idsOf = (root: SourceNode): Ids => {
  const taken = new Set(RESERVED);
  const ids = new Map<SourceNode, string>();
  for (const node of withDescendants(root)) {
    let id = (node.path.length === 0 ? 'machine' : nameOf(node)).replace(/[^A-Za-z0-9]/g, '_');
    while (taken.has(id)) id += '_';
    taken.add(id);
    ids.set(node, id);
  }
  return ids;
};

/** Entity codes for the characters that end a label. */
const escape = (text: string): string => text.replace(/[#:;"]/g, (character) => `#${character.charCodeAt(0)};`);

const triggerOf = (descriptor: string | undefined): string => {
  if (descriptor === undefined) return 'always';
  return descriptor.startsWith('xstate.done.state.') ? 'done' : descriptor;
};

const doing = (actions: readonly unknown[]): string => (actions.length === 0 ? '' : ` / ${actionNames(actions).join(', ')}`);

const labelOf = (descriptor: string | undefined, { guard, actions, reenter }: SourceTransition): string => {
  const condition = guard === undefined ? '' : ` [${namedType(guard) ?? ''}]`;
  return `${triggerOf(descriptor)}${condition}${doing(actions)}${reenter ? ' (reenter)' : ''}`;
};

const contains = (outer: SourceNode, inner: SourceNode): boolean => outer.type === 'compound' && withAncestors(inner).includes(outer);

/** Whether an edge can be drawn between two states. */
const isDrawable = (node: SourceNode, target: SourceNode | undefined): target is SourceNode =>
  target !== undefined && !contains(node, target) && !contains(target, node);

const destination = (node: SourceNode, target: SourceNode): string => {
  if (target === node) return 'itself';
  return target.path.length === 0 ? 'the start' : nameOf(target);
};

/** A transition that is no edge, in words. */
const innerLine = (node: SourceNode, descriptor: string | undefined, transition: SourceTransition): string => {
  const target = transition.target?.[0];
  const label = labelOf(descriptor, transition);
  if (target !== undefined) return `${label}, to ${destination(node, target)}`;
  return transition.actions.length === 0 ? `${label} (ignored)` : label;
};

/** What is said of a state in words, one line each. */
const innerLines = (node: SourceNode): readonly string[] => [
  ...(node.entry.length === 0 ? [] : [`entry${doing(node.entry)}`]),
  ...(node.exit.length === 0 ? [] : [`exit${doing(node.exit)}`]),
  ...transitionsOf(node).flatMap(([descriptor, transition]) =>
    (isDrawable(node, transition.target?.[0]) ? [] : [innerLine(node, descriptor, transition)])),
].map(escape);

const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `    ${line}`);

const drawInner = (node: SourceNode, id: string): readonly string[] => {
  const lines = innerLines(node);
  if (node.type !== 'compound') return lines.map((line) => `${id} : ${line}`);
  return lines.length === 0 ? [] : [`note right of ${id}`, ...indent(lines), 'end note'];
};

/** One edge from a state to each target, with a line for each transition. Why: Mermaid lays the labels of parallel edges over one another. */
const drawEdges = (node: SourceNode, ids: Ids): readonly string[] => {
  const labels = new Map<SourceNode, readonly string[]>();
  for (const [descriptor, transition] of transitionsOf(node)) {
    const target = transition.target?.[0];
    if (isDrawable(node, target)) labels.set(target, [...(labels.get(target) ?? []), escape(labelOf(descriptor, transition))]);
  }
  return [...labels].map(([target, lines]) => `${ids.get(node)} --> ${ids.get(target)} : ${lines.join('<br/>')}`);
};

/** The states within `node`: where it begins, each child, and which of them end it. */
const drawChildren = (node: SourceNode, ids: Ids): readonly string[] => {
  const begins = node.initial.target.map((child) => `[*] --> ${ids.get(child)}${node.initial.actions.length === 0 ? '' : ` : ${escape(doing(node.initial.actions).trim())}`}`);
  const ends = childrenOf(node).filter((child) => child.type === 'final').map((child) => `${ids.get(child)} --> [*]`);
  return [...begins, ...childrenOf(node).flatMap((child) => drawState(child, ids, child.key)), ...ends];
};

const drawState = (node: SourceNode, ids: Ids, title: string): readonly string[] => {
  const id = ids.get(node) ?? '';
  const head = `state "${escape(title)}" as ${id}`;
  const body = node.type === 'compound' ? [`${head} {`, ...indent(drawChildren(node, ids)), '}'] : [head];
  return [...body, ...drawInner(node, id)];
};

/** The diagram, ending in a newline. Edges read `EVENT [guard] / actions`. */
export const drawStatechart = <State extends string, Event extends { readonly type: string }, Action extends string>(
  chart: Statechart<State, Event, Action>,
): string => {
  const { root }: SourceMachine = chart.machine;
  const ids = idsOf(root);
  // The frame of the whole machine is drawn only when something is to be said of it.
  const states = innerLines(root).length === 0 ? drawChildren(root, ids) : drawState(root, ids, chart.id);
  const edges = withDescendants(root).flatMap((node) => drawEdges(node, ids));
  return `${['stateDiagram-v2', ...indent([...states, ...edges])].join('\n')}\n`;
};
