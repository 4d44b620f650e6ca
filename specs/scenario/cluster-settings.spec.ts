/** What `events` and `controllers` of a cluster do (clauses cluster.events, cluster.controllers). */
import { describe, expect, it } from 'vitest';
import { readStore } from '../../src/cluster/store-view.ts';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import { createWorldOf } from '../../src/scenario/scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { exploredScenario, explorationsOf, untimed } from '../../src/testing/cluster-subject.ts';

const labels = { app: 'web' };
const web = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } },
};

const scenarioWith = (topology: Partial<ClusterTopology>): Scenario => ({
  name: 'web', topology: { ...defaultTopology, nodes: nodesNamed(1), latency: 'none', ...topology }, timeline: [{ afterMs: 0, command: { kind: 'apply', object: web } }],
});

const outcomeOf = (topology: Partial<ClusterTopology>) => {
  const scenario = scenarioWith(topology);
  const world = createWorldOf(scenario);
  const { outcome, steps, bootSteps } = runScenario(world, fifoChooser(), scenario, { until: { kind: 'settled' }, maxSteps: 100_000, maxMs: 3_600_000 });
  const read = readStore(world);
  const inDefault = (resource: string): number => read(resource).filter(({ metadata }) => metadata.namespace === 'default').length;
  return { outcome, steps: steps - bootSteps, events: read('events').length, replicaSets: inDefault('replicasets.apps'), pods: inDefault('pods') };
};

describe('cluster.events', () => {
  it('without Events nobody writes one, and all the rest happens', () => {
    const [loud, silent] = [outcomeOf({}), outcomeOf({ events: false })];
    expect(loud.events).toBeGreaterThan(10);
    expect(silent).toMatchObject({ outcome: 'reached', events: 0, replicaSets: 1, pods: 2 });
    expect(silent.steps).toBeLessThan(0.95 * loud.steps);
  });
});

describe('cluster.controllers', () => {
  it('a controller that is off does nothing', () => {
    expect(outcomeOf({ kubeProxy: false, controllers: ['*', '-deployment-controller'] })).toMatchObject({ outcome: 'still', replicaSets: 0, pods: 0 });
    expect(outcomeOf({ kubeProxy: false, controllers: ['*', '-replicaset-controller'] })).toMatchObject({ outcome: 'still', replicaSets: 1, pods: 0 });
    expect(outcomeOf({ kubeProxy: false, controllers: ['*', '-job-controller'] })).toMatchObject({ outcome: 'reached', pods: 2 });
  });

  it('a cluster that cannot come up for lack of one is handed to the user nevertheless', () => {
    expect(outcomeOf({ controllers: ['deployment-controller'] })).toMatchObject({ outcome: 'still', replicaSets: 1, pods: 0 });
  });
});

describe('explored scenario', () => {
  const scenario = scenarioWith({ latency: 'lan' });

  it('is untimed, and without Events unless they are asked for', () => {
    expect(exploredScenario(scenario, { isFaulty: false })).toEqual({ ...untimed(scenario), topology: { ...scenario.topology, latency: 'none', events: false } });
    expect(exploredScenario(scenario, { events: true, isFaulty: false }).topology.events).toBe(true);
    expect(exploredScenario(scenarioWith({ events: true }), { isFaulty: false }).topology.events).toBe(true);
    expect(exploredScenario(scenarioWith({ events: false }), { events: true, isFaulty: false }).topology.events).toBe(true);
  });

  it('has a user who types again only where faults may happen', () => {
    expect(exploredScenario(scenario, { isFaulty: false }).topology.user).not.toHaveProperty('retypeAfterMs');
    expect(exploredScenario(scenario, { isFaulty: true }).topology.user).toEqual({ ...scenario.topology.user, retypeAfterMs: 5000 });
  });

  it('every exploration of a scenario is among those that a token is looked for in', () => {
    const known = explorationsOf(scenario).map((one) => JSON.stringify(one.topology));
    for (const isFaulty of [false, true]) {
      for (const events of [undefined, true]) {
        const { topology } = exploredScenario(scenario, { events, isFaulty });
        expect(known).toContain(JSON.stringify(topology));
      }
    }
  });
});
