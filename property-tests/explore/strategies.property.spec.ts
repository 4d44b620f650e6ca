/** Laws of the strategies, over seeds: the lag bound holds whoever chooses, recipes repeat their runs, feedback is the same however many run it, and what is worst is not better than the usual. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CampaignOptions, RunReport } from '../../src/explore/campaign.ts';
import { campaignRunner, defaultCampaignOptions, explore, newTally } from '../../src/explore/campaign.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import { searchChooser, searchStrategies } from '../../src/explore/strategies.ts';
import { GENERATION } from '../../src/explore/strategies/feedback.ts';
import { drawRecipe, mutateRecipe, recipeChooser } from '../../src/explore/strategies/recipe.ts';
import type { Recipe } from '../../src/explore/strategies/recipe.ts';
import { randomStream } from '../../src/explore/strategies/random-stream.ts';
import { measureRun } from '../../src/explore/worst-case/judge-measure.ts';
import { findWorst } from '../../src/explore/worst-case/worst-search.ts';
import type { Chooser } from '../../src/kernel/chooser.ts';
import { printStep } from '../../src/kernel/print-step.ts';
import { arm, noEffects, send } from '../../src/kernel/transition.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import type { Measure } from '../../src/properties/measures/index.ts';
import { atMostOne, exactlyOne, racySubject } from '../../specs/explore/racy-toy.ts';
import { worldOf } from '../../specs/kernel/toys.ts';

const seed = fc.string({ maxLength: 5 });
const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };

/** Rings every `periodMs`, and tells its peer, who rings back a while later. */
const ticker = (id: string, peer: string, periodMs: number): Actor => hosted<number, unknown>({
  id, initial: 0,
  transition: (state, input) => {
    switch (input.kind) {
      case 'start': return [state, [arm('tick', periodMs), arm('tock', periodMs * 1.5)]];
      case 'timer': return [state + 1, [arm(input.key, periodMs), send(peer, input.key, state)]];
      case 'message': return [state, input.channel === 'tick' ? [send(peer, 'echo', state), arm('late', periodMs / 2)] : noEffects];
      default: return [state, noEffects];
    }
  },
});

/** How far the clock may go: see WorldConfig.lagMs. */
const limitMs = (world: World): number => {
  const oldest = Math.min(...world.undelivered().map(({ sentMs }) => sentMs), ...world.timers().map(({ dueMs }) => dueMs));
  return Math.max(world.nowMs, oldest + world.config.lagMs);
};

const follow = (world: World, chooser: Chooser, steps: number): readonly string[] => Array.from({ length: steps }, () => {
  const step = chooser.choose(world.offered());
  if (step !== undefined) world.advance(step);
  return step === undefined ? '' : printStep(step);
});

const mutated = (text: string, times: number): Recipe => {
  const stream = randomStream(text);
  let recipe = drawRecipe(stream, text);
  const other = drawRecipe(stream, `${text}/other`);
  for (let i = 0; i < times; i += 1) recipe = mutateRecipe(stream, recipe, other, `${text}/${i}`, 40);
  return recipe;
};

describe('explore.lag', () => {
  it('no strategy lets time pass beyond the lag bound of what is undelivered or due', () => {
    fc.assert(fc.property(fc.constantFrom(...searchStrategies), seed, fc.constantFrom(0, 10, 500), fc.integer({ min: 1, max: 5 }), (strategy, text, lagMs, depth) => {
      const world = worldOf([ticker('a', 'b', 30), ticker('b', 'c', 70), ticker('c', 'a', 110)], { lagMs });
      const chooser = searchChooser(strategy, text, { depth, steps: 150, estimate: new Map() });
      for (let i = 0; i < 150; i += 1) {
        const limit = limitMs(world);
        const step = chooser.choose(world.offered());
        if (step === undefined) throw new Error('expected a step: a timer is always armed');
        world.advance(step);
        expect(world.nowMs).toBeLessThanOrEqual(limit);
      }
    }), { numRuns: 60 });
  });
});

