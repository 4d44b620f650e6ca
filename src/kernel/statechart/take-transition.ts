/**
 * What one transition does in one active leaf: the states left and entered, and the actions in order.
 *
 * Models: statelyai/xstate packages/core/src/stateUtils.ts (getTransitionDomain, computeExitSet, computeEntrySet, exitStates, enterStates).
 * Not modelled: parallel and history states, invoked actors (refused by `check-subset.ts`).
 */
import { actionNames, withAncestors } from './source.ts';
import type { SourceNode, SourceTransition } from './source.ts';

/** One microstep. `finished` is the compound state whose final child was entered. */
export interface Microstep {
  readonly leaf: SourceNode;
  readonly actions: readonly string[];
  readonly finished: SourceNode | undefined;
}

/** Undefined stands for what is above the root, of which everything is below. */
type Domain = SourceNode | undefined;

const properAncestors = (node: SourceNode): readonly SourceNode[] => withAncestors(node).slice(1);

const isBelow = (node: SourceNode, domain: Domain): boolean => domain === undefined || properAncestors(node).includes(domain);

/** The innermost state that the transition stays inside of. */
const domainOf = ({ source, reenter }: SourceTransition, target: SourceNode): Domain => {
  if (!reenter && (target === source || isBelow(target, source))) return source;
  const common = properAncestors(target).find((ancestor) => isBelow(source, ancestor));
  return common ?? (reenter ? undefined : withAncestors(source).at(-1));
};

/** From a state's initial child down to a leaf. */
const initialPath = (node: SourceNode): readonly SourceNode[] => {
  const child = node.type === 'compound' ? node.initial.target[0] : undefined;
  return child === undefined ? [] : [child, ...initialPath(child)];
};

const exitActions = (nodes: readonly SourceNode[]): readonly string[] => nodes.flatMap((node) => actionNames(node.exit));

/** A state entered by default also runs the actions of its `initial`. */
const defaultEntryActions = (nodes: readonly SourceNode[]): readonly string[] =>
  nodes.flatMap((node) => [...actionNames(node.entry), ...actionNames(node.initial.actions)]);

/** Whether the machine is done: its configuration cannot change any more. */
export const isDone = (leaf: SourceNode): boolean => leaf.type === 'final' && leaf.parent?.parent === undefined;

const arrive = (leaf: SourceNode, actions: readonly string[]): Microstep => ({
  leaf,
  // Why: a machine that is done leaves all its states, though its state value stays.
  actions: isDone(leaf) ? [...actions, ...exitActions(withAncestors(leaf))] : actions,
  finished: leaf.type === 'final' ? leaf.parent : undefined,
});

/** Enters the machine. */
export const enterInitial = (root: SourceNode): Microstep => {
  const path = [root, ...initialPath(root)];
  return arrive(path.at(-1) ?? root, defaultEntryActions(path));
};

export const takeTransition = (leaf: SourceNode, transition: SourceTransition): Microstep => {
  const target = transition.target?.[0];
  const own = actionNames(transition.actions);
  if (target === undefined) return { leaf, actions: own, finished: undefined };
  const domain = domainOf(transition, target);
  const left = withAncestors(leaf).filter((node) => isBelow(node, domain));
  const through = properAncestors(target).filter((node) => isBelow(node, domain)).reverse();
  const staysInTarget = target === transition.source && target === domain;
  const entered = [...(staysInTarget ? [] : [target]), ...initialPath(target)];
  const actions = [...exitActions(left), ...own, ...through.flatMap((node) => actionNames(node.entry)), ...defaultEntryActions(entered)];
  const reached = entered.at(-1);
  return reached === undefined ? { leaf, actions, finished: undefined } : arrive(reached, actions);
};
