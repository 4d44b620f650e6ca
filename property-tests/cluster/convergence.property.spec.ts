/** Over generated clusters, workloads and interleavings: every run ends with exactly the desired replicas ready, and the same seed ends the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPodReady } from '../../src/api/pod-helpers.ts';
import type { Pod } from '../../src/api/types.ts';
import { workloadsOf } from '../../src/cluster/workloads.ts';
import { fifoChooser, timedChooser } from '../../src/kernel/index.ts';
import type { World } from '../../src/kernel/index.ts';
import { arbitraryFaultPlan, arbitraryScenario, arbitrarySchedule, assertCluster, eventually, readStore, runDrawn, violation } from '../../src/testing/index.ts';
import type { DrawnRun } from '../../src/testing/index.ts';

const DEEP = process.env['KUBELOOM_DEEP'] === '1';
const many = (few: number): number => (DEEP ? few * 50 : few);

/** What stands that nobody has asked for, or does not stand that somebody has, in words. */
const surplusOf = (world: World): readonly string[] => {
  const read = readStore(world);
  const desired = workloadsOf(read).filter(({ namespace, kind }) => namespace === 'default' && kind !== 'Job' && kind !== 'CronJob').reduce((sum, one) => sum + one.desired, 0);
  const live = (read('pods') as readonly Pod[]).filter(({ metadata, status }) => metadata.namespace === 'default' && status?.phase !== 'Succeeded');
  const unready = live.filter((pod) => !isPodReady(pod)).map(({ metadata }) => `${metadata.name} is not ready`);
  return live.length === desired ? unready : [...unready, `there are ${live.length} pods, not ${desired}`];
};

const exact = eventually({ id: 'spec.exact', statement: 'In the end there are as many pods as desired, all of them ready: none is missing, none left over.', source: 'this spec' }, () => ({
  interest: {},
  end: (world) => {
    const surplus = surplusOf(world);
    return surplus.length === 0 ? 'pass' : violation('not exact', surplus.join('; '));
  },
}));

const expectConverged = ({ world, result }: DrawnRun): void => {
  expect(result.missing).toEqual([]);
  expect(result.outcome).toBe('reached');
  expect(surplusOf(world)).toEqual([]);
};

describe('convergence', () => {
  it('under any interleaving, every workload reaches its desired state, exactly', () => {
    assertCluster(arbitraryScenario({ maxApiservers: 2 }), { properties: ['converges', exact], runs: many(6), schedules: 3 });
  });

  it('under any interleaving, nothing breaks that is shipped as a property', () => {
    assertCluster(arbitraryScenario({ maxNodes: 2 }), { runs: many(4), schedules: 3, strategy: 'pos' });
  });

  it('under realistic latencies, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario({ latency: 'lan', maxApiservers: 2 }), (scenario) => expectConverged(runDrawn(scenario, timedChooser()))), { numRuns: many(12) });
  });

  it('in the order of sending, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario(), (scenario) => expectConverged(runDrawn(scenario, fifoChooser()))), { numRuns: many(8) });
  });

  it('when messages are held back, the cluster\'s own coming up included, every workload reaches its desired state', () => {
    fc.assert(fc.property(arbitraryScenario({ maxNodes: 2 }), arbitrarySchedule(), (scenario, schedule) => expectConverged(runDrawn(scenario, schedule))), { numRuns: many(6) });
  });

  it('whichever connections break and whoever crashes, what was asked for comes about', () => {
    fc.assert(fc.property(arbitraryScenario({ maxNodes: 2, maxChanges: 0 }), arbitraryFaultPlan({ kinds: ['crash', 'reset'], maxLimit: 2, maxPerThousand: 10 }), (scenario, faults) => {
      assertCluster(scenario, { properties: ['converges'], faults, runs: 1 });
    }), { numRuns: many(4) });
  });
});

describe('determinism', () => {
  it('the same schedule twice in one process gives the same digest of every step', () => {
    fc.assert(fc.property(arbitraryScenario(), arbitrarySchedule(), (scenario, schedule) => {
      const [first, second] = [1, 2].map(() => runDrawn(scenario, schedule));
      expect(first?.digest).toBe(second?.digest);
      expect(first?.result.steps).toBe(second?.result.steps);
    }), { numRuns: many(5) });
  });
});
