/** `kubeloom/testing`: property tests over whole clusters, with fast-check and any test runner. */
export type { TopologyConstraints } from './arbitrary-topology.ts';
export { arbitraryTopology } from './arbitrary-topology.ts';
export type { WorkloadConstraints } from './arbitrary-workloads.ts';
export { arbitraryWorkloads } from './arbitrary-workloads.ts';
export type { ScenarioConstraints } from './arbitrary-scenario.ts';
export { arbitraryScenario } from './arbitrary-scenario.ts';
export type { DrawnRun } from './run-drawn.ts';
export { runDrawn } from './run-drawn.ts';
