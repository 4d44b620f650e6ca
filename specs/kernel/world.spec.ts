/** What a world does with steps, time and effects. */
import { describe, expect, it } from 'vitest';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { run } from '../../src/kernel/run.ts';
import type { Step } from '../../src/kernel/step.ts';
import { arm, cancel, send } from '../../src/kernel/transition.ts';
import { counter, order, pinger, ponger, puppet, recorder, seenBy, startMs, worldOf } from './toys.ts';

const offeredSteps = (world: ReturnType<typeof worldOf>): readonly Step[] => Array.from({ length: world.offered().count }, (_, i) => world.offered().at(i));

describe('the beginning', () => {
  it('gives every actor start, in order of name, as step 0', () => {
    const world = worldOf([puppet('b'), puppet('a', [send('b', 'x', 'hello')])]);
    expect(world.stepCount).toBe(0);
    expect(world.beginning.map(({ index, actor, input, cause }) => ({ index, actor, input, cause }))).toEqual([
      { index: 0, actor: 'a', input: { kind: 'start', durable: undefined }, cause: 0 },
      { index: 0, actor: 'b', input: { kind: 'start', durable: undefined }, cause: 0 },
    ]);
    expect(world.undelivered()).toMatchObject([{ from: 'a', to: 'b', channel: 'x', body: 'hello', cause: 0 }]);
  });

  it('refuses two actors of one name', () => {
    expect(() => worldOf([puppet('a'), puppet('a')])).toThrow('found two of "a"');
  });
});

describe('offers', () => {
  it('deliveries by link name, then timers by due time, ties by actor and key', () => {
    const world = worldOf([
      puppet('b', [send('a', 'z', 1), send('a', 'y', 1), arm('t2', 5), arm('t1', 7), arm('t0', 7)]), puppet('a', [send('b', 'q', 1), send('a', 'self', 1), arm('t', 7)]),
    ]);
    expect(offeredSteps(world)).toEqual([
      { kind: 'deliver', from: 'a', to: 'a', channel: 'self' }, { kind: 'deliver', from: 'a', to: 'b', channel: 'q' },
      { kind: 'deliver', from: 'b', to: 'a', channel: 'y' }, { kind: 'deliver', from: 'b', to: 'a', channel: 'z' },
      { kind: 'fire', actor: 'b', key: 't2' }, { kind: 'fire', actor: 'a', key: 't' }, { kind: 'fire', actor: 'b', key: 't0' }, { kind: 'fire', actor: 'b', key: 't1' },
    ]);
  });

  it('a timer only while firing it keeps the lag bound on messages and other timers', () => {
    const world = worldOf([puppet('a', [arm('soon', 100), arm('late', 1050), arm('later', 2000)]), puppet('b')]);
    expect(offeredSteps(world).map((step) => (step.kind === 'fire' ? step.key : step.kind))).toEqual(['soon', 'late']);
    order(world, 'b', send('a', 'x', 1));
    expect(offeredSteps(world).map((step) => (step.kind === 'fire' ? step.key : step.kind))).toEqual(['deliver', 'soon']);
  });

  it('the oldest message first, and a timer only when nothing is undelivered', () => {
    const world = worldOf([puppet('a', [arm('t', 0), send('b', 'z', 1)]), puppet('b', [send('a', 'a', 2)])]);
    expect(world.offered().oldest()).toEqual({ kind: 'deliver', from: 'a', to: 'b', channel: 'z' });
    run(world, fifoChooser(), { maxSteps: 2 });
    expect(world.offered().oldest()).toEqual({ kind: 'fire', actor: 'a', key: 't' });
  });

  it('the earliest due first; at a tie deliveries before timers', () => {
    const world = worldOf([puppet('a', [arm('t', 5), arm('u', 2), send('b', 'x', 1)]), puppet('b')], { latencyMs: () => 5 });
    const keys = ['u', 'x', 't'].map(() => world.take(world.offered().earliest() as Step).step);
    expect(keys.map((step) => (step.kind === 'fire' ? step.key : step.kind))).toEqual(['u', 'deliver', 't']);
    expect(world.nowMs).toBe(startMs + 5);
  });
});

describe('time', () => {
  it('moves to when a message was due, never back, and not at all without latency', () => {
    const still = worldOf([pinger('p', 'q', 3), ponger('q')]);
    run(still, fifoChooser(), { maxSteps: 100 });
    expect(still.nowMs).toBe(startMs);
    const slow = worldOf([pinger('p', 'q', 3), ponger('q')], { latencyMs: () => 1.5 });
    expect(run(slow, timedChooser(), { maxSteps: 100 })).toEqual({ outcome: 'quiescent', steps: 6 });
    expect(slow.nowMs).toBe(startMs + 9);
  });

  it('a message never overtakes the one before it on its link', () => {
    const latencies = [5, 1];
    const world = worldOf([puppet('a', [send('b', 'x', 1), send('b', 'x', 2)]), puppet('b')], { latencyMs: () => latencies.shift() ?? 0 });
    expect(world.undelivered().map(({ dueMs }) => dueMs - startMs)).toEqual([5, 5]);
  });

  it('latencies are rounded up to microseconds', () => {
    const world = worldOf([puppet('a', [send('b', 'x', 1)]), puppet('b')], { latencyMs: () => 0.00012 });
    expect(world.undelivered()[0]?.dueMs).toBe(startMs + 0.001);
  });

  it('a skewed clock reads its offset more and runs at its rate, its timers too', () => {
    const world = worldOf([puppet('a', [arm('old', 100)]), puppet('b', [arm('tick', 10)])]);
    world.advance({ kind: 'skew', actor: 'a', offsetMs: 5000, rate: 2 });
    expect(world.clockOf('a')).toBe(startMs + 5000);
    expect(world.timers().find(({ actor }) => actor === 'a')?.dueMs).toBe(startMs + 50);
    world.advance({ kind: 'fire', actor: 'b', key: 'tick' });
    expect(world.clockOf('a')).toBe(startMs + 5020);
    order(world, 'a', arm('new', 30));
    expect(world.timers().find(({ key }) => key === 'new')?.dueMs).toBe(startMs + 25);
  });
});

