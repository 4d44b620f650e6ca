/** What the arbitraries draw is valid, fits together, and shrinks to what is simplest. */
import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseFaultPlan, printFaultPlan } from '../../src/explore/faults/fault-plan.ts';
import { createWorld } from '../../src/kernel/world.ts';
import { run } from '../../src/kernel/run.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { arbitraryFaultPlan, arbitraryLatency, arbitraryLatencyModel, arbitraryObject, arbitraryTopology, arbitraryWorkloads, kubectlCluster, objectKinds } from '../../src/testing/index.ts';
import type { UnknownObject } from '../../src/api/object.ts';
import { pinger, ponger } from '../kernel/toys.ts';

/** The simplest that is drawn: of what always fails. */
const simplest = <T>(arbitrary: fc.Arbitrary<T>): T => {
  const { counterexample } = fc.check(fc.property(arbitrary, () => false));
  if (counterexample === null) throw new Error('expected a counterexample');
  return counterexample[0] as T;
};

describe('objects', () => {
  it.each(objectKinds)('every %s is accepted by a cluster', (kind) => {
    const cluster = kubectlCluster();
    fc.assert(fc.property(arbitraryObject(kind), (object) => {
      const session = cluster.session();
      session.type({ kind: 'create', object });
      session.pass(60);
      const { said } = session.world.stateOf<{ readonly said: readonly { readonly text: string; readonly failed: boolean }[] }>('kubectl');
      expect(said).toMatchObject([{ failed: false, text: expect.stringMatching(/ created$/) as unknown }]);
    }), { numRuns: 5 });
  });

  it('shrink towards no replicas', () => {
    expect(simplest(arbitraryObject('Deployment', { name: 'a', namespace: 'b' }))).toMatchObject({ kind: 'Deployment', metadata: { name: 'a', namespace: 'b' }, spec: { replicas: 0, strategy: { type: 'Recreate' } } });
    expect(simplest(arbitraryObject('Job'))).toMatchObject({ spec: { completions: 1, parallelism: 1 } });
  });

  it('of workloads have names of their own, and are of the kinds that were asked for', () => {
    fc.assert(fc.property(arbitraryWorkloads({ maxWorkloads: 4, kinds: ['Job', 'Service'] }), (objects) => {
      expect(new Set(objects.map(({ metadata }) => metadata.name)).size).toBe(objects.length);
      expect(objects.filter(({ kind }) => kind !== 'Job' && kind !== 'Service')).toEqual([]);
    }));
    expect((simplest(arbitraryWorkloads()) as readonly UnknownObject[]).map(({ kind }) => kind)).toEqual(['Deployment']);
  });
});

describe('the rest', () => {
  it('fault plans have each kind once, are read as they are printed, and shrink to none', () => {
    fc.assert(fc.property(arbitraryFaultPlan(), (plan) => {
      const read = parseFaultPlan(printFaultPlan(plan));
      expect(isRight(read) ? read.right : read.left).toEqual(plan);
      expect(new Set(plan.map(({ kind }) => kind)).size).toBe(plan.length);
    }));
    expect(simplest(arbitraryFaultPlan())).toEqual([]);
    expect(fc.sample(arbitraryFaultPlan({ kinds: ['crash'] }), 20).flat().every(({ kind }) => kind === 'crash')).toBe(true);
  });

  it('latencies are named, or numbers that a world can use and a person can read', () => {
    expect(simplest(arbitraryLatency())).toBe('none');
    expect(fc.stringify(simplest(arbitraryLatencyModel()))).toBe('latency 0ms + exponential of 0ms');
    fc.assert(fc.property(arbitraryLatencyModel(), ({ minMs, latencyMs }) => {
      const world = createWorld({ seed: 's', startMs: 0, lagMs: 1000, latencyMs, actors: [pinger('a', 'b', 5), ponger('b')] });
      run(world, timedChooser(), { maxSteps: 100 });
      expect(world.nowMs).toBeGreaterThanOrEqual(10 * minMs);
      expect(latencyMs('a', 'b', 'c', 0.5)).toBe(latencyMs('a', 'b', 'c', 0.5));
    }));
  });

  it('topologies shrink to one node and one API server', () => {
    expect(simplest(arbitraryTopology({ maxNodes: 4, maxApiservers: 3 }))).toMatchObject({ seed: '0', apiservers: 1, nodes: [{ name: 'node-1' }] });
  });
});
