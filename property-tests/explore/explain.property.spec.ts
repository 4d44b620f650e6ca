/** Laws of what is made of a failure, over seeds: shrunk runs are 1-minimal on every axis, schedules said by what waits are those schedules, explanations hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { defaultCampaignOptions, explore, faultsIn } from '../../src/explore/campaign.ts';
import { continued, isBrokenBy } from '../../src/explore/explain/replays.ts';
import type { ExplainOptions } from '../../src/explore/explain/replays.ts';
import { findNoReturn } from '../../src/explore/explain/no-return.ts';
import { faultInjector } from '../../src/explore/faults/fault-injector.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { strategyPilot } from '../../src/explore/pilot.ts';
import { holdPilot } from '../../src/explore/shrink/hold-plan.ts';
import type { HoldPlan } from '../../src/explore/shrink/hold-plan.ts';
import { lawfulList } from '../../src/explore/shrink/lawful-list.ts';
import { newListFollower } from '../../src/explore/shrink/list-follower.ts';
import { reduceList } from '../../src/explore/shrink/minimise-list.ts';
import { shrinkFailure } from '../../src/explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../../src/explore/shrink/shrink-run.ts';
import { searchChooser, searchStrategies } from '../../src/explore/strategies.ts';
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import { deviatingChooser, holdsOf } from '../../src/kernel/deviation.ts';
import type { Deviation } from '../../src/kernel/deviation.ts';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { printStep } from '../../src/kernel/print-step.ts';
import { run } from '../../src/kernel/run.ts';
import type { Step } from '../../src/kernel/step.ts';
import { decodeToken, encodeToken } from '../../src/kernel/token.ts';
import type { Property } from '../../src/properties/property.ts';
import { atMostOne, exactlyOne, forgetfulSubject, racySubject } from '../../specs/explore/racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };
const { budget, limits } = options;
const crashes = [{ kind: 'crash', perThousand: 50, limit: 3 }] as const;
const searching = fc.constantFrom<SearchStrategy>('random', 'pct', 'fair-pct', 'pos', 'urw', 'delay-bounded', 'swarm');
const seed = fc.string({ maxLength: 5 });

/** The race in the order of messages, and the one that takes a crash, each as what must always hold and as what must hold in the end. */
const planted = fc.record({ name: searching, text: seed, property: fc.constantFrom(atMostOne, exactlyOne), takesCrash: fc.boolean() });
type Planted = typeof planted extends fc.Arbitrary<infer T> ? T : never;

interface Shrinking { readonly found: readonly Step[]; readonly shrunk: ShrunkRun | undefined }

const shrinkingOf = ({ name, text, property, takesCrash }: Planted, runsLeft: number): Shrinking | undefined => {
  const make = takesCrash ? forgetfulSubject : racySubject;
  const faults = takesCrash ? crashes : [];
  const [failure] = explore([() => make()], [property], 2000, 1, { ...options, strategy: takesCrash ? 'random' : name, seed: text, faults }).failures;
  if (failure === undefined) return undefined;
  const shrunk = shrinkFailure({ subject: make(), schedule: failure.schedule },
    { property, signature: failure.violation.signature, budget, effort: { runsLeft, stepsLeft: 1_000_000 } }, { seed: text, faults, limits, tries: 5 });
  return { found: failure.schedule, shrunk };
};

const shrunkOf = (drawn: Planted): ShrunkRun | undefined => shrinkingOf(drawn, 5000)?.shrunk;

const breaks = ({ subject, violation }: ShrunkRun, plan: HoldPlan, property: Property): boolean =>
  judgeRun(subject, (world) => holdPilot(world, plan), [property], { budget }).violation?.signature === violation.signature;

const without = <T>(items: readonly T[], at: number): readonly T[] => items.filter((_, i) => i !== at);

