/** Laws of the workqueue, over any order of additions, workers and time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_RATE_LIMITS } from '../../src/client/workqueue/rate-limiter.ts';
import { add, addAfter, addDue, addRateLimited, armTimer, done, forget, get, isDirty, isProcessing, length, newWorkqueue } from '../../src/client/workqueue/workqueue.ts';
import type { Workqueue } from '../../src/client/workqueue/workqueue.ts';
import { earliest, stopWaiting, waitFor } from '../../src/client/workqueue/waiting.ts';
import type { Waiting } from '../../src/client/workqueue/waiting.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd');
const command = fc.oneof(
  fc.record({ kind: fc.constantFrom('add' as const, 'rate-limited' as const, 'forget' as const, 'done' as const), key }),
  fc.record({ kind: fc.constant('after' as const), key, ms: fc.nat(50) }),
  fc.record({ kind: fc.constantFrom('get' as const, 'tick' as const), key }),
);

it('a key is with one worker at a time, no addition is lost, and additions before a get are one', () => {
  fc.assert(fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
    let queue: Workqueue = newWorkqueue();
    let nowMs = 0;
    let timerMs: number | undefined;
    const busy = new Set<string>();
    /** Keys added and not handed out since. */
    const wanted = new Set<string>();
    const due = new Map<string, number>();
    const arm = (): void => {
      const [next, effects] = armTimer(queue, 't', nowMs);
      queue = next;
      for (const effect of effects) if (effect.kind === 'arm') timerMs = nowMs + effect.afterMs;
    };
    const later = (name: string, atMs: number): void => { due.set(name, Math.min(due.get(name) ?? Infinity, atMs)); };
    for (const step of commands) {
      if (step.kind === 'add') { queue = add(queue, step.key); wanted.add(step.key); }
      if (step.kind === 'after') {
        queue = addAfter(queue, step.key, step.ms, nowMs);
        if (step.ms === 0) wanted.add(step.key);
        else later(step.key, nowMs + step.ms);
      }
      if (step.kind === 'rate-limited') {
        const failures = queue.limiter.failures.get(step.key) ?? 0;
        queue = addRateLimited(queue, DEFAULT_RATE_LIMITS, step.key, nowMs);
        later(step.key, nowMs + 5 * 2 ** failures);
      }
      if (step.kind === 'forget') queue = forget(queue, step.key);
      if (step.kind === 'done' && busy.has(step.key)) { queue = done(queue, step.key); busy.delete(step.key); }
      if (step.kind === 'get') {
        const [taken, next] = get(queue);
        queue = next;
        if (taken !== undefined) {
          expect(busy.has(taken)).toBe(false);
          expect(wanted.has(taken)).toBe(true);
          busy.add(taken);
          wanted.delete(taken);
        }
      }
      if (step.kind === 'tick' && timerMs !== undefined) {
        nowMs = timerMs;
        timerMs = undefined;
        queue = addDue(queue, nowMs);
        for (const [name, atMs] of due) if (atMs <= nowMs) { wanted.add(name); due.delete(name); }
      }
      arm();
      expect(timerMs).toBe(due.size === 0 ? undefined : Math.min(...due.values()));
      for (const name of ['a', 'b', 'c', 'd']) {
        expect(isDirty(queue, name)).toBe(wanted.has(name));
        expect(isProcessing(queue, name)).toBe(busy.has(name));
      }
      expect([...queue.queue.toArray()].sort((a, b) => (a < b ? -1 : 1))).toEqual([...wanted].filter((name) => !busy.has(name)).sort((a, b) => (a < b ? -1 : 1)));
      expect(length(queue)).toBe(queue.queue.size);
    }
  }), { numRuns: 500, seed: 1 });
});

it('what waits comes out by time, and the tree depends on its contents only', () => {
  const entries = fc.uniqueArray(fc.record({ key: fc.string({ maxLength: 3 }), atMs: fc.nat(20) }), { selector: (entry) => entry.key, maxLength: 40 });
  const grown = (list: readonly { readonly key: string; readonly atMs: number }[]): Waiting =>
    list.reduce<Waiting>((tree, entry) => waitFor(tree, entry.atMs, entry.key), undefined);
  fc.assert(fc.property(entries, fc.nat(40), (list, removed) => {
    const kept = list.filter((_, at) => at >= removed);
    const tree = list.slice(0, removed).reduce<Waiting>((left, entry) => stopWaiting(left, entry.atMs, entry.key), grown(list));
    expect(tree).toEqual(grown([...kept].reverse()));
    const order: number[] = [];
    for (let rest = tree, first = earliest(rest); first !== undefined; rest = stopWaiting(rest, first.atMs, first.key), first = earliest(rest)) order.push(first.atMs);
    expect(order).toEqual(kept.map(({ atMs }) => atMs).sort((a, b) => a - b));
  }), { numRuns: 200, seed: 1 });
});
