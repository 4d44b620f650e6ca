/** A binary heap: the least item first. Deletion is lazy: the owner skips what is no longer alive. */

export interface Heap<T> {
  readonly items: T[];
  readonly less: (a: T, b: T) => boolean;
}

const siftUp = <T>({ items, less }: Heap<T>, start: number): void => {
  const item = items[start] as T;
  let i = start;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!less(item, items[parent] as T)) break;
    items[i] = items[parent] as T;
    i = parent;
  }
  items[i] = item;
};

const siftDown = <T>({ items, less }: Heap<T>, start: number): void => {
  const item = items[start] as T;
  const size = items.length;
  let i = start;
  for (let child = 2 * i + 1; child < size; child = 2 * i + 1) {
    if (child + 1 < size && less(items[child + 1] as T, items[child] as T)) child += 1;
    if (!less(items[child] as T, item)) break;
    items[i] = items[child] as T;
    i = child;
  }
  items[i] = item;
};

export const pushHeap = <T>(heap: Heap<T>, item: T): void => {
  heap.items.push(item);
  siftUp(heap, heap.items.length - 1);
};

export const dropTop = <T>(heap: Heap<T>): void => {
  const last = heap.items.pop();
  if (last === undefined || heap.items.length === 0) return;
  heap.items[0] = last;
  siftDown(heap, 0);
};

/** The least item that is alive; drops the dead above it. */
export const liveTop = <T>(heap: Heap<T>, isAlive: (item: T) => boolean): T | undefined => {
  for (let top = heap.items[0]; top !== undefined; top = heap.items[0]) {
    if (isAlive(top)) return top;
    dropTop(heap);
  }
  return undefined;
};

/** Orders `items` in place as a heap. */
export const heapFrom = <T>(items: T[], less: (a: T, b: T) => boolean): Heap<T> => {
  const heap = { items, less };
  for (let i = (items.length >> 1) - 1; i >= 0; i -= 1) siftDown(heap, i);
  return heap;
};
