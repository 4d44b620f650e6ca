/** The clusters and workloads that the benchmarks run. */
import { createCluster } from '../cluster/create-cluster.ts';
import { defaultTopology, nodesNamed } from '../cluster/topology.ts';
import type { ClusterTopology } from '../cluster/topology.ts';
import { HOUR_MS } from '../api/time.ts';
import type { KubeObject, UnknownObject } from '../api/object.ts';
import { run, timedChooser } from '../kernel/index.ts';
import type { Chooser, World } from '../kernel/index.ts';
import type { ScenarioResult } from '../scenario/run-scenario.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

const deployment = (name: string, replicas: number): UnknownObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
  spec: {
    replicas, selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'example/server:1', resources: { requests: { cpu: '20m', memory: '32Mi' } } }] } },
  },
});

/** `replicas` pods in `deployments` Deployments on `nodes` nodes. */
export const deploymentsScenario = (nodes: number, deployments: number, replicas: number, latency: ClusterTopology['latency'] = 'lan'): Scenario => ({
  name: `${nodes} nodes, ${replicas} replicas`,
  topology: { ...defaultTopology, nodes: nodesNamed(nodes), latency },
  timeline: Array.from({ length: deployments }, (_, i) => ({ afterMs: 0, command: { kind: 'apply', object: deployment(`d${i}`, replicas / deployments) as KubeObject } })),
});

const NO_LIMIT = { maxSteps: 1_000_000_000, maxMs: HOUR_MS };

/** Until settled; throws when it does not settle, for then the figure would mean nothing. */
export const settle = (world: World, chooser: Chooser, scenario: Scenario): ScenarioResult => {
  const result = runScenario(world, chooser, scenario, { until: { kind: 'settled' }, ...NO_LIMIT });
  if (result.outcome !== 'reached') throw new Error(`Expected ${scenario.name} to settle. Instead: ${result.missing.join('; ')}`);
  return result;
};

export const bootedCluster = (scenario: Scenario): World => {
  const world = createCluster(scenario.topology);
  settle(world, timedChooser(), { ...scenario, timeline: [] });
  return world;
};

/** Moves the world on by so much simulated time. */
export const passTime = (world: World, ms: number): void => {
  const end = world.nowMs + ms;
  const chooser = timedChooser();
  while (world.nowMs < end) run(world, chooser, { maxSteps: 1000 });
};
