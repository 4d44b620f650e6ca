/**
 * The keys that wait for a later time, earliest first: an immutable search tree.
 * Models: client-go/util/workqueue/delaying_queue.go `waitForPriorityQueue`
 * Invariant: the tree's shape depends on its contents only (a treap whose priorities are hashes), so equal contents are equal values.
 */
import { compareNumbers, compareStrings } from '../../base/order.ts';
import { hashText } from '../../base/hash.ts';

export interface WaitingNode {
  readonly atMs: number;
  readonly key: string;
  readonly left: Waiting;
  readonly right: Waiting;
}

export type Waiting = WaitingNode | undefined;

const compare = (atMs: number, key: string, node: WaitingNode): number => compareNumbers(atMs, node.atMs) || compareStrings(key, node.key);

/** Whether `key` belongs above `other`. */
const isAbove = (key: string, other: string): boolean => {
  const a = hashText(key);
  const b = hashText(other);
  return a === b ? key > other : a > b;
};

const split = (node: Waiting, atMs: number, key: string): readonly [Waiting, Waiting] => {
  if (node === undefined) return [undefined, undefined];
  if (compare(atMs, key, node) < 0) {
    const [left, right] = split(node.left, atMs, key);
    return [left, { ...node, left: right }];
  }
  const [left, right] = split(node.right, atMs, key);
  return [{ ...node, right: left }, right];
};

const merge = (left: Waiting, right: Waiting): Waiting => {
  if (left === undefined) return right;
  if (right === undefined) return left;
  return isAbove(left.key, right.key) ? { ...left, right: merge(left.right, right) } : { ...right, left: merge(left, right.left) };
};

/** `key` must not be waiting yet. */
export const waitFor = (node: Waiting, atMs: number, key: string): Waiting => {
  if (node === undefined || isAbove(key, node.key)) {
    const [left, right] = split(node, atMs, key);
    return { atMs, key, left, right };
  }
  return compare(atMs, key, node) < 0 ? { ...node, left: waitFor(node.left, atMs, key) } : { ...node, right: waitFor(node.right, atMs, key) };
};

/** Without the entry; the same tree when there is none. */
export const stopWaiting = (node: Waiting, atMs: number, key: string): Waiting => {
  if (node === undefined) return undefined;
  const order = compare(atMs, key, node);
  if (order === 0) return merge(node.left, node.right);
  return order < 0 ? { ...node, left: stopWaiting(node.left, atMs, key) } : { ...node, right: stopWaiting(node.right, atMs, key) };
};

export const earliest = (node: Waiting): WaitingNode | undefined => {
  let first = node;
  while (first?.left !== undefined) first = first.left;
  return first;
};
