/** Drawn schedules: every choice is the draw's, a failure shrinks to the fewest deviations from the order of sending, and is printed as steps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printStep } from '../../src/kernel/print-step.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import { arbitrarySchedule } from '../../src/testing/arbitrary-schedule.ts';
import type { ScheduleConstraints } from '../../src/testing/arbitrary-schedule.ts';
import { drawnSchedule } from '../../src/testing/drawn-schedule.ts';
import type { Deviation, DrawnSchedule } from '../../src/testing/drawn-schedule.ts';
import { racyWorld } from '../explore/racy-toy.ts';

const MAX_STEPS = 500;

const things = (world: World): number => world.stateOf<{ readonly things: number }>('store').things;

const stepsOf = (schedule: DrawnSchedule, world: World): readonly string[] => {
  const taken: string[] = [];
  schedule.run(world, { maxSteps: MAX_STEPS, onStep: ({ step }) => taken.push(printStep(step)) });
  return taken;
};

const isExact = (schedule: DrawnSchedule, world: World): boolean => {
  schedule.run(world, { maxSteps: MAX_STEPS });
  return things(world) === 1;
};

const failing = (seed: number, make: () => World, constraints?: ScheduleConstraints): fc.RunDetails<[DrawnSchedule]> =>
  fc.check(fc.property(arbitrarySchedule(constraints), (schedule) => isExact(schedule, make())), { seed, numRuns: 500 });

const found = (seed: number, make: () => World = () => racyWorld(), constraints?: ScheduleConstraints): DrawnSchedule => {
  const [schedule] = failing(seed, make, constraints).counterexample ?? [];
  if (schedule === undefined) throw new Error('expected the planted race to be found');
  return schedule;
};

describe('a drawn schedule', () => {
  it('gives the same run each time it is followed', () => {
    for (const schedule of fc.sample(arbitrarySchedule(), { seed: 1, numRuns: 20 })) expect(stepsOf(schedule, racyWorld())).toEqual(stepsOf(schedule, racyWorld()));
  });

  it('differs from draw to draw, and is now and then the order of sending', () => {
    const runs = fc.sample(arbitrarySchedule(), { seed: 1, numRuns: 50 }).map((schedule) => stepsOf(schedule, racyWorld()).join('\n'));
    expect(new Set(runs).size).toBeGreaterThan(10);
  });

  it('goes on in the order of sending when its choices are spent', () => {
    const [schedule] = fc.sample(arbitrarySchedule({ choices: 0 }), { seed: 1, numRuns: 1 }) as [DrawnSchedule];
    expect(stepsOf(schedule, racyWorld()).length).toBeGreaterThan(10);
    expect(schedule.deviations).toEqual([]);
    expect(fc.stringify(schedule)).toBe('the oldest message first');
  });
});

describe('its shrinker', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('leaves so few deviations that none can be left out (seed %i)', (seed) => {
    const { deviations } = found(seed);
    expect(deviations.length).toBeGreaterThan(0);
    expect(deviations.length).toBeLessThanOrEqual(3);
    const breaks = (some: readonly Deviation[]): boolean => !isExact(drawnSchedule(() => some, () => []), racyWorld());
    expect(breaks(deviations)).toBe(true);
    for (const one of deviations) {
      expect(breaks(deviations.filter((other) => other !== one))).toBe(false);
      if (one.kind === 'hold' && one.choices > 1) expect(breaks(deviations.map((other) => (other === one ? { ...one, choices: one.choices - 1 } : other)))).toBe(false);
    }
  });

  it('prints what is left as steps', () => {
    expect(fc.stringify(found(1))).toMatch(/^the oldest message first, but from #\d+ on deliver \S+ \S+ \S+ waits for \d+ choices(; from #\d+ on deliver \S+ \S+ \S+ waits for \d+ choices)*$/);
  });

  it('keeps the failing run beside other values that shrink', () => {
    const details = fc.check(fc.property(fc.nat({ max: 9 }), arbitrarySchedule(), fc.nat({ max: 9 }), (chatter, schedule, last) => last < 0 || isExact(schedule, racyWorld({ chatter: chatter + 1 }))), { seed: 3, numRuns: 500 });
    const [chatter, schedule, last] = details.counterexample as [number, DrawnSchedule, number];
    expect([chatter, last]).toEqual([0, 0]);
    expect(schedule.deviations.length).toBeLessThanOrEqual(3);
    expect(isExact(schedule, racyWorld({ chatter: 1 }))).toBe(false);
  });

  it('finds the same again from seed and path', () => {
    const first = failing(1, () => racyWorld());
    const again = fc.check(fc.property(arbitrarySchedule(), (schedule) => isExact(schedule, racyWorld())), { seed: first.seed, path: first.counterexamplePath ?? '', endOnFailure: true });
    expect(fc.stringify(again.counterexample)).toBe(fc.stringify(first.counterexample));
  });

  it('leaves out interruptions like any deviation, and keeps those that matter', () => {
    const crashes = (world: World): readonly Step[] => ['controller', 'ring/1'].flatMap((actor): readonly Step[] => [{ kind: 'crash', actor }, { kind: 'restart', actor }])
      .filter((step) => world.canTake(step));
    const schedule = found(1, () => racyWorld({ remembers: true }), { interruptions: crashes });
    expect(schedule.deviations.length).toBeLessThanOrEqual(4);
    expect(fc.stringify(schedule)).toContain('crash controller');
  });
});
