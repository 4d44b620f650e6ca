/** Over generated actors: source-DPOR executes each Mazurkiewicz trace that brute force finds, once, and comes to the same ends and violations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exhaustiveSearch } from '../../src/explore/exhaustive/search.ts';
import type { Grain, StateView } from '../../src/explore/exhaustive/state-view.ts';
import { traceSearch } from '../../src/explore/exhaustive/trace-search.ts';
import { noTargets } from '../../src/explore/faults/fault-plan.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Step } from '../../src/kernel/step.ts';
import { arm, cancel, send } from '../../src/kernel/transition.ts';
import type { Effect } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Property } from '../../src/properties/property.ts';
import { subjectOf } from '../../specs/explore/racy-toy.ts';
import { worldOf } from '../../specs/kernel/toys.ts';

/** What an actor does when it is told something, or a timer of its fires: less with every hop, so that all comes to rest. */
type Habit = { readonly kind: 'tell'; readonly to: number; readonly channel: string } | { readonly kind: 'arm' | 'cancel'; readonly key: string; readonly afterMs: number };

const ACTORS = 4;
const tell = fc.record({ kind: fc.constant('tell' as const), to: fc.nat(ACTORS - 1), channel: fc.constantFrom('a', 'b') });
const time = fc.record({ kind: fc.constantFrom('arm' as const, 'arm' as const, 'cancel' as const), key: fc.constantFrom('x', 'y'), afterMs: fc.constantFrom(0, 0, 5) });
const habitsOf = (habit: fc.Arbitrary<Habit>): fc.Arbitrary<readonly (readonly Habit[])[]> => fc.array(fc.array(habit, { maxLength: 2 }), { minLength: ACTORS, maxLength: ACTORS });
const tellingHabits = habitsOf(tell);
const timedHabits = habitsOf(fc.oneof({ weight: 3, arbitrary: tell }, { weight: 2, arbitrary: time }));

interface Told { readonly seen: string; readonly left: number }

/** Remembers what it was told last, and does as its habits are; a timer has as many hops left as its actor had when it was last told something. */
const subjectWith = (all: readonly (readonly Habit[])[], hops: number): Subject => subjectOf(() => worldOf(all.map((mine, i) => hosted<Told, number>({
  id: `actor/${i}`, initial: { seen: '', left: hops },
  transition: (state, input) => {
    const act = (left: number): readonly Effect<number>[] => (left < 1 ? [] : mine.map((habit) => {
      if (habit.kind === 'tell') return send(`actor/${habit.to}`, habit.channel, left - 1);
      return habit.kind === 'arm' ? arm(habit.key, habit.afterMs) : cancel(habit.key);
    }));
    if (input.kind === 'start') return [state, act(hops)];
    if (input.kind === 'timer') return [{ seen: `${state.seen.slice(-1)}${input.key}`, left: state.left - 1 }, act(state.left - 1)];
    if (input.kind !== 'message') return [state, []];
    return [{ seen: `${state.seen.slice(-1)}${input.channel}`, left: Math.min(state.left, input.body) }, act(input.body)];
  },
})), { lagMs: 0 }), noTargets);

const contentOf = (world: World): number => world.actors().reduce((sum, id) => sum * 31 + world.stateOf<Told>(id).seen.length, 7);
const view: StateView = { isChoice: (_, step) => step.kind === 'deliver' && step.channel === 'a', content: contentOf, contentClass: contentOf, differences: () => [] };

/** What may go next, said again from scratch. */
const nextSteps = (world: World, grain: Grain): { readonly byItself: Step | undefined; readonly choices: readonly Step[] } => {
  const due = world.timers().filter(({ dueMs }) => dueMs <= world.nowMs);
  if (world.undeliveredCount === 0 && due.length === 0) return { byItself: world.offered().oldest(), choices: [] };
  const all = new Map<string, Step>();
  for (const { from, to, channel } of world.undelivered()) all.set(`${from} ${to} ${channel}`, { kind: 'deliver', from, to, channel });
  for (const { actor, key } of due) all.set(`fire ${actor} ${key}`, { kind: 'fire', actor, key });
  const isChoice = (step: Step): boolean => grain === 'every-step' || (step.kind === 'deliver' && step.channel === 'a');
  return { byItself: world.offered().oldestWhere((step) => !isChoice(step)), choices: [...all.values()].filter(isChoice) };
};

interface Found { readonly classes: ReadonlySet<string>; readonly ends: ReadonlySet<number>; readonly violated: ReadonlySet<string> }