describe('explore.shrinking, on its three axes', () => {
  it('leaves no hold, no fault and no part of the subject that can be left out', () => {
    fc.assert(fc.property(planted, (drawn) => {
      const shrunk = shrunkOf(drawn);
      expect(shrunk).toMatchObject({ isMinimal: true });
      if (shrunk === undefined) return;
      const { plan, subject } = shrunk;
      expect(breaks(shrunk, plan, drawn.property)).toBe(true);
      plan.holds.forEach((_, i) => { expect(breaks(shrunk, { ...plan, holds: without(plan.holds, i) }, drawn.property)).toBe(false); });
      plan.faults.forEach((_, i) => { expect(breaks(shrunk, { ...plan, faults: without(plan.faults, i) }, drawn.property)).toBe(false); });
      for (const { make } of subject.simpler()) expect(breaks({ ...shrunk, subject: make() }, plan, drawn.property)).toBe(false);
    }), { numRuns: 12 });
  });

  it('ends no larger than it was given, however little may be tried', () => {
    fc.assert(fc.property(planted, fc.integer({ min: 2, max: 40 }), (drawn, runsLeft) => {
      const shrinking = shrinkingOf({ ...drawn, property: atMostOne }, runsLeft);
      if (shrinking === undefined) return;
      const { found, shrunk } = shrinking;
      expect(shrunk).toBeDefined();
      if (shrunk === undefined) return;
      const faults = faultsIn(found).length;
      expect(shrunk.faults).toBeLessThanOrEqual(faults);
      if (shrunk.faults === faults) expect(shrunk.matters).toBeLessThanOrEqual(found.length);
    }), { numRuns: 20 });
  });

  it('follows a list from where it parts from another just as from the beginning', () => {
    fc.assert(fc.property(planted, fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), (drawn, cuts) => {
      const shrinking = shrinkingOf({ ...drawn, property: atMostOne }, 2);
      if (shrinking?.shrunk === undefined) return;
      const { found, shrunk: { subject, violation: { signature } } } = shrinking;
      const { follow, keep } = newListFollower(subject, { property: atMostOne, signature, effort: { runsLeft: 100, stepsLeft: 100_000 } });
      keep(found);
      for (const cut of cuts) {
        const steps = without(found, cut % found.length);
        const { outcome, schedule, violation } = judgeRun(subject, (world) => lawfulList(world, steps, 'stop'), [atMostOne], { budget });
        expect(follow(steps)).toEqual(outcome === 'violated' && violation?.signature === signature ? schedule : undefined);
      }
    }), { numRuns: 15 });
  });

  it('gives 1-minimal sublists though items fall away by themselves, and asks far less than once for each item', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(2000), { minLength: 100, maxLength: 400 }), fc.func(fc.nat(99)), (items, draw) => {
      const needed = items.filter((item) => draw(item) === 0).slice(0, 4);
      let asked = 0;
      const kept = reduceList(items, (sublist) => {
        asked += 1;
        const there = new Set(sublist);
        // What is even falls away with what was before it.
        return needed.every((item) => there.has(item)) ? sublist.filter((item) => needed.includes(item) || item % 2 === 1 || there.has(items[items.indexOf(item) - 1] ?? item)) : undefined;
      });
      expect(kept).toEqual(needed);
      expect(asked).toBeLessThan(30 * (needed.length + 1));
    }), { numRuns: 50 });
  });
});

describe('explore.tokens', () => {
  it('a schedule said by what waits is that schedule, faults included', () => {
    fc.assert(fc.property(fc.constantFrom<SearchStrategy>(...searchStrategies), seed, fc.boolean(), (name, text, withFaults) => {
      const subject = forgetfulSubject();
      const { schedule } = judgeRun(subject, (world) => strategyPilot(world, searchChooser(name, text), faultInjector(world, subject.targets, withFaults ? crashes : [], text), limits), [], { budget });
      const deviations = holdsOf(subject.world.fork(), schedule);
      const token = decodeToken(encodeToken({ scenarioDigest: '0', strategy: 'fifo', seed: '', steps: schedule.length, deviations, checks: { every: 0, digests: [] } }));
      const read: readonly Deviation[] = token._tag === 'Right' ? token.right.deviations : [];
      const taken: string[] = [];
      run(subject.world.fork(), deviatingChooser(fifoChooser(), read), { maxSteps: schedule.length, onStep: ({ step }) => { taken.push(printStep(step)); } });
      expect(taken).toEqual(schedule.map(printStep));
    }), { numRuns: 40 });
  });

  it('is short where little is late, however long it is', () => {
    fc.assert(fc.property(planted, (drawn) => {
      const shrunk = shrunkOf(drawn);
      if (shrunk === undefined) return;
      const deviations = holdsOf(shrunk.subject.world.fork(), shrunk.schedule);
      expect(encodeToken({ scenarioDigest: '0', strategy: 'fifo', seed: '', steps: shrunk.schedule.length, deviations, checks: { every: 0, digests: [] } }).length).toBeLessThan(200);
    }), { numRuns: 10 });
  });
});

describe('explore.explaining', () => {
  it('one step before the point of no return the property can still be kept; from it on the fair order breaks it', () => {
    fc.assert(fc.property(planted, (drawn) => {
      const shrunk = shrunkOf(drawn);
      if (shrunk === undefined) return;
      const explaining: ExplainOptions = { property: drawn.property, budget, seed: drawn.text, effort: { runsLeft: 5000, stepsLeft: 1_000_000 } };
      const found = findNoReturn(shrunk, explaining);
      if (found === undefined) return;
      expect(isBrokenBy(shrunk.subject, continued(shrunk.schedule.slice(0, found.after), fifoChooser()), explaining)).toBe(true);
      if (found.after === 0) return;
      const earlier = shrunk.schedule.slice(0, found.after - 1);
      const choosers = Array.from({ length: found.continuations }, (_, i) => (i === 0 ? fifoChooser() : randomChooser(`${drawn.text}/no-return/${i}`)));
      expect(choosers.some((chooser) => !isBrokenBy(shrunk.subject, continued(earlier, chooser), explaining))).toBe(true);
    }), { numRuns: 10 });
  });
});
