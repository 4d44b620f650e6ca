/** Strategies by example: what each promises, on toys small enough to say what has to come out. */
import { describe, expect, it } from 'vitest';
import { awaitedOrder, plantedProperty, plantedSubject } from '../../src/bench/search-toys.ts';
import { printFigure, searchFigure } from '../../src/bench/search-figures.ts';
import { searchTable } from '../../src/bench/search-main.ts';
import { searchTasks } from '../../src/bench/search-tasks.ts';
import { chartFirings } from '../../src/cluster/statecharts.ts';
import { campaignRunner, defaultCampaignOptions, explore, newTally } from '../../src/explore/campaign.ts';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { kindOfReached, newCoverageTally } from '../../src/explore/coverage.ts';
import { searchStrategies } from '../../src/explore/strategies.ts';
import { delayBoundedChooser } from '../../src/explore/strategies/delay-bounded.ts';
import { GENERATION, feedbackRecipe, newFeedbackFold, noCorpus } from '../../src/explore/strategies/feedback.ts';
import { pctChooser } from '../../src/explore/strategies/pct.ts';
import { recipeChooser } from '../../src/explore/strategies/recipe.ts';
import { urwChooser } from '../../src/explore/strategies/urw.ts';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import type { Chooser } from '../../src/kernel/chooser.ts';
import { compile } from '../../src/kernel/statechart.ts';
import { listenToFirings } from '../../src/kernel/statechart/firings.ts';
import type { Firing } from '../../src/kernel/statechart/firings.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { setup } from 'xstate';
import { worldOf } from '../kernel/toys.ts';
import { atMostOne, racySubject } from './racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };

/** Chains of messages to one judge; a run is the order in which they arrive, as text. */
const chains = (lengths: Readonly<Record<string, number>>): World => worldOf([
  hosted<number, unknown>({
    id: 'source', initial: 0,
    transition: (state, input) => [state, input.kind === 'start' ? Object.entries(lengths).flatMap(([chain, length]) => Array.from({ length }, () => send('judge', chain, chain))) : noEffects],
  }),
  hosted<string, unknown>({ id: 'judge', initial: '', transition: (state, input) => (input.kind === 'message' ? [`${state}${input.channel}`, noEffects] : [state, noEffects]) }),
]);

const orderBy = (world: World, chooser: Chooser): string => {
  const run = world.fork();
  for (let step = chooser.choose(run.offered()); step !== undefined; step = chooser.choose(run.offered())) run.advance(step);
  return run.stateOf<string>('judge');
};

const ordersOver = (world: World, runs: number, chooserOf: (seed: string) => Chooser): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (let i = 0; i < runs; i += 1) {
    const order = orderBy(world, chooserOf(String(i)));
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  return counts;
};

describe('explore.pct', () => {
  const world = chains({ a: 2, b: 2, c: 2 });
  const orders = ordersOver(world, 4000, (seed) => pctChooser(seed, { depth: 3, steps: 6 }));

  it('gives a chain that has fallen first the way to one that falls later, or not: both are drawn', () => {
    // Fallen: a, then b. Resumed: b before a, or a before b.
    expect(orders.get('abccba')).toBeGreaterThan(0);
    expect(orders.get('abccab')).toBeGreaterThan(0);
  });

  /** How often the messages of two chains, the others left out, begin so. */
  const share = (counts: ReadonlyMap<string, number>, first: string, second: string, turns: string): number =>
    [...counts].reduce((sum, [order, count]) => sum + ([...order].filter((one) => one === first || one === second).join('').startsWith(turns) ? count : 0), 0) / 4000;

  it('keeps its bound: a race of depth d in at least 1 of n * k^(d-1) runs, here of 18 and of 108', () => {
    const shallow = ordersOver(world, 4000, (seed) => pctChooser(seed, { depth: 2, steps: 6 }));
    for (const [first, second] of ['ab', 'ba', 'ac', 'ca', 'bc', 'cb'].map((pair) => [...pair] as [string, string])) {
      expect(share(shallow, first, second, `${first}${second}`)).toBeGreaterThan(1 / 18);
      expect(share(orders, first, second, `${first}${second}${first}${second}`)).toBeGreaterThan(1 / 108);
    }
  });

  it('with depth 1 no chain is interrupted', () => {
    expect([...ordersOver(world, 200, (seed) => pctChooser(seed, { depth: 1, steps: 6 })).keys()].toSorted((a, b) => (a < b ? -1 : 1)))
      .toEqual(['aabbcc', 'aaccbb', 'bbaacc', 'bbccaa', 'ccaabb', 'ccbbaa']);
  });
});