/** For each actor what it was given, in order, with the time: the same in two runs just when they differ in the order of independent steps only. */
const classOf = (given: readonly string[]): string => [...given].map((line, i) => [line, i] as const)
  .sort(([a, i], [b, j]) => (a.split('|')[0] as string < (b.split('|')[0] as string) ? -1 : a.split('|')[0] === b.split('|')[0] ? i - j : 1)).map(([line]) => line).join('\n');

/** Every order of every choice, nothing merged; undefined where there are too many. */
const tryEverything = (subject: Subject, grain: Grain, most: number): Found | undefined => {
  const [classes, ends, violated] = [new Set<string>(), new Set<number>(), new Set<string>()];
  let runs = 0;
  const go = (world: World, given: readonly string[]): void => {
    if (runs > most) return;
    const { byItself, choices } = nextSteps(world, grain);
    const steps = byItself === undefined ? choices : [byItself];
    if (steps.length === 0) {
      runs += 1;
      classes.add(classOf(given));
      ends.add(world.hash());
    }
    for (const step of steps) {
      const next = steps.length === 1 ? world : world.fork();
      const { actor = '', nowMs } = next.take(step);
      for (const { id } of properties.filter((property) => isBroken(property.id, next))) violated.add(id);
      go(next, [...given, `${actor}|${JSON.stringify(step)} ${nowMs}`]);
    }
  };
  go(subject.world.fork(), []);
  return runs > most ? undefined : { classes, ends, violated };
};

/** Named `actor/i pattern`. */
const isBroken = (id: string, world: World): boolean => {
  const [actor = '', pattern = ''] = id.split(' ');
  return world.stateOf<Told>(actor).seen === pattern;
};

const properties: readonly Property[] = Array.from({ length: ACTORS }, (_, i) => ['ab', 'ba', 'ax', 'xb'].map((pattern): Property => ({
  id: `actor/${i} ${pattern}`, kind: 'always', statement: `It is never told ${pattern}.`, source: 'this test',
  monitor: () => ({
    step: (world) => (isBroken(`actor/${i} ${pattern}`, world) ? { signature: 'told', message: pattern } : undefined),
    end: () => undefined, evaluated: () => 1,
  }),
}))).flat();

const searchAll = (subject: Subject, grain: Grain): Found & { readonly traces: number; readonly blocked: number; readonly lengths: unknown } => {
  const search = traceSearch(subject, view, { grain, properties, maxSteps: 1000 });
  expect(search.advance(100_000)).toBe(true);
  const { traces, blocked, unfinished } = search.counts();
  expect(unfinished).toBe(0);
  return {
    traces, blocked, lengths: search.lengths(), classes: new Set(), ends: new Set(search.ends().flatMap(({ states }) => [...states])),
    violated: new Set(search.findings().map(({ finding }) => finding.property)),
  };
};

const someGrain = fc.constantFrom('watches' as const, 'every-step' as const);

describe('explore.dpor', () => {
  for (const [what, habits] of [['messages', tellingHabits], ['messages and timers', timedHabits]] as const) {
    it(`executes each trace once that trying every order does: ${what}`, () => {
      fc.assert(fc.property(habits, fc.integer({ min: 1, max: 3 }), someGrain, (all, hops, grain) => {
        const subject = subjectWith(all, hops);
        const expected = tryEverything(subject, grain, 400);
        fc.pre(expected !== undefined);
        const found = searchAll(subject, grain);
        expect({ traces: found.traces, ends: found.ends, violated: found.violated })
          .toEqual({ traces: expected.classes.size, ends: expected.ends, violated: expected.violated });
      }), { numRuns: 60 });
    });
  }

  it('comes to the ends and lengths that searching states does', () => {
    fc.assert(fc.property(tellingHabits, fc.integer({ min: 1, max: 3 }), someGrain, (all, hops, grain) => {
      const subject = subjectWith(all, hops);
      const states = exhaustiveSearch(subject, view, { grain, order: 'depth-first', properties: [] });
      fc.pre(states.advance(1000));
      const traces = traceSearch(subject, view, { grain, properties: [], maxSteps: 1000 });
      fc.pre(traces.advance(1000));
      const { fewest = NaN, most = NaN } = states.graph.lengths();
      expect(traces.lengths()).toEqual({ fewest: fewest + states.beginningSteps, most: most + states.beginningSteps });
      const ofStates = states.ends().map(({ end, content, states: count }) => [`${end} ${content}`, count] as const);
      expect(new Map(traces.ends().map(({ end, content, states: some }) => [`${end} ${content}`, some.size]))).toEqual(new Map(ofStates));
    }), { numRuns: 40 });
  });
});
