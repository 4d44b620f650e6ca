/** Small clusters and scenarios for the specs of the testing surface. */
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

export const smallTopology: ClusterTopology = { ...defaultTopology, nodes: nodesNamed(1), latency: 'none', kubeProxy: false, leaderElection: false };

export const workload = (kind: 'Deployment' | 'ReplicaSet', name: string, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'default' },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'example/server:1' }] } } },
} as KubeObject);

export const scenarioOf = (...commands: readonly UserCommand[]): Scenario => ({ name: 'small', topology: smallTopology, timeline: commands.map((command) => ({ afterMs: 0, command })) });

export const apply = (object: KubeObject): UserCommand => ({ kind: 'apply', object });
