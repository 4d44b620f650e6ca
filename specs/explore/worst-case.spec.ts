/** Worst-case search: what is worst is found, shrunk to what it takes, and said; measures count what they say they count. */
import { describe, expect, it } from 'vitest';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import { measureRun } from '../../src/explore/worst-case/judge-measure.ts';
import { worstCaseJson, worstCaseLines } from '../../src/explore/worst-case/worst-report.ts';
import { findWorst, newWorstSearch } from '../../src/explore/worst-case/worst-search.ts';
import type { WorstOptions } from '../../src/explore/worst-case/worst-search.ts';
import { measureNamed, measures } from '../../src/properties/measures/index.ts';
import type { Measure } from '../../src/properties/measures/index.ts';
import { describe as describeBody } from '../../src/protocol/describe.ts';
import type { Scenario, TimelineEntry } from '../../src/scenario/scenario.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { explorationToken } from '../../src/testing/exploration-token.ts';
import { decodeToken } from '../../src/kernel/token.ts';
import { plantedSubject } from '../../src/bench/search-toys.ts';
import { forgetfulSubject, racySubject } from './racy-toy.ts';

const options = (change: Partial<WorstOptions> = {}): WorstOptions => ({
  seed: '1', runs: 40, faults: [], limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 2000, maxMs: 600_000 }, effort: { runsLeft: 500, stepsLeft: 500_000 }, ...change,
});

/** How many things the toy's store holds: 1 in the order of sending, 2 where the controller's cache lags. */
const things: Measure = {
  id: 'things', unit: 'things', kind: 'peak', statement: 'How many things there are.',
  gauge: () => {
    let most = 0;
    return { interest: { actors: ['store'] }, step: (world) => { most = Math.max(most, world.stateOf<{ readonly things: number }>('store').things); }, value: () => most };
  },
};

const always = (value: number): Measure => ({ ...things, id: 'constant', gauge: () => ({ interest: {}, step: () => undefined, value: () => value }) });

describe('explore.worst-case', () => {
  it('finds what is worse than the order of sending, and the one late message that makes it', () => {
    const worst = findWorst(racySubject(), things, options());
    expect(worst).toMatchObject({ fifo: 1, worst: 2, deviations: 1, isMinimal: true, unsettled: 0, runs: 40, sampled: { runs: 20 } });
    expect(worst.shrunk?.holds.map(({ held }) => held)).toEqual([{ name: 'store > controller watch', n: 1 }]);
    expect(measureRun(racySubject(), things, (world) => schedulePilot(world, worst.schedule), options().budget).value).toBe(2);
  });

  it('is the same search twice, and counts its runs', () => {
    const [one, other] = [findWorst(racySubject(), things, options()), findWorst(racySubject(), things, options())];
    expect({ ...one, subject: 0, shrunk: 0 }).toEqual({ ...other, subject: 0, shrunk: 0 });
    const search = newWorstSearch(racySubject(), things, options({ runs: 3 }));
    expect([search.advance(), search.advance(), search.advance(), search.advance()]).toEqual([true, true, false, false]);
    expect(search.progress()).toMatchObject({ done: 3, of: 3 });
  });

  it('says so where nothing is worse', () => {
    const worst = findWorst(racySubject(), always(7), options({ runs: 4 }));
    expect(worst).toMatchObject({ fifo: 7, worst: 7, found: undefined, deviations: 0, matters: 0 });
    expect(worstCaseLines(worst, String)).toContain('  nothing is worse than the order of sending, as far as was looked');
  });

  it('counts faults among what makes it worse, and leaves those that it takes', () => {
    const worst = findWorst(forgetfulSubject(), things, options({ faults: [{ kind: 'crash', perThousand: 50, limit: 2 }] }));
    expect(worst).toMatchObject({ fifo: 1, worst: 3, isMinimal: true });
    expect(worstCaseJson(worst).faults).toEqual(['crash controller', 'crash controller']);
  });

  it('climbs beyond what sampling has reached', () => {
    // Each further message that arrives when it should is a rarer thing to draw, and easier from a run in which those before it did.
    const subject = plantedSubject({ depth: 9, gap: 4, steps: 12, bystanders: 2 });
    const inTime: Measure = {
      id: 'in-time', unit: 'messages', kind: 'peak', statement: 'How many messages arrive in the awaited order.',
      gauge: () => {
        let most = 0;
        return { interest: { actors: ['referee'] }, step: (world) => { most = Math.max(most, world.stateOf<number>('referee')); }, value: () => most };
      },
    };
    const { sampled, worst, found } = findWorst(subject, inTime, options({ runs: 600, effort: { runsLeft: 0, stepsLeft: 0 } }));
    expect(worst).toBeGreaterThan(sampled?.spread.most ?? Infinity);
    expect(found?.by).toBe('climbing');
  });
});

