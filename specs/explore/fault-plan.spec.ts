/** Fault plans: how they are written, what is refused, and what an injector makes of them. */
import { describe, expect, it } from 'vitest';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { parseFaultPlan, printFaultPlan } from '../../src/explore/faults/fault-plan.ts';
import { racyWorld } from './racy-toy.ts';

const targets = { crash: ['controller'], cut: [['controller', 'store']], reset: ['store'], skew: ['user'], nodes: [['ring/0', 'ring/1']] } as const;

describe('explore.fault-plan', () => {
  it('reads kinds, limits and rates', () => {
    expect(parseFaultPlan('crash,reset:5@20')).toMatchObject({ right: [{ kind: 'crash', limit: 2, perThousand: 5 }, { kind: 'reset', limit: 5, perThousand: 20 }] });
    expect(parseFaultPlan('none')).toMatchObject({ right: [] });
    expect(parseFaultPlan('all')).toMatchObject({ right: [{ kind: 'crash' }, { kind: 'reset' }, { kind: 'cut' }, { kind: 'skew' }, { kind: 'node' }] });
    expect(printFaultPlan([{ kind: 'cut', limit: 1, perThousand: 7 }])).toBe('cut:1@7');
  });

  it('says what it expected', () => {
    expect(parseFaultPlan('fire')).toEqual({ _tag: 'Left', left: 'Expected one of crash, reset, cut, skew, node, or all, each with :LIMIT and @PER-THOUSAND-STEPS if wanted. Instead, received "fire".' });
    expect(parseFaultPlan('crash@2000')).toMatchObject({ _tag: 'Left' });
  });
});

describe('explore.fault-injector', () => {
  it('keeps the limit of each kind and mends what it broke', () => {
    const world = racyWorld();
    const injector = faultInjector(world, targets, [{ kind: 'crash', perThousand: 1000, limit: 2 }, { kind: 'cut', perThousand: 1000, limit: 1 }], '1');
    const kinds: string[] = [];
    for (let asked = 0; asked < 5000; asked += 1) {
      const step = injector.next();
      if (step === undefined) continue;
      kinds.push(step.kind);
      world.advance(step);
    }
    expect(kinds.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['crash', 'crash', 'cut', 'heal', 'restart', 'restart']);
    expect(injector.isOver()).toBe(true);
  });

  it('mends at once when faults stop', () => {
    const world = racyWorld();
    const injector = faultInjector(world, targets, [{ kind: 'node', perThousand: 1000, limit: 1 }], '1');
    for (let i = 0; i < 2; i += 1) {
      const step = injector.next();
      if (step !== undefined) world.advance(step);
    }
    expect([world.isUp('ring/0'), world.isUp('ring/1')]).toEqual([false, false]);
    injector.stop();
    for (let step = injector.next(); step !== undefined; step = injector.next()) world.advance(step);
    expect([world.isUp('ring/0'), world.isUp('ring/1'), injector.isOver()]).toEqual([true, true, true]);
  });
});
