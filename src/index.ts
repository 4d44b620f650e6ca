/** `kubeloom`: whole clusters as deterministic worlds, and scenarios that run on them. */
export { createCluster, clusterActors } from './cluster/create-cluster.ts';
export type { ClusterTopology, NodeTopology } from './cluster/topology.ts';
export { defaultTopology, nodesNamed, nodeTopology } from './cluster/topology.ts';
export { readObject, readStore, storeRevision } from './cluster/store-view.ts';
export type { ReadObjects } from './cluster/read-objects.ts';
export type { Workload } from './cluster/workloads.ts';
export { missingOf, podPhases, workloadsOf } from './cluster/workloads.ts';
export type { Scenario, TimelineEntry } from './scenario/scenario.ts';
export { scenarioDigest } from './scenario/scenario.ts';
export type { ScenarioOptions, ScenarioOutcome, ScenarioResult, Until } from './scenario/run-scenario.ts';
export { runScenario } from './scenario/run-scenario.ts';
export { applyManifests } from './scenario/apply-manifests.ts';
export { readScenario } from './scenario/read-scenario.ts';
export type { UserCommand } from './protocol/user.ts';
export { describe } from './protocol/describe.ts';
export * from './kernel/index.ts';
