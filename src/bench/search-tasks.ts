/** What `npm run bench:search` searches for: planted races of depth 1 to 4, and real races in clusters whose runs are short. */
import type { KubeObject } from '../api/object.ts';
import { defaultTopology, nodesNamed } from '../cluster/topology.ts';
import { propertyNamed } from '../properties/index.ts';
import type { Property } from '../properties/index.ts';
import type { Scenario, TimelineEntry } from '../scenario/scenario.ts';
import { clusterSubject } from '../testing/cluster-subject.ts';
import type { SearchTask } from './search-figures.ts';
import { plantedProperty, plantedSubject } from './search-toys.ts';
import type { PlantedRace } from './search-toys.ts';

const STEPS = 10;
const BYSTANDERS = 4;
const [NEAR, FAR] = [1, 5];

export const plantedTask = (depth: number, gap: number, cap: number): SearchTask => {
  const race: PlantedRace = { depth, gap, steps: STEPS, bystanders: BYSTANDERS };
  const subject = plantedSubject(race);
  return { name: `depth ${depth}${gap === NEAR ? ', near' : ''}`, depth, subjects: [() => subject], properties: [plantedProperty(race)], cap };
};

const topology = { ...defaultTopology, nodes: nodesNamed(1), latency: 'none', kubeProxy: false, leaderElection: false } as const;

const web = (replicas: number): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'example/server:1', resources: { requests: { cpu: '20m' } } }] } },
  },
} as KubeObject);

const apply = (replicas: number): TimelineEntry => ({ afterMs: 0, command: { kind: 'apply', object: web(replicas) } });

const clusterTask = (variant: string, property: string, timeline: readonly TimelineEntry[], cap: number): SearchTask => {
  const scenario: Scenario = { name: variant, topology, timeline, variants: [variant] };
  let made: ReturnType<typeof clusterSubject> | undefined;
  return { name: variant, depth: 3, subjects: [() => (made ??= clusterSubject(scenario))], properties: [propertyNamed(property) as Property], cap };
};

/** Of the whole suite, or of what the tests run. */
export const searchTasks = (isQuick: boolean): readonly SearchTask[] => [
  ...(isQuick ? [1, 2] : [1, 2, 3, 4]).map((depth) => plantedTask(depth, FAR, isQuick ? 300 : 3000)),
  plantedTask(2, NEAR, isQuick ? 300 : 3000),
  ...(isQuick ? [] : [
    clusterTask('replicaset-without-expectations', 'replicaset.bounded-overshoot', [apply(2)], 100),
    clusterTask('stale-hash-collision', 'deployment.one-new-replicaset', [apply(1)], 100),
  ]),
];
