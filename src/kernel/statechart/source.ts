/** The parts of an XState machine that the compiler reads, as structural types, so that only `statechart.ts` names xstate. */

/** `target` is resolved by XState: undefined when the transition only runs actions. */
export interface SourceTransition {
  readonly source: SourceNode;
  readonly target: readonly SourceNode[] | undefined;
  readonly reenter: boolean;
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
}

export interface SourceNode {
  readonly id: string;
  readonly key: string;
  /** Keys from below the root to this node; empty for the root. */
  readonly path: readonly string[];
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly parent?: SourceNode | undefined;
  readonly states: Readonly<Record<string, SourceNode>>;
  readonly initial: { readonly target: readonly SourceNode[]; readonly actions: readonly unknown[] };
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  /** By event descriptor, in the order of the definition. */
  readonly transitions: ReadonlyMap<string, readonly SourceTransition[]>;
  readonly always?: readonly SourceTransition[] | undefined;
  readonly config: { readonly after?: unknown; readonly invoke?: unknown; readonly output?: unknown; readonly route?: unknown };
}

export interface SourceMachine {
  readonly id: string;
  readonly root: SourceNode;
  readonly config: { readonly context?: unknown };
  readonly implementations: {
    readonly actions?: Readonly<Record<string, unknown>> | undefined;
    readonly guards?: Readonly<Record<string, unknown>> | undefined;
  };
}

/** What a guard is asked with. `context` is always empty: the subset has none. */
export interface GuardArguments {
  readonly context: Readonly<Record<string, never>>;
  readonly event: { readonly type: string };
}
export type GuardFunction = (args: GuardArguments, params: undefined) => boolean;

/** The name of a state: its keys, dotted. */
export const nameOf = (node: SourceNode): string => node.path.join('.');

/** The children in document order. */
export const childrenOf = (node: SourceNode): readonly SourceNode[] => Object.values(node.states);

/** The node and all below it, in document order. */
export const withDescendants = (node: SourceNode): readonly SourceNode[] => [node, ...childrenOf(node).flatMap(withDescendants)];

/** The node, its parent, and so on up to the root. */
export const withAncestors = (node: SourceNode): readonly SourceNode[] => [node, ...(node.parent === undefined ? [] : withAncestors(node.parent))];

/** A named action, or guard, is a string or an object with nothing but `type`; undefined for anything else. */
export const namedType = (reference: unknown): string | undefined => {
  if (typeof reference === 'string') return reference;
  if (typeof reference !== 'object' || reference === null || !('type' in reference) || typeof reference.type !== 'string') return undefined;
  return 'params' in reference && reference.params !== undefined ? undefined : reference.type;
};

/** The names of actions already known to be named. */
export const actionNames = (actions: readonly unknown[]): readonly string[] => actions.flatMap((action) => namedType(action) ?? []);

/** All transitions that a node defines, with the event descriptor; undefined for `always`. */
export const transitionsOf = (node: SourceNode): readonly (readonly [string | undefined, SourceTransition])[] => [
  ...[...node.transitions].flatMap(([descriptor, list]) => list.map((transition) => [descriptor, transition] as const)),
  ...(node.always ?? []).map((transition) => [undefined, transition] as const),
];
