/** Laws of drawn schedules over generated worlds: legal wherever they are used, the same each time, and found again by seed and path. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printStep } from '../../src/kernel/print-step.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import { arbitrarySchedule } from '../../src/testing/index.ts';
import type { DrawnSchedule } from '../../src/testing/index.ts';
import { racyWorld } from '../../specs/explore/racy-toy.ts';
import { chaosPlan, chaosWorld } from '../kernel/chaos.ts';

const STEPS = 120;

const crashes = (world: World): readonly Step[] => world.actors().map((actor): Step => ({ kind: world.isUp(actor) ? 'crash' : 'restart', actor }));

const follow = (schedule: DrawnSchedule, world: World): readonly string[] => {
  const steps: string[] = [];
  schedule.run(world, { maxSteps: STEPS, onStep: ({ step }) => steps.push(printStep(step)) });
  return steps;
};

describe('a drawn schedule', () => {
  it('is a legal run of any world, the same each time, and leaves the world it was drawn for alone', () => {
    fc.assert(fc.property(chaosPlan, arbitrarySchedule({ choices: 60, interruptions: crashes }), (plan, schedule) => {
      const [one, other] = [chaosWorld(plan), chaosWorld(plan)];
      expect(follow(schedule, one)).toEqual(follow(schedule, other));
      expect(one.hash()).toBe(other.hash());
    }), { numRuns: 60 });
  });

  it('without deviations is the order of sending', () => {
    fc.assert(fc.property(chaosPlan, arbitrarySchedule({ choices: 0 }), (plan, schedule) => {
      const [drawn, usual] = [chaosWorld(plan), chaosWorld(plan)];
      const steps = follow(schedule, drawn);
      for (const step of steps) {
        const oldest = usual.offered().oldest();
        expect(oldest === undefined ? undefined : printStep(oldest)).toBe(step);
        if (oldest !== undefined) usual.advance(oldest);
      }
    }), { numRuns: 40 });
  });

  it('that breaks something is found again by the seed and path that fast-check prints', () => {
    const things = (world: World): number => world.stateOf<{ readonly things: number }>('store').things;
    fc.assert(fc.property(fc.integer(), (seed) => {
      const property = fc.property(arbitrarySchedule({ choices: 40 }), (schedule) => {
        const world = racyWorld({ chatter: 2 });
        schedule.run(world, { maxSteps: 200 });
        return things(world) === 1;
      });
      const first = fc.check(property, { seed, numRuns: 300 });
      expect(first.failed).toBe(true);
      const again = fc.check(property, { seed, numRuns: 1, path: first.counterexamplePath ?? '', endOnFailure: true });
      expect(fc.stringify(again.counterexample)).toBe(fc.stringify(first.counterexample));
    }), { numRuns: 5 });
  });
});