describe('explore.urw', () => {
  it('draws every interleaving with the same chance when it knows how long the chains are', () => {
    const world = chains({ a: 1, b: 3 });
    const estimate = new Map([['source > judge a', 1], ['source > judge b', 3]]);
    const counts = [...ordersOver(world, 4000, (seed) => urwChooser(seed, estimate)).values()];
    expect(counts).toHaveLength(4);
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('explore.delay-bounded', () => {
  const world = chains({ a: 1, b: 1, c: 1 });

  it('may delay twice at the same step', () => {
    // From abc, c comes first only when a and b are delayed at step 1.
    expect([...ordersOver(world, 300, (seed) => delayBoundedChooser(seed, { delays: 2, steps: 3 })).keys()].toSorted((a, b) => (a < b ? -1 : 1)))
      .toEqual(['abc', 'acb', 'bac', 'bca', 'cab']);
  });

  it('without delays takes turns', () => {
    expect(orderBy(chains({ a: 2, b: 2 }), delayBoundedChooser('1', { delays: 0, steps: 4 }))).toBe('abab');
  });
});

describe('explore.feedback', () => {
  it('the same recipe makes the same run, and a nudge another one', () => {
    const world = chains({ a: 3, b: 3 });
    const recipe = feedbackRecipe('7', noCorpus, 6);
    const made = orderBy(world, recipeChooser(recipe, { steps: 6, estimate: new Map() }));
    expect(orderBy(world, recipeChooser(recipe, { steps: 6, estimate: new Map() }))).toBe(made);
    expect(orderBy(world, recipeChooser({ ...recipe, nudges: [{ at: 1, by: 1 }] }, { steps: 6, estimate: new Map() }))[0]).not.toBe(made[0]);
  });

  it('keeps what reached something new, shows it to the next generation only, and never too much of it', () => {
    const fold = newFeedbackFold();
    const recipe = feedbackRecipe('1', noCorpus, 10);
    const added = (order: number) => ({ situation: 0, state: 0, order });
    for (let i = 0; i < GENERATION - 1; i += 1) fold.add(recipe, added(i % 2));
    expect([fold.corpus(), fold.horizon()]).toEqual([noCorpus, GENERATION]);
    fold.add(recipe, added(0));
    expect([fold.corpus().kept.length, fold.horizon()]).toEqual([GENERATION / 2 - 1, 2 * GENERATION]);
    for (let i = 0; i < 10 * GENERATION; i += 1) fold.add(recipe, added(1 + (i % 5)));
    expect(fold.corpus().kept).toHaveLength(256);
    expect(fold.corpus().anew).toBe(2);
    for (let i = 0; i < GENERATION; i += 1) fold.add(recipe, added(0));
    expect(fold.corpus()).toMatchObject({ anew: 7 });
  });

  it('goes on from what was kept', () => {
    const parent = feedbackRecipe('1', noCorpus, 100);
    const children = Array.from({ length: 40 }, (_, i) => feedbackRecipe(String(i), { kept: [{ recipe: parent, weight: 1 }], anew: 2 }, 100));
    expect(children.filter(({ faultSeed }) => faultSeed === parent.faultSeed).length).toBeGreaterThan(20);
    expect(children.every(({ segments }) => segments[0]?.from === 0 && segments.every(({ from }, i) => i === 0 || from > (segments[i - 1]?.from ?? 0)))).toBe(true);
  });
});

describe('explore.coverage', () => {
  it('counts what was reached once, says by when, and of how many', () => {
    const tally = newCoverageTally([{ chart: 'door', state: 'open', event: 'SHUT' }, { chart: 'door', state: 'shut', event: 'OPEN' }]);
    expect(tally.add(['situation a x', 'state a door open SHUT', 'state b door open SHUT'])).toEqual({ situation: 1, state: 2, order: 0 });
    expect(tally.add(['situation a x', 'order x | x'])).toEqual({ situation: 0, state: 0, order: 1 });
    tally.add([]);
    expect(tally.summary()).toEqual({
      situations: 1, states: 2, charts: 1, known: 2, orders: 1, growth: [{ schedules: 1, reached: 3 }, { schedules: 2, reached: 4 }], lastNew: 2,
    });
  });

  it('hears a chart only while it listens, and only events that the state does something about', () => {
    const door = compile(setup({ types: { events: {} as { type: 'OPEN' } | { type: 'SHUT' } } }).createMachine({
      id: 'door', initial: 'shut', states: { shut: { on: { OPEN: 'open' } }, open: { on: { SHUT: 'shut' } } },
    }));
    const log: Firing[] = [];
    door.next('shut', { type: 'OPEN' });
    listenToFirings(log, () => { door.next('shut', { type: 'OPEN' }); door.next('shut', { type: 'SHUT' }); });
    door.next('open', { type: 'SHUT' });
    expect(log).toEqual([{ chart: 'door', state: 'shut', event: 'OPEN' }]);
    expect(door.firings).toEqual([{ chart: 'door', state: 'shut', event: 'OPEN' }, { chart: 'door', state: 'open', event: 'SHUT' }]);
  });

  it('knows what the charts of a cluster can do, each once', () => {
    const names = chartFirings.map(({ chart, state, event }) => `${chart} ${state} ${event}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(150);
  });

  it('of a campaign is part of its result', () => {
    const { covered, coverage } = explore([racySubject], [], 50, 1, options);
    expect(coverage).toBe(covered.situations + covered.states);
    expect(covered).toMatchObject({ states: 0, charts: 0, known: undefined });
    expect(covered.orders).toBeGreaterThan(covered.situations);
    expect(covered.growth.map(({ schedules }) => schedules)).toEqual([1, 2, 4, 8, 16, 32]);
    const reached = campaignRunner([racySubject], [], options).run(0).coverage;
    expect(new Set(reached.map(kindOfReached))).toEqual(new Set(['situation', 'order']));
  });
});

describe('bench.search', () => {
  const race = { depth: 3, gap: 4, steps: 8, bystanders: 2 };

  it('plants a race that takes so many constraints, and that the order of sending does not show', () => {
    expect(awaitedOrder(race)).toEqual([{ chain: 'a', n: 6 }, { chain: 'b', n: 2 }, { chain: 'a', n: 7 }, { chain: 'b', n: 3 }]);
    for (const depth of [1, 2, 3, 4]) for (const gap of [1, 4]) {
      const planted = { ...race, depth, gap };
      expect(explore([() => plantedSubject(planted)], [plantedProperty(planted)], 1, 1, { ...options, strategy: 'fifo' })).toMatchObject({ failures: [], outcomes: { settled: 1 } });
    }
  });

  it('shows it to a chooser that knows the way', () => {
    const world = plantedSubject(race).world.fork();
    const step = (channel: string) => ({ kind: 'deliver', from: 'source', to: 'referee', channel }) as const;
    for (const chain of [...'aaaaaa', ...'bb', 'a', 'b']) world.advance(step(chain));
    expect(world.stateOf<number>('referee')).toBe(4);
  });

  it('says how many schedules it took, and over which seeds', () => {
    const task = { name: 'toy', depth: 2, subjects: [racySubject], properties: [atMostOne], cap: 500, options };
    const figure = searchFigure(task, 'pos', 5);
    expect(figure).toMatchObject({ found: 5, seeds: 5 });
    expect(figure.lowerQuartile).toBeLessThanOrEqual(figure.median as number);
    expect(searchFigure(task, 'pos', 5)).toEqual(figure);
    expect(searchFigure({ ...task, cap: 5 }, 'fifo', 3)).toMatchObject({ found: 0, median: undefined });
    expect(printFigure({ ...figure, found: 3, lowerQuartile: 4, median: 7, upperQuartile: undefined })).toBe('7 (4 to >500) 3/5');
  });

  it('compares every strategy that searches', () => {
    const tasks = searchTasks(true).slice(0, 1);
    expect(searchTable(tasks, 2).map(([strategy]) => strategy)).toEqual(searchStrategies.filter((name) => name !== 'fifo'));
  });
});

describe('explore.tally', () => {
  it('lets no run by feedback start before what it depends on is known', () => {
    const tally = newTally([], 1, undefined, { strategy: 'feedback' });
    const runner = campaignRunner([racySubject], [], { ...options, strategy: 'feedback' });
    expect([tally.horizon(), tally.corpus()]).toEqual([GENERATION, noCorpus]);
    for (let index = 0; index < GENERATION; index += 1) tally.add(runner.run(index, tally.corpus()));
    expect(tally.horizon()).toBe(2 * GENERATION);
    expect(tally.corpus().kept.length).toBeGreaterThan(0);
    expect(newTally([], 1, undefined, { strategy: 'pos' }).horizon()).toBe(Infinity);
  });

  it('has one run in the order of sending', () => {
    const world = chains({ a: 2, b: 1 });
    expect(orderBy(world, fifoChooser())).toBe('aab');
  });
});