const topology = { ...defaultTopology, nodes: nodesNamed(1), latency: 'none', kubeProxy: false, leaderElection: false } as const;
const target = { resource: 'deployments.apps', namespace: 'default', name: 'web' };
const web = (replicas: number): TimelineEntry => ({ afterMs: 0, command: { kind: 'apply', object: {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'example/server:1' }] } },
  },
} as KubeObject } });
const newImage: TimelineEntry = { afterMs: 5000, command: { kind: 'set-image', target, container: 'c', image: 'example/server:2' } };
const rollout: Scenario = { name: 'a rolling update', topology, timeline: [web(2), newImage] };

describe('measures', () => {
  const subject = clusterSubject(rollout);
  const budget = { maxSteps: 20_000, maxMs: 600_000 };
  const inOrder = (id: string): number | undefined => measureRun(subject, measureNamed(id) as Measure, (world) => schedulePilot(world, []), budget).value;

  it('of a rolling update in the order of sending', () => {
    expect(measures.map(({ id }) => id)).toEqual(['overshoot', 'unavailable', 'writes', 'time']);
    expect([inOrder('overshoot'), inOrder('unavailable')]).toEqual([0, 0]);
    expect(inOrder('writes')).toBeGreaterThan(20);
    expect(inOrder('time')).toBeGreaterThan(5000);
  });

  it('scaling up and down is neither overshoot nor unavailability', () => {
    const scale = (afterMs: number, replicas: number): TimelineEntry => ({ afterMs, command: { kind: 'scale', target, replicas } });
    const scaled = clusterSubject({ ...rollout, timeline: [web(1), scale(5000, 3), scale(10_000, 1)] });
    const value = (id: string): number | undefined => measureRun(scaled, measureNamed(id) as Measure, (world) => schedulePilot(world, []), budget).value;
    expect([value('overshoot'), value('unavailable')]).toEqual([0, 0]);
  });

  it('a Deployment that is emptied at once is unavailable until its new pods are ready', () => {
    const emptied = clusterSubject({ ...rollout, variants: ['deployment-shrinks-at-once'] });
    expect(measureRun(emptied, measureNamed('unavailable') as Measure, (world) => schedulePilot(world, []), budget).value).toBeGreaterThan(0);
  });

  it('a ReplicaSet that does not wait for what it has asked for overshoots when the watch of pods is late', () => {
    const scenario: Scenario = { ...rollout, timeline: [web(2)], variants: ['replicaset-without-expectations'] };
    const limits = { faultSteps: 0, exploreSteps: 20_000 };
    const worst = findWorst(clusterSubject(scenario), measureNamed('overshoot') as Measure, { seed: '1', runs: 10, faults: [], limits, budget, effort: { runsLeft: 40, stepsLeft: 40_000 } });
    expect(worst.worst).toBeGreaterThan(0);
    expect(worst.fifo).toBe(0);
    expect(worst.shrunk?.holds.some(({ held }) => held.name === 'kube-apiserver > kube-controller-manager watch/pods')).toBe(true);
    const { token } = explorationToken(scenario, worst.schedule, '0.0.0');
    expect(decodeToken(token)).toMatchObject({ _tag: 'Right' });
    expect(worstCaseLines(worst, describeBody)[0]).toMatch(/^worst overshoot: [1-9]\d* pods {3}run \d+ of 10, found by (sampling|climbing)$/);
    expect(worstCaseJson(worst)).toMatchObject({ measure: 'overshoot', unit: 'pods', fifo: 0, worst: worst.worst, runs: 10 });
  });
});
