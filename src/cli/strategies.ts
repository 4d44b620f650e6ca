/** The chooser of each strategy, and the token of a run: what chooses, and what is needed to choose the same again. */
import { searchChooser } from '../explore/strategies.ts';
import { encodeToken, timedChooser } from '../kernel/index.ts';
import type { Chooser } from '../kernel/index.ts';
import type { ClusterTopology } from '../cluster/topology.ts';
import { scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Strategy } from './strategy-names.ts';

export const chooserNamed = (strategy: Strategy, seed: string): Chooser => (strategy === 'timed' ? timedChooser() : searchChooser(strategy, seed));

/** A timed run draws latencies; in an untimed one the chooser alone decides what comes first. */
export const latencyFor = (strategy: Strategy): ClusterTopology['latency'] => (strategy === 'timed' ? 'lan' : 'none');

/** A run that deviates nowhere from its strategy: the check is of its last step. */
export const runToken = (scenario: Scenario, strategy: Strategy, steps: number, digest: string): string => encodeToken({
  scenarioDigest: scenarioDigest(scenario), strategy, seed: scenario.topology.seed, steps, deviations: [], checks: { every: 0, digests: [digest] },
});
