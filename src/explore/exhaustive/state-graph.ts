/** What an exhaustive search has seen: states by hash, how each was first reached, and the steps between them. */
import { combine, highLane, hashNumber, lowLane, packLanes } from '../../base/hash.ts';
import type { Step } from '../../kernel/step.ts';

export interface StateNode {
  readonly hash: number;
  /** Index of the state it was first reached from; -1 for the first. */
  readonly parent: number;
  /** The choice by which it was reached; undefined for the first. */
  readonly choice: Step | undefined;
}

interface Edge {
  readonly to: number;
  readonly steps: number;
}

export interface PathLengths {
  /** Kernel steps from the first state to an end. Undefined: no end is known. */
  readonly fewest: number | undefined;
  /** Undefined: no end is known, or a run can go around for ever. */
  readonly most: number | undefined;
  /** Choices that lead back to a state on their own way: a run may go around for ever. */
  readonly cycles: number;
}

export interface StateGraph {
  readonly size: number;
  readonly transitions: number;
  readonly indexOf: (hash: number) => number | undefined;
  readonly add: (node: StateNode) => number;
  readonly addEdge: (from: number, to: number, steps: number) => void;
  readonly markEnd: (index: number) => void;
  /** The choices from the first state to this one. */
  readonly choicesTo: (index: number) => readonly Step[];
  /** Independent of the order in which states were found. */
  readonly fingerprint: () => number;
  readonly lengths: () => PathLengths;
}

export const newStateGraph = (): StateGraph => {
  const byHash = new Map<number, number>();
  const nodes: StateNode[] = [];
  const edges: Edge[][] = [];
  const ends = new Set<number>();
  let transitions = 0;

  /** Depth first with a stack of our own: an edge to a state that is still open closes a cycle. */
  const postorder = (): { readonly order: readonly number[]; readonly cycles: number } => {
    const order: number[] = [];
    const open = new Uint8Array(nodes.length);
    const stack: { readonly index: number; next: number }[] = nodes.length === 0 ? [] : [{ index: 0, next: 0 }];
    if (nodes.length > 0) open[0] = 1;
    let cycles = 0;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = edges[top.index]?.[top.next];
      top.next += 1;
      if (edge === undefined) {
        open[top.index] = 2;
        order.push(top.index);
        stack.pop();
      } else if (open[edge.to] === 0) {
        open[edge.to] = 1;
        stack.push({ index: edge.to, next: 0 });
      } else if (open[edge.to] === 1) cycles += 1;
    }
    return { order, cycles };
  };

  const lengths = (): PathLengths => {
    const { order, cycles } = postorder();
    const fewest = new Float64Array(nodes.length).fill(Infinity);
    const most = new Float64Array(nodes.length).fill(-Infinity);
    for (const index of order) {
      if (ends.has(index)) fewest[index] = most[index] = 0;
      for (const { to, steps } of edges[index] as readonly Edge[]) {
        fewest[index] = Math.min(fewest[index] as number, (fewest[to] as number) + steps);
        most[index] = Math.max(most[index] as number, (most[to] as number) + steps);
      }
    }
    const known = (length: number | undefined): number | undefined => (length !== undefined && Number.isFinite(length) ? length : undefined);
    return { fewest: known(fewest[0]), most: cycles > 0 ? undefined : known(most[0]), cycles };
  };

  return {
    get size() { return nodes.length; },
    get transitions() { return transitions; },
    indexOf: (hash) => byHash.get(hash),
    add: (node) => {
      byHash.set(node.hash, nodes.length);
      edges.push([]);
      return nodes.push(node) - 1;
    },
    addEdge: (from, to, steps) => {
      transitions += 1;
      edges[from]?.push({ to, steps });
    },
    markEnd: (index) => { ends.add(index); },
    choicesTo: (index) => {
      const choices: Step[] = [];
      for (let node = nodes[index]; node?.choice !== undefined; node = nodes[node.parent]) choices.push(node.choice);
      return choices.reverse();
    },
    fingerprint: () => {
      let [high, low] = [0, 0];
      for (const { hash } of nodes) {
        const mixed = combine(hash, 1);
        high ^= highLane(mixed);
        low ^= lowLane(mixed);
      }
      return combine(combine(packLanes(high, low), hashNumber(nodes.length)), hashNumber(ends.size));
    },
    lengths,
  };
};
