/** Over generated clusters, workloads and interleavings: every run ends with exactly the desired replicas ready, and the same seed ends the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStore } from '../../src/cluster/store-view.ts';
import { workloadsOf } from '../../src/cluster/workloads.ts';
import { fifoChooser, randomChooser, timedChooser } from '../../src/kernel/index.ts';
import type { Pod } from '../../src/api/types.ts';
import { isPodReady } from '../../src/api/pod-helpers.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { arbitraryScenario, runDrawn } from '../../src/testing/index.ts';
import type { DrawnRun } from '../../src/testing/index.ts';

const DEEP = process.env['KUBELOOM_DEEP'] === '1';
const runs = (few: number): { numRuns: number } => ({ numRuns: DEEP ? few * 50 : few });

/** Exactly what was desired stands, nothing more: no pod is left over, none is missing. */
const expectConverged = ({ world, result }: DrawnRun): void => {
  expect(result.missing).toEqual([]);
  expect(result.outcome).toBe('reached');
  const read = readStore(world);
  const workloads = workloadsOf(read).filter(({ namespace, kind }) => namespace === 'default' && kind !== 'Job' && kind !== 'CronJob');
  const desired = workloads.reduce((sum, one) => sum + one.desired, 0);
  const live = (read('pods') as readonly Pod[]).filter(({ metadata, status }) => metadata.namespace === 'default' && status?.phase !== 'Succeeded');
  expect(live.map((pod) => [pod.metadata.name, isPodReady(pod)])).toEqual(live.map((pod) => [pod.metadata.name, true]));
  expect(live.length).toBe(desired);
};

describe('convergence', () => {
  it('under any interleaving a random chooser makes, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario({ maxApiservers: 2 }), fc.nat(), (scenario: Scenario, seed) => {
      expectConverged(runDrawn(scenario, randomChooser(String(seed))));
    }), runs(25));
  });

  it('under realistic latencies, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario({ latency: 'lan', maxApiservers: 2 }), (scenario) => expectConverged(runDrawn(scenario, timedChooser()))), runs(15));
  });

  it('in the order of sending, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario(), (scenario) => expectConverged(runDrawn(scenario, fifoChooser()))), runs(10));
  });
});

describe('determinism', () => {
  it('the same seed twice in one process gives the same digest of every step', () => {
    fc.assert(fc.property(arbitraryScenario(), fc.nat(), (scenario, seed) => {
      const [first, second] = [1, 2].map(() => runDrawn(scenario, randomChooser(String(seed))));
      expect(first?.digest).toBe(second?.digest);
      expect(first?.result.steps).toBe(second?.result.steps);
    }), runs(8));
  });
});
