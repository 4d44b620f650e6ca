/** Executing every trace: which orders count as one, what is found, and what is claimed of it. */
import { describe, expect, it } from 'vitest';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import { newCertification } from '../../src/explore/exhaustive/certificate.ts';
import type { Certified } from '../../src/explore/exhaustive/certificate.ts';
import type { Grain, StateView } from '../../src/explore/exhaustive/state-view.ts';
import { newTraceCertification } from '../../src/explore/exhaustive/trace-certificate.ts';
import type { TraceCertificate, TraceCertifyOptions } from '../../src/explore/exhaustive/trace-certificate.ts';
import { noTargets } from '../../src/explore/faults/fault-plan.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { arm, cancel, noEffects, send } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Property } from '../../src/properties/property.ts';
import { clusterSubject, untimed } from '../../src/testing/cluster-subject.ts';
import { order, puppet, seenBy, worldOf } from '../kernel/toys.ts';
import { subjectOf } from './racy-toy.ts';

const budget = { maxSteps: 1000, maxMs: 1000 };
const options: TraceCertifyOptions = { scenario: 'toy', grain: 'every-step', properties: [], budget };
const blindView: StateView = { isChoice: () => true, content: () => 0, contentClass: () => 0, differences: () => [] };

const toy = (actors: readonly Actor[], config: { readonly lagMs: number } = { lagMs: 0 }): Subject => subjectOf(() => worldOf(actors, config), noTargets);

const certify = (subject: Subject, changed: Partial<TraceCertifyOptions> = {}, view: StateView = blindView, batches = Infinity): Certified<TraceCertificate> => {
  const search = newTraceCertification(subject, view, { ...options, ...changed });
  for (let left = batches; left > 0 && search.advance(); left -= 1);
  return search.result();
};

/** Sends itself `hops` messages, and tells `to`, if anybody, at each of them. */
const walker = (id: string, hops: number, to?: string): Actor => hosted<number, number>({
  id, initial: 0,
  transition: (state, input, { self }) => {
    const left = input.kind === 'start' ? hops : input.kind === 'message' ? input.body : 0;
    return [state + 1, left < 1 ? noEffects : [send(self, 'hop', left - 1), ...(to === undefined ? [] : [send(to, 'told', left)])]];
  },
});

/** Remembers who told it something, in order. */
const listener = (): Actor => hosted<string, number>({
  id: 'listener', initial: '', transition: (state, input) => [input.kind === 'message' ? `${state}${input.from}` : state, noEffects],
});

const heard: Property = {
  id: 'toy.a-first', kind: 'always', statement: 'What it hears first is not from b, then a.', source: 'this toy',
  monitor: () => ({
    step: (world) => (world.stateOf<string>('listener').startsWith('ba') ? { signature: 'b, a', message: 'expected a first, found b' } : undefined),
    end: () => undefined, evaluated: () => 1,
  }),
};

