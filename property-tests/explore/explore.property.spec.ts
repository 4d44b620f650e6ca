/** Laws of exploration, over seeds: plans repeat runs, campaigns repeat themselves whoever runs them, what is shrunk still breaks and is minimal. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { campaignRunner, defaultCampaignOptions, explore, newTally } from '../../src/explore/campaign.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { faultKinds, parseFaultPlan, printFaultPlan } from '../../src/explore/faults/fault-plan.ts';
import type { FaultPlan } from '../../src/explore/faults/fault-plan.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot, strategyPilot } from '../../src/explore/pilot.ts';
import { holdPilot, readHoldPlan } from '../../src/explore/shrink/hold-plan.ts';
import { minimiseList } from '../../src/explore/shrink/minimise-list.ts';
import { shrinkFailure } from '../../src/explore/shrink/shrink-failure.ts';
import { searchChooser, searchStrategies } from '../../src/explore/strategies.ts';
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import { printStep } from '../../src/kernel/print-step.ts';
import { atMostOne, exactlyOne, forgetfulSubject, racySubject } from '../../specs/explore/racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };
const { budget, limits } = options;
const strategy = fc.constantFrom<SearchStrategy>(...searchStrategies);
const searching = fc.constantFrom<SearchStrategy>('random', 'pct', 'fair-pct', 'pos', 'urw', 'delay-bounded', 'swarm');
const seed = fc.string({ maxLength: 5 });
const faultPlan: fc.Arbitrary<FaultPlan> = fc.uniqueArray(fc.record({ kind: fc.constantFrom(...faultKinds), perThousand: fc.integer({ min: 0, max: 200 }), limit: fc.integer({ min: 0, max: 4 }) }), { selector: ({ kind }) => kind, maxLength: 4 });

describe('explore.plans', () => {
  it('a run read as what it holds back is the same run, faults included', () => {
    fc.assert(fc.property(strategy, seed, faultPlan, (name, text, faults) => {
      const subject = forgetfulSubject();
      const run = judgeRun(subject, (world) => strategyPilot(world, searchChooser(name, text), faultInjector(world, subject.targets, faults, text), limits), [], { budget });
      const again = judgeRun(subject, (world) => holdPilot(world, readHoldPlan(subject.world.fork(), run.schedule)), [], { budget });
      expect(again.schedule.map(printStep)).toEqual(run.schedule.map(printStep));
      expect(again.world.hash()).toBe(run.world.hash());
      // Two crashes whose restarts fell due at once, the later one's first.
    }), { numRuns: 60, examples: [['random', 'x5', [{ kind: 'crash', perThousand: 80, limit: 2 }]]] });
  });

  it('every fault is mended before the run is judged', () => {
    fc.assert(fc.property(strategy, seed, faultPlan, (name, text, faults) => {
      const subject = forgetfulSubject();
      const { world, outcome } = judgeRun(subject, (fork) => strategyPilot(fork, searchChooser(name, text), faultInjector(fork, subject.targets, faults, text), limits), [], { budget });
      expect(outcome).toBe('settled');
      expect(world.actors().filter((actor) => !world.isUp(actor))).toEqual([]);
    }), { numRuns: 60 });
  });

  it('a fault plan is printed as it is read', () => {
    fc.assert(fc.property(faultPlan, (plan) => { expect(parseFaultPlan(printFaultPlan(plan))).toMatchObject({ right: plan }); }));
  });
});

describe('explore.campaigns', () => {
  it('find the planted race by every strategy, and the same one each time', () => {
    fc.assert(fc.property(searching, seed, (name, text) => {
      const once = explore([racySubject], [atMostOne], 2000, 1, { ...options, strategy: name, seed: text });
      expect(once.failures).toHaveLength(1);
      expect(explore([racySubject], [atMostOne], 2000, 1, { ...options, strategy: name, seed: text })).toEqual(once);
    }), { numRuns: 20 });
  });

  it('come out the same however many run them', () => {
    fc.assert(fc.property(searching, seed, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (name, text, workers, maxFailures) => {
      const chosen = { ...options, strategy: name, seed: text };
      const runners = Array.from({ length: workers }, () => campaignRunner([racySubject], [atMostOne, exactlyOne], chosen));
      const tally = newTally([atMostOne, exactlyOne], maxFailures);
      for (let index = 0; index < 40; index += 1) if (tally.add((runners[index % workers] as (typeof runners)[number]).run(index))) break;
      expect(tally.result()).toEqual(explore([racySubject], [atMostOne, exactlyOne], 40, maxFailures, chosen));
    }), { numRuns: 20 });
  });
});

describe('explore.shrinking', () => {
  it('gives the one late message, whichever run it starts from', () => {
    fc.assert(fc.property(searching, seed, (name, text) => {
      const [failure] = explore([racySubject], [atMostOne], 2000, 1, { ...options, strategy: name, seed: text }).failures;
      const run = failure === undefined ? undefined : shrinkFailure({ subject: racySubject(), schedule: failure.schedule },
        { property: atMostOne, signature: failure.violation.signature, budget, effort: { runsLeft: 5000, stepsLeft: 1_000_000 } }, { seed: text, faults: [], limits, tries: 10 });
      expect(run).toMatchObject({ isMinimal: true, faults: 0 });
      if (run === undefined) return;
      expect(run.holds).toHaveLength(1);
      // None where what is late is the request to the store: no two steps of one actor tell the runs apart.
      if (run.criticalPair !== undefined) expect(run.criticalPair).toMatchObject({ first: { to: 'controller', channel: 'request' }, second: { to: 'controller', channel: 'watch' } });
      expect(run.subject.world.actors()).toHaveLength(4);
      // 1-minimal: whichever step is left out, the rest cannot be followed or breaks nothing.
      run.schedule.forEach((_, i) => {
        const fewer = run.schedule.filter((_step, at) => at !== i);
        const { violation, schedule } = judgeRun(run.subject, (world) => schedulePilot(world, fewer), [atMostOne], { budget });
        expect(violation === undefined || schedule.length > fewer.length).toBe(true);
      });
    }), { numRuns: 15 });
  });

  it('delta debugging gives a 1-minimal sublist', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(60), { maxLength: 40 }), fc.func(fc.boolean()), (items, wants) => {
      const needed = items.filter((item) => wants(item));
      expect(minimiseList(items, (sublist) => needed.every((item) => sublist.includes(item)))).toEqual(needed);
    }));
  });
});
