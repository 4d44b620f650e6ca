/** Over generated actors: exhaustive search with sleep sets visits exactly the states and ends that trying every order does, in either order of search. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grained } from '../../src/explore/exhaustive/macro-step.ts';
import { exhaustiveSearch } from '../../src/explore/exhaustive/search.ts';
import type { StateView } from '../../src/explore/exhaustive/state-view.ts';
import { noTargets } from '../../src/explore/faults/fault-plan.ts';
import type { Subject } from '../../src/explore/subject.ts';
import { send } from '../../src/kernel/transition.ts';
import type { Effect } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { hosted } from '../../src/kernel/world.ts';
import { worldOf } from '../../specs/kernel/toys.ts';
import { subjectOf } from '../../specs/explore/racy-toy.ts';

/** What an actor sends when it is told something: to whom, by which channel; less with every hop, so that all comes to rest. */
interface Habit { readonly to: number; readonly channel: string }

const ACTORS = 4;
const habit = fc.record({ to: fc.nat(ACTORS - 1), channel: fc.constantFrom('a', 'b') });
const habits = fc.array(fc.array(habit, { maxLength: 2 }), { minLength: ACTORS, maxLength: ACTORS });

/** Remembers what it was told last and how often, so that orders matter. */
const subjectWith = (all: readonly (readonly Habit[])[], hops: number): Subject => subjectOf(() => worldOf(all.map((mine, i) => hosted<string, number>({
  id: `actor/${i}`, initial: '',
  transition: (state, input) => {
    const tell = (left: number): readonly Effect<number>[] => (left < 1 ? [] : mine.map(({ to, channel }) => send(`actor/${to}`, channel, left - 1)));
    if (input.kind === 'start') return [state, tell(hops)];
    return input.kind === 'message' ? [`${state.slice(-1)}${input.channel}`, tell(input.body)] : [state, []];
  },
}))), noTargets);

const contentOf = (world: World): number => world.actors().reduce((sum, id) => sum * 31 + world.stateOf<string>(id).length, 7);
const view: StateView = { isChoice: (_, step) => step.kind === 'deliver' && step.channel === 'a', content: contentOf, contentClass: contentOf, differences: () => [] };

/** Every order of every choice, remembering states and nothing else; undefined where there are too many. */
const tryEverything = (subject: Subject, grain: 'watches' | 'every-step', most: number): { readonly states: number; readonly ends: number } | undefined => {
  const { choices, follow } = grained(subject, view, grain);
  const root = subject.world.fork();
  const states = new Set<number>();
  const ends = new Set<number>();
  const open: World[] = [];
  const visit = (world: World, isEnd: boolean): void => {
    if (states.has(world.hash())) return;
    states.add(world.hash());
    if (isEnd) ends.add(world.hash());
    else open.push(world);
  };
  visit(root, follow(root).end !== undefined);
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    if (states.size > most) return undefined;
    for (const choice of choices(world)) {
      const next = world.fork();
      const { end } = follow(next, { choice });
      visit(next, end !== undefined);
    }
  }
  return { states: states.size, ends: ends.size };
};

describe('explore.exhaustive', () => {
  it('visits what trying every order visits', () => {
    const someGrain = fc.constantFrom('watches' as const, 'every-step' as const);
    const someOrder = fc.constantFrom('depth-first' as const, 'breadth-first' as const);
    fc.assert(fc.property(habits, fc.integer({ min: 1, max: 3 }), someGrain, someOrder, (all, hops, grain, order) => {
      const subject = subjectWith(all, hops);
      const expected = tryEverything(subject, grain, 1500);
      fc.pre(expected !== undefined);
      const search = exhaustiveSearch(subject, view, { grain, order, properties: [] });
      expect(search.advance(100_000)).toBe(true);
      expect({ states: search.graph.size, ends: search.ends().reduce((sum, { states }) => sum + states, 0) }).toEqual(expected);
    }), { numRuns: 60 });
  });

  it('comes to the same fingerprint, depth first and breadth first', () => {
    fc.assert(fc.property(habits, fc.integer({ min: 1, max: 2 }), (all, hops) => {
      const subject = subjectWith(all, hops);
      const prints = (['depth-first', 'breadth-first'] as const).map((order) => {
        const search = exhaustiveSearch(subject, view, { grain: 'every-step', order, properties: [] });
        return [search.advance(2000), search.graph.fingerprint()] as const;
      });
      fc.pre(prints.every(([isDone]) => isDone));
      expect(prints[0]).toEqual(prints[1]);
    }), { numRuns: 40 });
  });
});
