/** Laws of faults, over seeds and kinds, on a cluster: all is mended once they stop, and what they did is in the schedule alone. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { etcdState } from '../../src/cluster/store-view.ts';
import type { RuntimeState } from '../../src/components/container-runtime/state.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { faultKinds, parseFaultPlan, printFaultPlan } from '../../src/explore/faults/fault-plan.ts';
import type { FaultKind, FaultPlan } from '../../src/explore/faults/fault-plan.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { strategyPilot } from '../../src/explore/pilot.ts';
import { holdPilot, readHoldPlan } from '../../src/explore/shrink/hold-plan.ts';
import { searchChooser } from '../../src/explore/strategies.ts';
import { drawSwarm } from '../../src/explore/strategies/swarm.ts';
import { printStep } from '../../src/kernel/print-step.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import type { ClusterSubject } from '../../src/testing/cluster-subject.ts';
import { webSubject } from '../../specs/explore/fault-cluster.ts';

let subject: ClusterSubject;
beforeAll(() => {
  subject = webSubject({ apiservers: 2 });
});

const seed = fc.string({ maxLength: 5 });
const rule = fc.record({ kind: fc.constantFrom(...faultKinds), perThousand: fc.integer({ min: 1, max: 300 }), limit: fc.integer({ min: 1, max: 4 }) });
const plan: fc.Arbitrary<FaultPlan> = fc.uniqueArray(rule, { selector: ({ kind }) => kind, minLength: 1, maxLength: 4 });

/** What is wrong with the world, besides what its components made of it. */
const broken = (world: World): readonly string[] => {
  const actors = world.actors();
  return [
    ...actors.filter((actor) => !world.isUp(actor)).map((actor) => `${actor} is down`),
    ...actors.flatMap((a) => actors.filter((b) => a < b && world.isCut(a, b)).map((b) => `${a} and ${b} are cut`)),
    ...actors.filter((actor) => world.clockOf(actor) !== world.nowMs).map((actor) => `the clock of ${actor} is wrong`),
    ...(etcdState(world).noSpace === true ? ['etcd has no space'] : []),
    ...actors.filter((actor) => actor.startsWith('container-runtime/') && world.stateOf<RuntimeState>(actor).registryIsDown === true).map((actor) => `${actor} reaches no registry`),
  ];
};

interface Run { readonly world: World; readonly schedule: readonly Step[] }

/** So many steps under faults, which then stop. */
const disturbed = (faults: FaultPlan, text: string, steps: number): Run => {
  const world = subject.world.fork();
  const injector = faultInjector(world, subject.targets, faults, text);
  const chooser = searchChooser('random', text);
  const schedule: Step[] = [];
  const take = (step: Step | undefined): boolean => {
    if (step === undefined) return false;
    world.advance(step);
    schedule.push(step);
    return true;
  };
  for (let i = 0; i < steps; i += 1) take(injector.next() ?? chooser.choose(injector.free(world.offered())));
  injector.stop();
  while (take(injector.next()));
  expect(injector.isOver()).toBe(true);
  expect(injector.free(world.offered())).toBe(world.offered());
  return { world, schedule };
};

describe('explore.faults', () => {
  it('each kind, and any mixture, is undone once faults stop', () => {
    fc.assert(fc.property(plan, seed, fc.integer({ min: 50, max: 150 }), (faults, text, steps) => {
      expect(broken(disturbed(faults, text, steps).world)).toEqual([]);
    }), { numRuns: 30 });
  });

  it('are told by the schedule alone', () => {
    fc.assert(fc.property(plan, seed, (faults, text) => {
      const { world, schedule } = disturbed(faults, text, 120);
      const again = subject.world.fork();
      for (const step of schedule) again.advance(step);
      expect(again.hash()).toBe(world.hash());
    }), { numRuns: 8 });
  });

  it('happen: none of the kinds is out of reach in a plain rollout', () => {
    const isSeen = (kind: FaultKind): boolean => {
      const world = subject.world.fork();
      const injector = faultInjector(world, subject.targets, [{ kind, perThousand: 1000, limit: 1 }], kind);
      const chooser = searchChooser('random', kind);
      for (let i = 0; i < 2000; i += 1) {
        // Over: begun, and through. What only holds back takes no step.
        if (injector.next() !== undefined || injector.isOver()) return true;
        world.advance(chooser.choose(world.offered()) as Step);
      }
      return false;
    };
    expect(faultKinds.filter((kind) => !isSeen(kind))).toEqual([]);
  });

  it('a run with faults, read as what it holds back, is the same run', () => {
    fc.assert(fc.property(plan, seed, (faults, text) => {
      const limits = { faultSteps: 120, exploreSteps: 150 };
      const budget = { maxSteps: 250, maxMs: 60_000 };
      const run = judgeRun(subject, (world) => strategyPilot(world, searchChooser('random', text), faultInjector(world, subject.targets, faults, text), limits), [], { budget });
      const again = judgeRun(subject, (world) => holdPilot(world, readHoldPlan(subject.world.fork(), run.schedule)), [], { budget });
      expect(again.schedule.map(printStep)).toEqual(run.schedule.map(printStep));
      expect(again.world.hash()).toBe(run.world.hash());
    }), { numRuns: 5 });
  });

  it('a plan is printed as it is read', () => {
    fc.assert(fc.property(plan, (faults) => { expect(parseFaultPlan(printFaultPlan(faults))).toEqual({ _tag: 'Right', right: faults }); }));
  });

  it('swarm draws only kinds that are allowed, and each of those at times', () => {
    fc.assert(fc.property(seed, fc.subarray([...faultKinds], { minLength: 1 }), (text, allowed) => {
      const draws = Array.from({ length: 30 }, (_, i) => drawSwarm(`${text}/${i}`, allowed, 1).faults);
      expect(new Set(draws.flat().map(({ kind }) => kind))).toEqual(new Set(allowed));
      expect(draws.flat().every(({ limit, perThousand }) => limit > 0 && perThousand > 0)).toBe(true);
    }), { numRuns: 20 });
  });
});
