/** Refuses, at compile time, a machine that uses more of XState than the compiled reducer can honour. */
import { actionNames, childrenOf, namedType, transitionsOf, withDescendants } from './source.ts';
import type { SourceMachine, SourceNode, SourceTransition } from './source.ts';

/** Says where, what was expected, what was found, and what to do instead. */
export const refuse = (machine: SourceMachine, node: SourceNode, expected: string, received: string, hint: string): never => {
  const place = node.path.length === 0 ? `machine '${machine.id}'` : `state '${node.path.join('.')}' of machine '${machine.id}'`;
  throw new Error(`Expected ${place} to ${expected}. Instead, received ${received}. ${hint}`);
};

const describe = (value: unknown): string => {
  if (typeof value === 'function') return 'type' in value && typeof value.type === 'string' ? `the built-in '${value.type}'` : 'an inline function';
  return typeof value === 'object' && value !== null && 'params' in value ? 'one with `params`' : `a value of type ${typeof value}`;
};

const checkActions = (machine: SourceMachine, node: SourceNode, actions: readonly unknown[]): void => {
  for (const action of actions) {
    if (namedType(action) === undefined) refuse(machine, node, 'name its actions', describe(action), 'Declare it in setup({ actions }) and use its name.');
  }
  for (const name of actionNames(actions)) {
    const implementation = machine.implementations.actions?.[name];
    if (typeof implementation === 'function' && 'resolve' in implementation) {
      refuse(machine, node, 'use plain actions only', `'${name}', implemented as ${describe(implementation)}`, 'Implement it as () => {} and let the component interpret the name.');
    }
  }
};

const checkGuard = (machine: SourceMachine, node: SourceNode, guard: unknown): void => {
  if (guard === undefined) return;
  const name = namedType(guard);
  if (name === undefined) return refuse(machine, node, 'name its guards', describe(guard), 'Declare it in setup({ guards }) as a function of the event, and use its name.');
  const implementation = machine.implementations.guards?.[name];
  if (typeof implementation !== 'function') {
    return refuse(machine, node, 'use guards that setup implements', `'${name}', which is not`, 'Add it to setup({ guards }).');
  }
  if ('check' in implementation) {
    refuse(machine, node, 'use guards that look at the event only', `'${name}', built with and, or, not or stateIn`, 'Write it as a plain function of the event.');
  }
};

const checkTransition = (machine: SourceMachine, node: SourceNode, descriptor: string | undefined, transition: SourceTransition): void => {
  if (descriptor !== undefined && descriptor !== '*' && descriptor.includes('*')) {
    refuse(machine, node, "handle whole event types or '*'", `'${descriptor}'`, 'List the event types.');
  }
  if ((transition.target?.length ?? 0) > 1) refuse(machine, node, 'have one target per transition', 'several', 'Without parallel states there is one.');
  checkGuard(machine, node, transition.guard);
  checkActions(machine, node, transition.actions);
};

const ABSENT = [
  ['after', 'Arm a timer of the kernel and send the machine an event.'],
  ['invoke', 'Name an action and let the component interpret it.'],
  ['output', 'Keep data in the component, beside the state name.'],
  ['route', 'Use an ordinary event.'],
] as const;

const checkAbsent = (machine: SourceMachine, node: SourceNode): void => {
  for (const [key, hint] of ABSENT) if (node.config[key] !== undefined) refuse(machine, node, `have no \`${key}\``, `\`${key}\``, hint);
};

const checkNode = (machine: SourceMachine, node: SourceNode): void => {
  if (node.type === 'parallel') refuse(machine, node, 'be atomic, compound or final', 'a parallel state', 'Use one machine for each region.');
  if (node.type === 'history') refuse(machine, node, 'be atomic, compound or final', 'a history state', 'Name the state to return to.');
  if (node.path.some((key) => key.includes('.'))) refuse(machine, node, "have no '.' in its key", `'${node.key}'`, 'Dots separate the keys of nested states.');
  if (node.type === 'final' && (childrenOf(node).length > 0 || transitionsOf(node).length > 0)) {
    refuse(machine, node, 'have neither transitions nor states, being final', 'some', "Remove type: 'final' or what follows it.");
  }
  checkActions(machine, node, [...node.entry, ...node.exit, ...node.initial.actions]);
  for (const [descriptor, transition] of transitionsOf(node)) checkTransition(machine, node, descriptor, transition);
};

/** Throws on the first use of something outside the subset. */
export const checkSubset = (machine: SourceMachine): void => {
  const { root } = machine;
  if (machine.config.context !== undefined) refuse(machine, root, 'have no `context`', '`context`', 'Keep data in the component, beside the state name.');
  // Why first: XState turns some of these into transitions and actions of other nodes, which would be blamed instead.
  for (const node of withDescendants(root)) checkAbsent(machine, node);
  for (const node of withDescendants(root)) checkNode(machine, node);
  if (root.type !== 'compound') refuse(machine, root, 'have states', 'none', 'Add `initial` and `states`.');
  // Why: XState's pure transition lets such a machine leave its final state while still calling it done, a fact no state name can carry.
  const final = childrenOf(root).find((child) => child.type === 'final');
  if (final !== undefined && root.transitions.size > 0) {
    refuse(machine, root, `have no transitions of its own beside its final state '${final.key}'`, `'${[...root.transitions.keys()].join("', '")}'`, "Move them into the states that handle them, or remove type: 'final'.");
  }
};