describe('explore.dpor', () => {
  it('executes one trace of actors that have nothing to do with each other, however many orders there are', () => {
    expect(certify(toy([walker('a', 3), walker('b', 3), walker('c', 3)])).certificate)
      .toMatchObject({ exhausted: true, traces: 1, blocked: 0, fewestSteps: 9, mostSteps: 9, isSingleton: true });
  });

  it('executes every order in which two can be heard by a third, and no other', () => {
    for (const [hops, orders] of [[1, 2], [2, 6], [3, 20]] as const) {
      const { certificate } = certify(toy([walker('a', hops, 'listener'), walker('b', hops, 'listener'), listener()]));
      expect(certificate).toMatchObject({ exhausted: true, traces: orders, blocked: 0, unfinished: 0 });
      expect(certificate.ends.map(({ states, traces }) => [states, traces])).toEqual([[orders, orders]]);
    }
  });

  it('of a coarser grain, orders what the adversary may order', () => {
    const watched: StateView = { ...blindView, isChoice: (_: Grain, step) => step.kind === 'deliver' && step.from === 'a' && step.to === 'listener' };
    const actors = [walker('a', 2, 'listener'), walker('b', 1, 'listener'), listener()];
    expect(certify(toy(actors)).certificate.traces).toBe(3);
    // All that b says goes at once, before the adversary may choose.
    expect(certify(toy(actors), { grain: 'watches' }, watched).certificate.traces).toBe(1);
  });

  it('takes what goes by itself the oldest first whatever else is waiting, and so does visiting states', () => {
    /** Told something, tells others in this order. */
    const relay = (id: string, others: readonly string[], atStart: readonly string[] = []): Actor => hosted<number, number>({
      id, initial: 0,
      transition: (state, input) => [state + 1, (input.kind === 'start' ? atStart : others).map((to) => send(to, id === 'boss' ? 'watch' : 'told', 1))],
    });
    const actors = ['1', '2'].flatMap((n) => [relay(`x${n}`, [`w${n}`, `a${n}`]), relay(`w${n}`, ['listener']), relay(`a${n}`, ['listener'])]);
    const subject = toy([...actors, relay('z', []), relay('boss', [], ['z', 'x1', 'x2']), listener()]);
    const heardBy = new Set<string>();
    const view: StateView = {
      ...blindView, isChoice: (_: Grain, step) => step.kind === 'deliver' && step.channel === 'watch',
      content: (world) => {
        heardBy.add(world.stateOf<string>('listener'));
        return 0;
      },
    };
    certify(subject, { grain: 'watches' }, view);
    expect(heardBy).toEqual(new Set(['w1a1w2a2', 'w2a2w1a1']));
    heardBy.clear();
    const states = newCertification(subject, view, { ...options, grain: 'watches', order: 'depth-first' });
    while (states.advance());
    expect(heardBy).toEqual(new Set(['w1a1w2a2', 'w2a2w1a1']));
  });

  it('lets a timer go before what would cancel it, and before what arms it anew', () => {
    const told = (...effects: Parameters<typeof send>[2][]): Subject => subjectOf(() => {
      const world = worldOf([puppet('boss'), puppet('clerk')], { lagMs: 0 });
      order(world, 'clerk', arm('x', 0));
      order(world, 'boss', send('clerk', 'orders', effects));
      return world;
    });
    const fired = (subject: Subject): readonly number[] => {
      const view: StateView = { ...blindView, content: (world) => seenBy(world, 'clerk').length };
      const { certificate } = certify(subject, {}, view);
      expect(certificate.exhausted).toBe(true);
      return certificate.ends.map(({ traces = 0 }) => traces);
    };
    // Fired and then cancelled in vain; or cancelled.
    expect(fired(told(cancel('x')))).toEqual([1, 1]);
    // Fired, armed anew and fired once more; or fired as armed anew.
    expect(fired(told(arm('x', 0)))).toEqual([1, 1]);
  });

  it('finds a violation and hands back a schedule that shows it', () => {
    const subject = toy([walker('a', 2, 'listener'), walker('b', 2, 'listener'), listener()]);
    const { failures: [failure, ...others], dismissed } = certify(subject, { properties: [heard] });
    expect([others, dismissed]).toEqual([[], 0]);
    const again = judgeRun(subject, (world) => schedulePilot(world, failure?.schedule ?? []), [heard], { budget });
    expect(again.violation).toMatchObject({ property: 'toy.a-first', signature: 'b, a' });
  });

  it('claims nothing where runs are too long, nor before the last trace', () => {
    const forever = hosted<number, number>({ id: 'a', initial: 0, transition: (state, _, { self }) => [state, [send(self, 'hop', 1)]] });
    expect(certify(toy([forever])).certificate).toMatchObject({ exhausted: false, isSingleton: false, traces: 0, unfinished: 1 });
    const early = certify(toy([walker('a', 4, 'listener'), walker('b', 4, 'listener'), listener()]), {}, blindView, 1).certificate;
    expect(early).toMatchObject({ exhausted: false, isSingleton: false, traces: 20 });
  });

  it('comes to the same fingerprint again, and to another for what has other traces', () => {
    const printOf = (hops: number): string => certify(toy([walker('a', hops, 'listener'), walker('b', 2, 'listener'), listener()])).certificate.fingerprint;
    expect(printOf(2)).toBe(printOf(2));
    expect(printOf(1)).not.toBe(printOf(2));
  });

  it('refuses lag, by which a timer would depend on messages that it has nothing to do with', () => {
    expect(() => certify(toy([walker('a', 1)], { lagMs: 1000 }))).toThrow('Expected lagMs 0. Instead, received 1000.');
  });
});

describe('explore.dpor of a cluster', () => {
  const scenario = untimed({
    name: 'two pods', topology: { ...defaultTopology, nodes: nodesNamed(1), lagMs: 0, events: false, kubeProxy: false, leaderElection: false },
    timeline: ['a', 'b'].map((name) => ({ afterMs: 0, command: { kind: 'create', object: {
      apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'web' }] },
    } as never } })),
  });

  it('comes to the end and the lengths that visiting states does', () => {
    const subject = clusterSubject(scenario);
    const view = subject.stateView as StateView;
    const { certificate } = certify(subject, { grain: 'watches' }, view);
    const states = newCertification(subject, view, { ...options, grain: 'watches', order: 'depth-first' });
    while (states.advance());
    const { ends, fewestSteps, mostSteps } = states.result().certificate;
    expect(certificate).toMatchObject({ exhausted: true, isSingleton: true, fewestSteps, mostSteps });
    expect(certificate.ends.map(({ end, content, states: count }) => [end, content, count])).toEqual(ends.map(({ end, content, states: count }) => [end, content, count]));
    expect(certificate.traces).toBeGreaterThan(1);
  });
});
