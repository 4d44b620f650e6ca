import { describe, expect, it } from 'vitest';
import { DEFAULT_RATE_LIMITS } from '../../src/client/workqueue/rate-limiter.ts';
import { add, addAfter, addDue, addRateLimited, armTimer, done, forget, get, length, newWorkqueue, numRequeues } from '../../src/client/workqueue/workqueue.ts';
import type { Workqueue } from '../../src/client/workqueue/workqueue.ts';

const adding = (...keys: readonly string[]): Workqueue => keys.reduce(add, newWorkqueue());

const taken = (queue: Workqueue): readonly [string, Workqueue] => {
  const [key, next] = get(queue);
  if (key === undefined) return expect.fail('Expected a key.');
  return [key, next];
};

describe('workqueue (doc.go)', () => {
  it('fair: items are processed in the order in which they are added', () => {
    expect(adding('b', 'a', 'c').queue.toArray()).toEqual(['b', 'a', 'c']);
  });
  it('stingy: an item added several times before it can be processed is processed once', () => {
    expect(length(adding('a', 'b', 'a', 'a'))).toBe(2);
  });
  it('stingy: a single item is not processed several times concurrently', () => {
    const [, queue] = taken(adding('a'));
    expect(get(add(queue, 'a'))[0]).toBeUndefined();
  });
  it('multiple consumers: different items may be processed at once', () => {
    const [first, queue] = taken(adding('a', 'b'));
    expect([first, taken(queue)[0]]).toEqual(['a', 'b']);
  });
  it('an item may be reenqueued while it is being processed', () => {
    const [, queue] = taken(adding('a'));
    expect(done(add(queue, 'a'), 'a').queue.toArray()).toEqual(['a']);
  });
  it('an item that is done and was not added again is gone', () => {
    const [, queue] = taken(adding('a'));
    expect(length(done(queue, 'a'))).toBe(0);
    expect(done(queue, 'a').status.size).toBe(0);
  });
  it('done for an item that is not being processed breaks an invariant', () => {
    expect(() => done(adding('a'), 'a')).toThrow('Expected a key that is being processed.');
  });
  it('the same queue comes back when nothing changed', () => {
    const queue = adding('a');
    expect(add(queue, 'a')).toBe(queue);
    expect(forget(queue, 'a')).toBe(queue);
  });
});

describe('delayed additions', () => {
  it('one timer serves all, and moves when an earlier key comes', () => {
    let queue = addAfter(newWorkqueue(), 'a', 100, 0);
    const [armed, effects] = armTimer(queue, 't', 0);
    expect(effects).toEqual([{ kind: 'arm', key: 't', afterMs: 100 }]);
    expect(armTimer(addAfter(armed, 'b', 200, 0), 't', 0)[1]).toEqual([]);
    queue = addAfter(armed, 'c', 30, 10);
    expect(armTimer(queue, 't', 10)[1]).toEqual([{ kind: 'arm', key: 't', afterMs: 30 }]);
  });
  it('the earlier of two times for a key counts', () => {
    const queue = addAfter(addAfter(addAfter(newWorkqueue(), 'a', 100, 0), 'a', 50, 0), 'a', 80, 0);
    expect(queue.dueMs.get('a')).toBe(50);
    expect(addDue(queue, 50).queue.toArray()).toEqual(['a']);
    expect(addDue(queue, 49).queue.toArray()).toEqual([]);
  });
  it('no delay is an addition', () => {
    expect(addAfter(newWorkqueue(), 'a', 0, 0).queue.toArray()).toEqual(['a']);
  });
});

describe('rate limits', () => {
  const delays = (n: number): readonly number[] => {
    const found: number[] = [];
    let queue = newWorkqueue();
    for (let i = 0; i < n; i += 1) {
      queue = addRateLimited(queue, DEFAULT_RATE_LIMITS, 'a', 0);
      found.push(queue.dueMs.get('a') as number);
      queue = { ...addDue(queue, Number.MAX_SAFE_INTEGER), limiter: queue.limiter };
    }
    return found;
  };
  it('a key waits 5 ms, then twice as long each time, up to 1000 s', () => {
    expect(delays(20)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 20_480, 40_960, 81_920, 163_840, 327_680, 655_360, 1_000_000, 1_000_000]);
  });
  it('forgetting starts over', () => {
    const queue = addRateLimited(addRateLimited(newWorkqueue(), DEFAULT_RATE_LIMITS, 'a', 0), DEFAULT_RATE_LIMITS, 'a', 0);
    expect(numRequeues(queue, 'a')).toBe(2);
    expect(numRequeues(forget(queue, 'a'), 'a')).toBe(0);
  });
  it('the whole queue has 100 at once and 10 a second', () => {
    let queue = newWorkqueue();
    for (let i = 0; i < 102; i += 1) queue = addRateLimited(queue, DEFAULT_RATE_LIMITS, `k${i}`, 0);
    expect([queue.dueMs.get('k99'), queue.dueMs.get('k100'), queue.dueMs.get('k101')]).toEqual([5, 100, 200]);
  });
});
