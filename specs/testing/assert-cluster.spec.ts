/** `assertCluster`: what holds passes, what breaks is thrown as a text that a person can act on, and that text finds the failure again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../src/api/types.ts';
import { variantNamed } from '../../src/cluster/variants.ts';
import { decodeToken } from '../../src/kernel/token.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { always, overChanges, violation } from '../../src/properties/index.ts';
import { scenarioDigest } from '../../src/scenario/scenario.ts';
import { arbitraryScenario } from '../../src/testing/arbitrary-scenario.ts';
import { assertCluster } from '../../src/testing/assert-cluster.ts';
import type { BrokenProperty } from '../../src/testing/assert-cluster.ts';
import type { SavableFailure } from '../../src/testing/cluster-options.ts';
import { keptFailure, replayKeptFailure, withoutVariants } from '../../src/testing/kept-failure.ts';
import { apply, scenarioOf, workload } from './small.ts';

const three = scenarioOf(apply(workload('ReplicaSet', 'rs', 3)));

const thrownBy = (run: () => unknown): BrokenProperty => {
  try {
    run();
  } catch (thrown) {
    return thrown as BrokenProperty;
  }
  throw new Error('expected a property to break');
};

const overshoot = { properties: ['replicaset.bounded-overshoot'], variants: ['replicaset-without-expectations'], runs: 60, events: true } as const;
/** As found: shrinking has a spec of its own. */
const unshrunk = { ...overshoot, shrink: { runs: 0, steps: 0 } } as const;

const saved: SavableFailure[] = [];
const broken = thrownBy(() => assertCluster(three, { ...overshoot, save: (failure) => { saved.push(failure); return 'some/file.json'; } }));

