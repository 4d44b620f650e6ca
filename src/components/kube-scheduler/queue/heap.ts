/**
 * A priority queue as an immutable value: a leftist heap, O(log n) push and pop, sharing all but the path it changes.
 * Models: pkg/scheduler/backend/heap/heap.go (deletion by key is the queue's business: it ignores entries that no longer hold)
 */

export interface Heap<T> {
  readonly rank: number;
  readonly item: T;
  readonly left: Heap<T> | undefined;
  readonly right: Heap<T> | undefined;
}
/** Less than 0: `a` goes first. Must be a total order, so that the result does not depend on the order of pushes. */
export type Before<T> = (a: T, b: T) => number;

const node = <T>(item: T, a: Heap<T> | undefined, b: Heap<T> | undefined): Heap<T> => {
  const ra = a?.rank ?? 0;
  const rb = b?.rank ?? 0;
  return ra >= rb ? { rank: rb + 1, item, left: a, right: b } : { rank: ra + 1, item, left: b, right: a };
};

const merge = <T>(a: Heap<T> | undefined, b: Heap<T> | undefined, before: Before<T>): Heap<T> | undefined => {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return before(a.item, b.item) <= 0 ? node(a.item, a.left, merge(a.right, b, before)) : node(b.item, b.left, merge(a, b.right, before));
};

export const push = <T>(heap: Heap<T> | undefined, item: T, before: Before<T>): Heap<T> =>
  merge({ rank: 1, item, left: undefined, right: undefined }, heap, before) as Heap<T>;

/** Without its first item. */
export const popped = <T>(heap: Heap<T>, before: Before<T>): Heap<T> | undefined => merge(heap.left, heap.right, before);
