import { describe, expect, it } from 'vitest';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { run } from '../../src/kernel/run.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';

interface Count { readonly n: number }

/** Five parties that each send themselves ten messages; `taken` counts the transitions that were worked out. */
const parties = (): { readonly world: World; readonly taken: () => number } => {
  let taken = 0;
  const party = (id: string): Actor<Count> => ({
    id, initial: { n: 0 },
    transition: ({ n }) => {
      taken += 1;
      return n < 10 ? [{ n: n + 1 }, [send(id, 'next', n)]] : [{ n }, noEffects];
    },
  });
  const actors = ['a', 'b', 'c', 'd', 'e'].map((id) => hosted(party(id)));
  return { world: createWorld({ seed: '1', startMs: 0, lagMs: 0, latencyMs: () => 0, actors }), taken: () => taken };
};

const settle = (world: World, seed: string): World => {
  run(world, randomChooser(seed), { maxSteps: 1000 });
  return world;
};

describe('a world that remembers transitions', () => {
  it('works out each local history once, whatever the order of steps between actors', () => {
    const { world, taken } = parties();
    const remembering = world.forkRemembering(1000);
    const before = taken();
    settle(remembering.fork(), 'one');
    expect(taken() - before).toBe(50);
    settle(remembering.fork(), 'two');
    settle(remembering.fork(), 'three');
    expect(taken() - before).toBe(50);
  });

  it('ends where a world without memory ends', () => {
    const { world } = parties();
    const remembering = world.forkRemembering(1000);
    for (const seed of ['one', 'two']) expect(settle(remembering.fork(), seed).hash()).toBe(settle(world.fork(), seed).hash());
  });

  it('leaves the world it was forked from without a memory', () => {
    const { world, taken } = parties();
    world.forkRemembering(1000);
    const before = taken();
    settle(world.fork(), 'one');
    settle(world.fork(), 'one');
    expect(taken() - before).toBe(100);
  });

  it('forgets all when it holds as many as it may', () => {
    const { world, taken } = parties();
    const remembering = world.forkRemembering(30);
    const before = taken();
    settle(remembering.fork(), 'one');
    settle(remembering.fork(), 'one');
    expect(taken() - before).toBeGreaterThan(50);
    expect(settle(remembering.fork(), 'one').hash()).toBe(settle(world.fork(), 'one').hash());
  });
});