describe('assertCluster', () => {
  it('passes over what holds, and says what was run', () => {
    expect(assertCluster(three, { runs: 2 })).toMatchObject({ schedules: 2, failures: [], outcomes: { settled: 2 } });
    expect(assertCluster(arbitraryScenario({ maxNodes: 1, maxWorkloads: 1, maxReplicas: 1 }), { runs: 1, schedules: 2, faults: 'crash:1@20' }).schedules).toBe(2);
  });

  it('throws a text with what broke, the shrunk scenario, seed and path, and the token last', () => {
    const { name, message, kept } = broken;
    expect(name).toBe('BrokenProperty');
    expect(message).toMatch(/^replicaset\.bounded-overshoot: .+ {3}always\n/);
    expect(message).toMatch(/found {11}in run \d+ of 60 \(random\)/);
    expect(message).toMatch(/shrunk {10}steps \d+ -> \d+ .* replicas 3 -> 2\n/);
    expect(message).toContain('cluster         1 node, 1 API server, without kube-proxy, without leader election, seed 1, with replicaset-without-expectations');
    expect(message).toContain('user            apply ReplicaSet default/rs replicas=2\n');
    expect(message).toMatch(/\n {2}critical pair {3}#\d+ /);
    expect(message).toContain('blame  kube-controller-manager');
    expect(message).toMatch(/\n +#\d+ +t=\d+\.\d{3}s +\S/);
    expect(message).toMatch(/again {11}\{ seed: 1, path: "[\d:]+" \}/);
    expect(message).toContain('\n  saved           some/file.json\n');
    const last = /\n {2}replay {10}npx kubeloom replay (\S+)$/.exec(message)?.[1] ?? '';
    expect(decodeToken(last)).toMatchObject({ right: { scenarioDigest: scenarioDigest(kept.scenario).slice(0, 8), strategy: 'fifo' } });
  });

  it('finds the same again from the seed and path of the text', () => {
    const [, seed = '', path = ''] = /again {11}\{ seed: (\d+), path: "([\d:]+)" \}/.exec(broken.message) ?? [];
    const [first, again] = [unshrunk, { ...unshrunk, seed: Number(seed), path }].map((options) => thrownBy(() => assertCluster(three, options)));
    expect(again?.kept).toEqual(first?.kept);
    expect(again?.message).toBe(first?.message);
  });

  it('shrinks what was drawn by fast-check too', () => {
    const drawn = fc.record({ replicas: fc.integer({ min: 0, max: 6 }), others: fc.integer({ min: 0, max: 3 }) }).map(({ replicas, others }) =>
      scenarioOf(apply(workload('ReplicaSet', 'rs', replicas)), ...Array.from({ length: others }, (_, i) => apply(workload('Deployment', `other-${i}`, 0)))));
    const few = always({ id: 'replicasets.few', statement: 'No ReplicaSet asks for more than one pod.', source: 'this spec' }, () => overChanges(['replicasets.apps'], ({ after }) =>
      (((after as ReplicaSet | undefined)?.spec.replicas ?? 0) < 2 ? 'pass' : violation('many', 'more than one'))));
    const { message } = thrownBy(() => assertCluster(drawn, { properties: [few], runs: 20, schedules: 1, shrink: { runs: 0, steps: 0 } }));
    expect(message).toMatch(/user {12}apply ReplicaSet default\/rs replicas=2\n {2}again/);
    expect(message).toMatch(/path: "\d+:[\d:]+"/);
  });

  it('hands over what is worth keeping, which fails again and passes without the variant', () => {
    expect(saved.map((failure) => keptFailure(failure))).toEqual([broken.kept]);
    expect(broken.message.endsWith(saved[0]?.token ?? 'no token')).toBe(true);
    expect(replayKeptFailure(broken.kept)).toMatchObject({ violation: { property: 'replicaset.bounded-overshoot', signature: broken.kept.signature }, lost: undefined });
    expect(replayKeptFailure(withoutVariants(broken.kept), { strict: false }).violation).toBeUndefined();
  });

  it('fails when a property that was asked for by name is never put to the test', () => {
    expect(() => assertCluster(three, { properties: ['cronjob.forbid'], runs: 1 })).toThrow('Expected every property to be put to the test. Instead, in 1 schedules there was nothing to judge for cronjob.forbid.');
  });

  it('refuses ids that it does not know', () => {
    expect(() => assertCluster(three, { properties: ['nothing'] })).toThrow('Expected the id of a property. Instead, received "nothing"');
    expect(() => assertCluster(three, { variants: ['nothing'] })).toThrow('Expected the id of a variant. Instead, received "nothing"');
    expect(() => assertCluster(three, { faults: 'fire' })).toThrow('Instead, received "fire"');
  });
});

describe('with components of one\'s own', () => {
  it('a variant that is not shipped is judged like one that is, and no token is promised', () => {
    const own = { ...variantNamed('replicaset-without-expectations'), id: 'mine' };
    const { message } = thrownBy(() => assertCluster(three, { ...unshrunk, variants: [own] }));
    expect(message).toMatch(/again {11}\{ seed: 1, path: "[\d:]+" \}$/);
  });

  it('an actor beside the cluster takes part, and what one says about it is judged', () => {
    const counter = (): Actor => hosted<number, unknown>({
      id: 'counter', initial: 0,
      transition: (state, input) => (input.kind === 'start' ? [state, [send('counter', 'count', 1)]] : input.kind === 'message' && state < 5 ? [state + 1, [send('counter', 'count', 1)]] : [state, noEffects]),
    });
    const atMost = (most: number) => always({ id: 'counter.small', statement: `It counts to ${most} at most.`, source: 'this spec' }, () => ({
      interest: { actors: ['counter'] },
      step: (world) => (world.stateOf<number>('counter') <= most ? 'pass' : violation('too many', `counted ${world.stateOf<number>('counter')}`)),
    }));
    const recount = { actors: () => [counter()], runs: 2 };
    // It has counted while the cluster came up; only a crash makes it count again.
    assertCluster(three, { ...recount, properties: [atMost(5)], faults: [{ kind: 'crash', perThousand: 200, limit: 8 }] });
    expect(() => assertCluster(three, { ...recount, properties: [atMost(4)], faults: [{ kind: 'crash', perThousand: 200, limit: 8 }], runs: 20, shrink: { runs: 0, steps: 0 } })).toThrow('counter.small: It counts to 4 at most.');
  });

  it('one that reads anything outside its input is caught in the first run', () => {
    let outside = 0;
    const leaky = (): Actor => hosted<number, unknown>({ id: 'leaky', initial: 0, transition: (state, input) => (input.kind === 'start' ? [(outside += 1), [send('leaky', 'again', outside)]] : [state, noEffects]) });
    expect(() => assertCluster(three, { actors: () => [leaky()], runs: 1 })).toThrow('Expected every component to be a function of its input. Instead, the same run taken twice differs');
  });
});

it('a scenario drawn by an arbitrary of one\'s own is one too', () => {
  const drawn = fc.integer({ min: 1, max: 2 }).map((replicas) => scenarioOf(apply(workload('Deployment', 'web', replicas))));
  expect(assertCluster(drawn, { runs: 2, schedules: 1 }).schedules).toBe(2);
});
