/** What breaks, who is told, and what is lost. */
import { describe, expect, it } from 'vitest';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import { run } from '../../src/kernel/run.ts';
import { arm, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { order, puppet, seenBy, worldOf } from './toys.ts';

const settle = (world: World): void => {
  run(world, fifoChooser(), { maxSteps: 1000 });
};

const pair = (): World => worldOf([puppet('a'), puppet('b')]);

describe('crash', () => {
  it('loses volatile state, timers and what is undelivered; peers with an open connection are told once per channel', () => {
    const world = worldOf([puppet('a'), puppet('b'), puppet('c')]);
    order(world, 'b', send('a', 'x', 'lost'), send('a', 'y', 'lost'), arm('t', 5));
    order(world, 'a', send('b', 'x', 'lost too'), arm('t', 5));
    const record = world.take({ kind: 'crash', actor: 'a' });
    expect(record).toMatchObject({ actor: 'a', input: undefined, effects: [], cause: 0 });
    expect(world.isUp('a')).toBe(false);
    expect(world.timers().map(({ actor }) => actor)).toEqual(['b']);
    expect(world.undelivered().every(({ isDisconnect, cause }) => isDisconnect && cause === record.index)).toBe(true);
    settle(world);
    expect(seenBy(world, 'b')).toEqual(['disconnected:a:x', 'disconnected:a:y', 'timer:t']);
    expect(seenBy(world, 'c')).toEqual([]);
  });

  it('tells peers whose connection is idle', () => {
    const world = pair();
    order(world, 'a', send('b', 'watch', 'hello'));
    settle(world);
    world.advance({ kind: 'crash', actor: 'b' });
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:watch']);
  });

  it('a restart begins anew with what was durable, one incarnation later', () => {
    const world = pair();
    order(world, 'a');
    world.advance({ kind: 'crash', actor: 'a' });
    expect(world.canTake({ kind: 'inject', to: 'a', channel: 'x', body: 1 })).toBe(false);
    const record = world.take({ kind: 'restart', actor: 'a' });
    expect(record).toMatchObject({ actor: 'a', input: { kind: 'start', durable: 1 } });
    expect(world.incarnationOf('a')).toBe(1);
    expect(world.stateOf('a')).toEqual({ orders: 1, seen: [] });
  });

  it('a message to a crashed actor is refused: the sender is told, as a step of its own', () => {
    const world = pair();
    world.advance({ kind: 'crash', actor: 'b' });
    order(world, 'a', send('b', 'x', 1), send('b', 'x', 2));
    expect(world.undelivered()).toMatchObject([{ from: 'b', to: 'a', channel: 'x', isDisconnect: true, cause: 2 }]);
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:x']);
  });

  it('what a peer sends before it has learned of the crash is lost; afterwards the connection is new', () => {
    const world = pair();
    order(world, 'a', send('b', 'x', 'first'));
    world.advance({ kind: 'crash', actor: 'b' });
    world.advance({ kind: 'restart', actor: 'b' });
    order(world, 'a', send('b', 'x', 'into the void'));
    settle(world);
    order(world, 'a', send('b', 'x', 'anew'));
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:x']);
    expect(seenBy(world, 'b')).toEqual(['a:x:anew']);
  });

  it('a peer that was to be told and has not heard is told still after a second crash', () => {
    const world = pair();
    order(world, 'a', send('b', 'x', 1));
    for (const kind of ['crash', 'restart', 'crash'] as const) world.advance({ kind, actor: 'b' });
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:x']);
  });
});

describe('cut, heal and reset', () => {
  it('a cut tells both, loses what is undelivered, and refuses sends until healed', () => {
    const world = pair();
    order(world, 'a', send('b', 'x', 'lost'));
    const record = world.take({ kind: 'cut', a: 'b', b: 'a' });
    expect(record).toMatchObject({ actor: undefined, input: undefined });
    expect(world.isCut('a', 'b')).toBe(true);
    expect(world.canTake({ kind: 'cut', a: 'a', b: 'b' })).toBe(false);
    settle(world);
    order(world, 'b', send('a', 'y', 'refused'));
    settle(world);
    world.advance({ kind: 'heal', a: 'a', b: 'b' });
    order(world, 'b', send('a', 'y', 'arrives'));
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:x', 'b:y:arrives']);
    expect(seenBy(world, 'b')).toEqual(['disconnected:a:x', 'disconnected:a:y']);
  });

  it('a reset breaks one channel once, in both directions', () => {
    const world = pair();
    order(world, 'a', send('b', 'x', 'lost'), send('b', 'y', 'stays'));
    world.advance({ kind: 'reset', a: 'b', b: 'a', channel: 'x' });
    settle(world);
    order(world, 'b', send('a', 'x', 'anew'));
    settle(world);
    expect(seenBy(world, 'a')).toEqual(['disconnected:b:x', 'b:x:anew']);
    expect([...seenBy(world, 'b')].sort((p, q) => (p < q ? -1 : 1))).toEqual(['a:y:stays', 'disconnected:a:x']);
  });

  it('faults are told apart by the hash', () => {
    const hashes = [
      pair(),
      ...(['crash', 'cut', 'skew'] as const).map((kind) => {
        const world = pair();
        world.advance(kind === 'crash' ? { kind, actor: 'a' } : kind === 'cut' ? { kind, a: 'a', b: 'b' } : { kind, actor: 'a', offsetMs: 5, rate: 1 });
        return world;
      }),
    ].map((world) => world.hash());
    expect(new Set(hashes).size).toBe(4);
  });
});
