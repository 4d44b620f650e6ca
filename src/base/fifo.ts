/** A persistent first-in first-out queue: an immutable value, every operation O(1) amortised in linear use. */

export interface Fifo<T> {
  readonly size: number;
  /** The item that came in first; undefined when empty. */
  readonly head: T | undefined;
  push(item: T): Fifo<T>;
  /** Without the head; an empty queue stays as it is. */
  shift(): Fifo<T>;
  /** From head to tail. */
  toArray(): readonly T[];
}

interface Cell<T> {
  readonly item: T;
  readonly next: Cell<T> | undefined;
}

const reversed = <T>(cells: Cell<T> | undefined): Cell<T> | undefined => {
  let result: Cell<T> | undefined;
  for (let cell = cells; cell !== undefined; cell = cell.next) result = { item: cell.item, next: result };
  return result;
};

/**
 * Why a class: one hidden class with methods on the prototype makes a queue of one message cost two small allocations.
 * Invariant: `front` is undefined only when the queue is empty; `back` holds the newest items, newest first.
 */
class Queue<T> implements Fifo<T> {
  readonly size: number;
  readonly head: T | undefined;
  private readonly front: Cell<T> | undefined;
  private readonly back: Cell<T> | undefined;

  constructor(size: number, front: Cell<T> | undefined, back: Cell<T> | undefined) {
    this.size = size;
    this.head = front === undefined ? undefined : front.item;
    this.front = front;
    this.back = back;
  }

  push(item: T): Fifo<T> {
    return this.size === 0
      ? new Queue(1, { item, next: undefined }, undefined)
      : new Queue(this.size + 1, this.front, { item, next: this.back });
  }

  shift(): Fifo<T> {
    if (this.size <= 1) return emptyFifo<T>();
    const next = this.front?.next;
    return next === undefined ? new Queue(this.size - 1, reversed(this.back), undefined) : new Queue(this.size - 1, next, this.back);
  }

  toArray(): readonly T[] {
    const items: T[] = [];
    for (let cell = this.front; cell !== undefined; cell = cell.next) items.push(cell.item);
    for (let cell = reversed(this.back); cell !== undefined; cell = cell.next) items.push(cell.item);
    return items;
  }
}

const empty: Fifo<unknown> = new Queue<unknown>(0, undefined, undefined);

/** The empty queue, shared. */
export const emptyFifo = <T>(): Fifo<T> => empty as Fifo<T>;
