/** Fault plans: how they are written, what is refused, and what an injector makes of them. */
import { describe, expect, it } from 'vitest';
import { isMending, marksOf } from '../../src/explore/faults/episode.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { faultKinds, parseFaultPlan, printFaultPlan } from '../../src/explore/faults/fault-plan.ts';
import type { FaultTargets } from '../../src/explore/faults/fault-plan.ts';
import { withoutHeld } from '../../src/explore/faults/hold-back.ts';
import type { Offered } from '../../src/kernel/chooser.ts';
import type { Step } from '../../src/kernel/step.ts';
import { racyWorld } from './racy-toy.ts';

const targets: FaultTargets = {
  crash: ['controller'], cut: [['controller', 'store']], reset: ['store'], skew: ['user'],
  possible: { node: () => [{ breaks: [{ kind: 'crash', actor: 'ring/0' }, { kind: 'crash', actor: 'ring/1' }], mend: () => [{ kind: 'restart', actor: 'ring/0' }, { kind: 'restart', actor: 'ring/1' }] }] },
};

describe('explore.fault-plan', () => {
  it('reads kinds, limits and rates', () => {
    expect(parseFaultPlan('crash,reset:5@20')).toMatchObject({ right: [{ kind: 'crash', limit: 2, perThousand: 5 }, { kind: 'reset', limit: 5, perThousand: 20 }] });
    expect(parseFaultPlan('none')).toMatchObject({ right: [] });
    expect(parseFaultPlan('all')).toMatchObject({ right: faultKinds.map((kind) => ({ kind, limit: 2, perThousand: 5 })) });
    expect(printFaultPlan([{ kind: 'cut', limit: 1, perThousand: 7 }])).toBe('cut:1@7');
  });

  it('says what it expected', () => {
    const refused = parseFaultPlan('fire');
    const said = refused._tag === 'Left' ? refused.left : '';
    expect(said).toContain('Expected kinds of faults, each with :LIMIT and @PER-THOUSAND-STEPS if wanted, or all. Instead, received "fire". The kinds are:\n');
    for (const kind of faultKinds) expect(said).toMatch(new RegExp(`^  ${kind} +[a-z]`, 'm'));
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

describe('explore.hold-back', () => {
  const held = ({ to }: { readonly to: string }): boolean => to === 'controller';

  it('offers all but the held links, in the same order', () => {
    const world = racyWorld();
    const all = world.offered();
    const free = withoutHeld(world, all, held);
    const listed = (offered: Offered): readonly Step[] => Array.from({ length: offered.count }, (_, i) => offered.at(i));
    expect(listed(free)).toEqual(listed(all).filter((step) => step.kind !== 'deliver' || !held(step)));
    expect(free.count).toBeLessThan(all.count);
    expect(() => free.at(free.count)).toThrow(RangeError);
    for (const step of [free.oldest(), free.earliest(), free.oldestWhere(() => true)]) expect(step).toMatchObject({ kind: 'deliver', to: expect.not.stringMatching('controller') as string });
    expect(free.oldestWhere((step) => step.kind === 'deliver' && step.to === 'user')).toMatchObject({ to: 'user' });
  });

  it('holds nothing where nothing else can go on', () => {
    const world = racyWorld({ chatter: 0 });
    expect(world.timers()).toEqual([]);
    expect(withoutHeld(world, world.offered(), () => true)).toBe(world.offered());
  });
});

describe('explore.fault-marks', () => {
  it('pair what begins with what ends it', () => {
    const inject = (to: string, body: unknown): Step => ({ kind: 'inject', to, channel: 'c', body });
    const alarm = (action: string): unknown => ({ kind: 'etcd-call', id: 0, call: { kind: 'alarm', action, alarm: 'NOSPACE' } });
    const pairs: readonly (readonly [Step, Step])[] = [
      [{ kind: 'crash', actor: 'a' }, { kind: 'restart', actor: 'a' }],
      [{ kind: 'cut', a: 'a', b: 'b' }, { kind: 'heal', a: 'a', b: 'b' }],
      [inject('etcd', alarm('activate')), inject('etcd', alarm('deactivate'))],
      [inject('runtime', { kind: 'registry', isReachable: false }), inject('runtime', { kind: 'registry', isReachable: true })],
    ];
    for (const [begin, end] of pairs) {
      expect(marksOf(begin).begins).toBe(marksOf(end).ends);
      expect([isMending(begin), isMending(end)]).toEqual([false, true]);
    }
    const skew: Step = { kind: 'skew', actor: 'a', offsetMs: 1, rate: 1 };
    expect(marksOf(skew)).toEqual({ begins: 'skew a', ends: 'skew a' });
    expect([isMending(skew), isMending({ kind: 'reset', a: 'a', b: 'b', channel: 'c' })]).toEqual([false, false]);
  });
});
