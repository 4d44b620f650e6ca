/** Finds a failure anew in its own scenario, when the components have changed so that its schedule cannot be followed any more. */
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { assertCluster } from '../../src/testing/index.ts';
import type { BrokenProperty, KeptFailure } from '../../src/testing/index.ts';

const STRATEGIES: readonly SearchStrategy[] = ['random', 'pos', 'pct'];
const RUNS = 300;

const isBroken = (thrown: unknown): thrown is BrokenProperty => thrown instanceof Error && 'kept' in thrown;

/** `scenario` names the variants to blame. Shrunk. Throws when no strategy finds it. */
export const recordFailure = (scenario: Scenario, property: string, faults = ''): KeptFailure => {
  for (const strategy of STRATEGIES) {
    try {
      assertCluster(scenario, { properties: [property], strategy, faults, runs: RUNS, shrink: { runs: 3000, steps: 5_000_000 } });
    } catch (thrown) {
      if (isBroken(thrown)) return thrown.kept;
      throw thrown;
    }
  }
  throw new Error(`Expected ${property} to break in the scenario "${scenario.name}" with ${scenario.variants?.join(', ') ?? 'no variant'}. Instead, ${STRATEGIES.length * RUNS} schedules passed.`);
};
