/** Exhaustive search: what it visits, what it finds, and what it claims of it. */
import { describe, expect, it } from 'vitest';
import { newCertification } from '../../src/explore/exhaustive/certificate.ts';
import type { CertifyOptions, Certified } from '../../src/explore/exhaustive/certificate.ts';
import type { StateView } from '../../src/explore/exhaustive/state-view.ts';
import { noTargets } from '../../src/explore/faults/fault-plan.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import type { Subject } from '../../src/explore/subject.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import { clusterSubject, untimed } from '../../src/testing/cluster-subject.ts';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import { worldOf } from '../kernel/toys.ts';
import { atMostOne, exactlyOne, racySubject, subjectOf } from './racy-toy.ts';

const budget = { maxSteps: 10_000, maxMs: 1000 };
const options: CertifyOptions = { scenario: 'toy', grain: 'every-step', order: 'depth-first', properties: [], budget };

/** Sees of a toy what its store holds. */
const toyView: StateView = {
  isChoice: (_, step) => step.kind === 'deliver' && step.channel === 'watch',
  content: (world) => world.stateOf<{ readonly things: number }>('store').things,
  contentClass: (world) => Math.min(1, world.stateOf<{ readonly things: number }>('store').things),
  differences: (a, b) => [`things ${a.stateOf<{ readonly things: number }>('store').things} | ${b.stateOf<{ readonly things: number }>('store').things}`],
};

const blindView: StateView = { isChoice: () => true, content: () => 0, contentClass: () => 0, differences: () => [] };

const certify = (subject: Subject, view: StateView, changed: Partial<CertifyOptions> = {}, batches = Infinity): Certified => {
  const search = newCertification(subject, view, { ...options, ...changed });
  for (let left = batches; left > 0 && search.advance(); left -= 1);
  return search.result();
};

/** `count` actors that each send themselves `hops` messages and touch nothing else: every order is as good as any. */
const loners = (count: number, hops: number): Subject => subjectOf(() => worldOf(Array.from({ length: count }, (_, i) => hosted<number, number>({
  id: `loner/${i}`, initial: 0,
  transition: (state, input, { self }) => {
    if (input.kind === 'start') return [state, [send(self, 'hop', hops)]];
    return input.kind === 'message' && input.body > 1 ? [state + 1, [send(self, 'hop', input.body - 1)]] : [state + 1, noEffects];
  },
}))), noTargets);

/** Two that undo each other's work for ever. */
const fighters = (): Subject => subjectOf(() => worldOf(['left', 'right'].map((id, i) => hosted<boolean, string>({
  id, initial: false,
  transition: (state, input) => {
    if (input.kind === 'start') return [state, i === 0 ? [send('right', 'undo', 'it'), send('left', 'idle', 'tick')] : noEffects];
    if (input.kind !== 'message' || input.channel === 'idle') return [state, noEffects];
    return [!state, [send(id === 'left' ? 'right' : 'left', 'undo', 'it')]];
  },
}))), noTargets);

describe('explore.exhaustive', () => {
  it('visits every state of independent actors once, and takes each step between two states in one order only', () => {
    const { certificate } = certify(loners(3, 3), blindView);
    // Each of the three is at one of 4 places; the last to move moves without a choice, so what only one can still leave is passed over.
    expect(certificate).toMatchObject({ exhausted: true, cycles: 0, fewestSteps: 9, mostSteps: 9, endClasses: 1, isSingleton: true });
    expect(certificate.states).toBe(4 ** 3 - 3 * 3);
    expect(certificate.transitions).toBeLessThan(certificate.states * 1.5);
    expect(certificate.asleep).toBeGreaterThan(0);
  });

  it('finds the ends that differ, and says how they do', () => {
    const { certificate } = certify(racySubject(0), toyView);
    expect(certificate).toMatchObject({ exhausted: true, endClasses: 1 });
    expect(certificate.ends.map(({ end, differs }) => [end, differs])).toEqual([['settled', []], ['settled', [expect.stringMatching(/^things \d \| \d$/)]]]);
  });

  it('finds a violation and hands back a schedule that shows it', () => {
    const subject = racySubject(0);
    const { failures: [failure], dismissed } = certify(subject, toyView, { properties: [atMostOne] });
    expect(dismissed).toBe(0);
    expect(failure?.violation).toMatchObject({ property: 'toy.at-most-one', signature: 'two things' });
    const again = judgeRun(subject, (world) => schedulePilot(world, failure?.schedule ?? []), [atMostOne], { budget });
    expect(again.violation).toEqual(failure?.violation);
  });

  it('breadth first, the violation takes no more choices than depth first', () => {
    const [deep, shallow] = (['depth-first', 'breadth-first'] as const).map((order) => certify(racySubject(0), toyView, { order, properties: [exactlyOne] }));
    expect(shallow?.failures[0]?.schedule.length).toBeLessThanOrEqual(deep?.failures[0]?.schedule.length as number);
    expect(shallow?.certificate.fingerprint).toBe(deep?.certificate.fingerprint);
  });

  it('claims nothing of what it has not exhausted, and says how much it has seen', () => {
    const { certificate } = certify(loners(4, 30), blindView, {}, 1);
    expect(certificate).toMatchObject({ exhausted: false, isSingleton: false });
    expect(certificate.coverage?.met).toBeGreaterThan(certificate.coverage?.seen as number);
    expect(certify(loners(2, 3), blindView).certificate.coverage).toBeUndefined();
  });

  it('comes to another fingerprint for what is not the same space', () => {
    const prints = [loners(2, 3), loners(2, 4), loners(3, 3)].map((subject) => certify(subject, blindView).certificate.fingerprint);
    expect(new Set(prints).size).toBe(3);
    expect(certify(loners(2, 3), blindView).certificate.fingerprint).toBe(prints[0]);
  });

  it('sees that a run can go around for ever', () => {
    const { certificate } = certify(fighters(), blindView);
    expect(certificate.cycles).toBeGreaterThan(0);
    expect(certificate.mostSteps).toBeUndefined();
    expect(certify(loners(2, 3), blindView).certificate.cycles).toBe(0);
  });

  it('of a coarser grain, only what the adversary may order is ordered', () => {
    const [fine, coarse] = (['every-step', 'watches'] as const).map((grain) => certify(racySubject(0), toyView, { grain }).certificate);
    expect(coarse?.exhausted).toBe(true);
    expect(coarse?.states).toBeLessThan(fine?.states as number);
  });
});

describe('explore.certificate of a cluster', () => {
  const scenario = untimed({
    name: 'one replica', topology: { ...defaultTopology, nodes: nodesNamed(1), lagMs: 0, kubeProxy: false, leaderElection: false },
    timeline: [{ afterMs: 0, command: { kind: 'create', object: {
      apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web' }] } } },
    } as never } }],
  });

  it('every order of watch events brings a ReplicaSet to the same end, whichever way the space is searched', () => {
    const [deep, shallow] = (['depth-first', 'breadth-first'] as const).map((order) => {
      const subject = clusterSubject(scenario);
      return certify(subject, subject.stateView as StateView, { grain: 'watches', order }).certificate;
    });
    expect(deep).toMatchObject({ exhausted: true, isSingleton: true, cycles: 0, ends: [{ end: 'settled' }] });
    expect(shallow).toEqual({ ...deep, order: 'breadth-first', transitions: shallow?.transitions, asleep: shallow?.asleep, steps: shallow?.steps });
  });
});
