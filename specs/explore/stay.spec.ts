/** How long a settled run is watched to stay so: the whole stay, or to the moment from which on only heartbeats are due (clause explore.judge.stay). */
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../src/explore/judge.ts';
import type { Verdict } from '../../src/explore/judge.ts';
import { listPilot, strategyPilot } from '../../src/explore/pilot.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { searchChooser } from '../../src/explore/strategies.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Step } from '../../src/kernel/step.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { scenarios } from '../../property-tests/properties/scenarios.ts';

const budget = { maxSteps: 20_000, maxMs: 3_600_000 };
const limits = { faultSteps: 0, exploreSteps: 20_000 };

const judged = (subject: Subject, seed: string): Verdict =>
  judgeRun(subject, (world) => strategyPilot(world, searchChooser('random', seed, { depth: 3, steps: 300, estimate: new Map() }), faultInjector(world, subject.targets, [], seed), limits), [], { budget });

const timersIn = (steps: readonly Step[]): ReadonlySet<string> => new Set(steps.flatMap((step) => (step.kind === 'fire' ? [step.key] : [])));

describe('explore.judge.stay', () => {
  const subject = clusterSubject(scenarios.deployment);
  const { isOnlyBeating: _, ...watchful } = subject;

  it('what is left out of a stay are heartbeats, and the run is settled after them too', () => {
    for (const seed of ['1', '2', '3', '4', '5']) {
      const [brief, whole] = [judged(subject, seed), judged(watchful, seed)];
      expect([brief.outcome, whole.outcome]).toEqual(['settled', 'settled']);
      expect(whole.schedule.slice(0, brief.schedule.length)).toEqual(brief.schedule);
      const left = whole.schedule.slice(brief.schedule.length);
      expect(left.length).toBeGreaterThan(10);
      for (const key of timersIn(left)) expect(['lease', 'node-check', 'periodic/node-controller/monitor/monitor']).toContain(key);
      expect(whole.world.nowMs - brief.world.nowMs).toBeGreaterThanOrEqual(5000);
    }
  });

  it('a stay is whole after a fault, and where a component is a variant', () => {
    let asked = 0;
    const counting: Subject = { ...subject, isOnlyBeating: () => { asked += 1; return true; } };
    const fault: Step = { kind: 'skew', actor: 'kube-scheduler', offsetMs: 10, rate: 1 };
    const after = (steps: readonly Step[]): Verdict => judgeRun(counting, (world) => listPilot(world, steps, 'fifo'), [], { budget });
    const disturbed = after([fault]);
    expect([disturbed.outcome, asked]).toEqual(['settled', 0]);
    expect(disturbed.schedule.length).toBeGreaterThan(after([]).schedule.length + 10);
    expect(asked).toBe(1);
    expect(clusterSubject({ ...scenarios.deployment, variants: ['replicaset-without-expectations'] }).isOnlyBeating).toBeUndefined();
  });
});