describe('explore.recipe', () => {
  it('repeats its run, however often it was changed, and is in order', () => {
    fc.assert(fc.property(seed, fc.nat(12), (text, times) => {
      const recipe = mutated(text, times);
      const run = (): readonly string[] => follow(racySubject().world.fork(), recipeChooser(recipe, { steps: 40, estimate: new Map() }), 40);
      expect(run()).toEqual(run());
      expect(recipe.segments.map(({ from }) => from)).toEqual([...new Set(recipe.segments.map(({ from }) => from))].toSorted((a, b) => a - b));
      expect(recipe.nudges.map(({ at }) => at)).toEqual([...new Set(recipe.nudges.map(({ at }) => at))].toSorted((a, b) => a - b));
      expect(recipe.segments[0]?.from).toBe(0);
    }), { numRuns: 60 });
  });

  it('goes the same way up to the choice from which on it was drawn anew', () => {
    fc.assert(fc.property(seed, fc.integer({ min: 1, max: 30 }), (text, from) => {
      const recipe = mutated(text, 3);
      const changed: Recipe = { ...recipe, segments: [...recipe.segments.filter((one) => one.from < from), { from, strategy: 'random', depth: 1, seed: 'another' }], nudges: recipe.nudges.filter(({ at }) => at <= from) };
      const run = (one: Recipe): readonly string[] => follow(racySubject().world.fork(), recipeChooser(one, { steps: 40, estimate: new Map() }), from);
      expect(run(changed)).toEqual(run(recipe));
    }), { numRuns: 40 });
  });
});

describe('explore.feedback', () => {
  it('comes out the same however many run it, in whatever order they are done', () => {
    fc.assert(fc.property(seed, fc.integer({ min: 1, max: 3 }), fc.array(fc.nat(2), { minLength: 20, maxLength: 20 }), (text, workers, turns) => {
      const chosen: CampaignOptions = { ...options, strategy: 'feedback', seed: text };
      const properties = [exactlyOne];
      const runs = 2 * GENERATION + 5;
      const tally = newTally(properties, 99, undefined, chosen);
      const runners = Array.from({ length: workers }, () => campaignRunner([racySubject], properties, chosen));
      const waiting = new Map<number, RunReport>();
      for (let next = 0, taken = 0, turn = 0; taken < runs;) {
        for (; next < Math.min(runs, tally.horizon()); next += 1, turn += 1) {
          const runner = runners[(turns[turn % turns.length] as number) % workers] as (typeof runners)[number];
          waiting.set(next, runner.run(next, tally.corpus()));
        }
        for (let report = waiting.get(taken); report !== undefined; report = waiting.get(taken)) {
          tally.add(report);
          taken += 1;
        }
      }
      expect(tally.result()).toEqual(explore([racySubject], properties, runs, 99, chosen));
    }), { numRuns: 4 });
  });

  it('finds the planted race', () => {
    fc.assert(fc.property(seed, (text) => {
      expect(explore([racySubject], [atMostOne], 2000, 1, { ...options, strategy: 'feedback', seed: text }).failures).toHaveLength(1);
    }), { numRuns: 10 });
  });
});

/** How late the controller's cache is told: in steps of the run. */
const lateness: Measure = {
  id: 'lateness', unit: 'steps', kind: 'total', statement: 'How many steps the run takes until the controller sees the first thing.',
  gauge: ({ stepCount }) => {
    let seen: number | undefined;
    return {
      interest: { actors: ['controller'] },
      step: (_, { index, input }) => { if (input?.kind === 'message' && input.channel === 'watch') seen ??= index - stepCount; },
      value: () => seen ?? 0,
    };
  },
};

describe('explore.worst-case', () => {
  it('is no better than the order of sending or any sampled run, and is what its schedule comes to; none of its deviations can be left out', () => {
    fc.assert(fc.property(seed, fc.integer({ min: 1, max: 60 }), (text, runs) => {
      const subject = racySubject();
      const worst = findWorst(subject, lateness, { seed: text, runs, faults: [], limits: options.limits, budget: options.budget, effort: { runsLeft: 3000, stepsLeft: 1_000_000 } });
      expect(worst.worst).toBeGreaterThanOrEqual(Math.max(worst.fifo ?? 0, worst.sampled?.spread.most ?? 0));
      expect(measureRun(subject, lateness, (world) => schedulePilot(world, worst.schedule), options.budget).value).toBeGreaterThanOrEqual(worst.worst);
      expect(worst.isMinimal).toBe(true);
      expect(worst.deviations === 0).toBe(worst.found === undefined);
    }), { numRuns: 10 });
  });
});