describe('timers', () => {
  it('arming again replaces, cancelling disarms, a fired timer is no longer armed', () => {
    const world = worldOf([puppet('a', [arm('t', 10), arm('t', 20), arm('gone', 5), cancel('gone'), cancel('never')])]);
    expect(world.timers()).toMatchObject([{ actor: 'a', key: 't', dueMs: startMs + 20 }]);
    const record = world.take({ kind: 'fire', actor: 'a', key: 't' });
    expect(record).toMatchObject({ index: 1, nowMs: startMs + 20, actor: 'a', input: { kind: 'timer', key: 't' }, cause: 0 });
    expect(world.canTake({ kind: 'fire', actor: 'a', key: 't' })).toBe(false);
    expect(world.offered().count).toBe(0);
  });

  it('many timers armed over and over fire in order', () => {
    const world = worldOf([puppet('a')]);
    for (let i = 0; i < 500; i += 1) order(world, 'a', arm(`t${i % 7}`, 1000 - i));
    run(world, timedChooser(), { maxSteps: 100 });
    expect(seenBy(world, 'a')).toEqual(['timer:t2', 'timer:t1', 'timer:t0', 'timer:t6', 'timer:t5', 'timer:t4', 'timer:t3']);
  });
});

describe('records and steps', () => {
  it('a record names the step that caused it', () => {
    const world = worldOf([puppet('a'), recorder('b')]);
    order(world, 'a', send('b', 'x', 'one'));
    const record = world.take({ kind: 'deliver', from: 'a', to: 'b', channel: 'x' });
    expect(record).toMatchObject({ index: 2, cause: 1, actor: 'b', input: { kind: 'message', from: 'a', channel: 'x', body: 'one' } });
  });

  it('a step that is not enabled throws and changes nothing', () => {
    const world = worldOf([puppet('a'), puppet('b')]);
    const before = world.hash();
    for (const step of [
      { kind: 'deliver', from: 'a', to: 'b', channel: 'x' }, { kind: 'deliver', from: 'nobody', to: 'b', channel: 'x' }, { kind: 'fire', actor: 'a', key: 't' },
      { kind: 'restart', actor: 'a' }, { kind: 'heal', a: 'a', b: 'b' }, { kind: 'cut', a: 'a', b: 'a' }, { kind: 'inject', to: 'nobody', channel: 'x', body: 1 },
    ] as const) {
      expect(world.canTake(step)).toBe(false);
      expect(() => world.take(step)).toThrow('step 1 is not enabled');
    }
    expect(world.hash()).toBe(before);
    expect(world.stepCount).toBe(0);
  });

  it('sending to an actor that does not exist is a broken invariant', () => {
    expect(() => worldOf([puppet('a', [send('nobody', 'x', 1)])])).toThrow('sent to "nobody"');
  });

  it('run stops at quiescence, by until, at its budget, and tells each step', () => {
    const world = worldOf([pinger('p', 'q', 3), ponger('q')]);
    const seen: number[] = [];
    expect(run(world, fifoChooser(), { maxSteps: 2, onStep: ({ index }) => seen.push(index) })).toEqual({ outcome: 'budget', steps: 2 });
    expect(run(world, fifoChooser(), { maxSteps: 9, until: (_, { index }) => index === 4 })).toEqual({ outcome: 'until', steps: 2 });
    expect(run(world, { name: 'lazy', choose: () => undefined }, { maxSteps: 9 })).toEqual({ outcome: 'chooser-stopped', steps: 0 });
    expect(run(world, randomChooser('any'), { maxSteps: 9 })).toEqual({ outcome: 'quiescent', steps: 2 });
    expect(seen).toEqual([1, 2]);
  });
});

describe('fork and hash', () => {
  it('a fork goes its own way', () => {
    const world = worldOf([pinger('p', 'q', 3), ponger('q')]);
    const fork = world.fork();
    run(fork, fifoChooser(), { maxSteps: 100 });
    expect(world.stepCount).toBe(0);
    expect(world.undeliveredCount).toBe(1);
    expect(fork.stateOf('q')).toBe(3);
    run(world, fifoChooser(), { maxSteps: 100 });
    expect(world.hash()).toBe(fork.hash());
  });

  it('steps that commute give the same hash, in whichever order they were taken', () => {
    const begin = (): ReturnType<typeof worldOf> => worldOf([counter('c'), counter('d'), puppet('p', [send('c', 'x', 3), send('d', 'y', 4)])]);
    const [c, d] = [{ kind: 'deliver', from: 'p', to: 'c', channel: 'x' }, { kind: 'deliver', from: 'p', to: 'd', channel: 'y' }] as const;
    const one = begin();
    one.advance(c);
    expect(one.hash()).not.toBe(begin().hash());
    one.advance(d);
    const other = begin();
    other.advance(d);
    other.advance(c);
    expect(one.hash()).toBe(other.hash());
  });
});
