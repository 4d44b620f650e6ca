/** How a run ends: settled and staying so, still, quiescent, in a lasso, or out of budget, each told apart and said in what is broken. */
import { describe, expect, it } from 'vitest';
import { LAPS, describeLasso } from '../../src/explore/lasso.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import type { RunBudget, Verdict } from '../../src/explore/judge.ts';
import { listPilot } from '../../src/explore/pilot.ts';
import { storeContent, withoutGeneratedNames } from '../../src/explore/store-content.ts';
import type { ContentWatch, Ending, Subject } from '../../src/explore/subject.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { arm, noEffects, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Property } from '../../src/properties/property.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { converges } from '../../src/testing/converges.ts';
import { scenarios } from '../../property-tests/properties/scenarios.ts';
import { ring, worldOf } from '../kernel/toys.ts';
import { subjectOf } from './racy-toy.ts';

const budget: RunBudget = { maxSteps: 3000, maxMs: 600_000 };

const subjectWith = (make: () => World, ending: (world: World) => Ending | undefined, content?: (world: World) => ContentWatch): Subject =>
  ({ ...subjectOf(make), ending: (world) => () => ending(world), ...(content === undefined ? {} : { content }) });

const judged = (subject: Subject, properties: readonly Property[] = [], change: Partial<RunBudget> = {}): Verdict =>
  judgeRun(subject, (world) => listPilot(world, [], 'fifo'), properties, { budget: { ...budget, ...change } });

const never = (): undefined => undefined;

/** Holds a value, and tells both sides of every change. */
const register = (): Actor => hosted<number, number>({
  id: 'register', initial: 0,
  transition: (value, input) => {
    if (input.kind === 'start') return [value, [send('down', 'value', value), send('up', 'value', value)]];
    if (input.kind !== 'message' || input.body === value) return [value, noEffects];
    return [input.body, [send('down', 'value', input.body), send('up', 'value', input.body)]];
  },
});

const side = (id: string, wanted: number): Actor => hosted<null, number>({
  id, initial: null, transition: (state, input) => [state, input.kind === 'message' && input.body !== wanted ? [send('register', 'set', wanted)] : noEffects],
});

const fight = (): World => worldOf([register(), side('down', 0), side('up', 1)]);
const peace = (): World => worldOf([register(), side('down', 1), side('up', 1)]);

/** Answers every call of the other with one, until it is told to end. */
const caller = (id: string, other: string): Actor => hosted<{ readonly isOver: boolean }, unknown>({
  id, initial: { isOver: false },
  transition: (state, input) => {
    if (input.kind === 'start') return [state, id === 'a' ? [send(other, 'call', 'call')] : noEffects];
    if (input.kind === 'message' && input.body === 'end') return [{ isOver: true }, noEffects];
    return [state, state.isOver ? noEffects : [send(other, 'call', 'call')]];
  },
});

/** Does nothing but tick once a second. `counts`: and counts. */
const ticker = (counts: boolean): World => worldOf([hosted<number, unknown>({
  id: 'ticker', initial: 0, transition: (count, input) => (input.kind === 'start' || input.kind === 'timer' ? [counts ? count + 1 : count, [arm('tick', 1000)]] : [count, noEffects]),
})]);

/** Good until 2 s, bad from there until a minute, and then good for ever. It ticks on. */
const flapper = (): World => worldOf([hosted<{ readonly ticks: number; readonly isGood: boolean }, unknown>({
  id: 'flapper', initial: { ticks: 0, isGood: true },
  transition: ({ ticks }, input) => (input.kind === 'start' || input.kind === 'timer' ? [{ ticks: ticks + 1, isGood: ticks < 2 || ticks >= 60 }, [arm('tick', 1000)]] : [{ ticks, isGood: true }, noEffects]),
})]);
const isGood = (world: World): boolean => world.stateOf<{ readonly isGood: boolean }>('flapper').isGood;

const inTheEnd = (holds: (world: World) => boolean): Property => ({
  id: 'toy.end', kind: 'eventually', statement: 'In the end it holds.', source: 'this toy',
  monitor: () => ({ interest: {}, step: () => undefined, end: (world) => (holds(world) ? undefined : { signature: 'not', message: 'It does not hold.' }), evaluated: () => 1 }),
});
const nothing = inTheEnd(() => false);

describe('explore.judge endings', () => {
  it('quiescent: nothing is left to take, and the subject never said that it is settled', () => {
    expect(judged(subjectWith(() => ring(3, 4), never), [nothing])).toMatchObject({ outcome: 'quiescent', violation: { message: expect.stringContaining('quiescent: nothing is left to happen') as string } });
    expect(judged(subjectWith(peace, never))).toMatchObject({ outcome: 'quiescent', lasso: undefined });
  });

  it('lasso: the world returns to a state it was in, and what happened in between is named', () => {
    const { outcome, lasso, violation, schedule } = judged(subjectWith(fight, never), [nothing]);
    expect({ outcome, by: lasso?.by, steps: lasso?.steps }).toEqual({ outcome: 'lasso', by: 'state', steps: 6 });
    expect([...lasso?.cycle ?? []].sort()).toEqual([
      'deliver down register set', 'deliver register down value', 'deliver register down value', 'deliver register up value', 'deliver register up value', 'deliver up register set',
    ]);
    expect(violation?.message).toMatch(/^It does not hold\. The run is a lasso: the world returns to a state it was in 6 steps before, and so for ever: .*deliver up register set/);
    expect(schedule.length).toBeLessThan(30);
  });

  it('still: the world returns to a state it was in, and nothing was written in between', () => {
    const writesNothing = (): ContentWatch => ({ see: () => [] });
    expect(judged(subjectWith(() => ticker(false), never, writesNothing), [nothing])).toMatchObject({ outcome: 'still', violation: { message: expect.stringContaining('stands still') as string } });
    expect(judged(subjectWith(() => ticker(false), never)).outcome).toBe('lasso');
  });

  it('still: only in the fair order', () => {
    /** Nothing has changed for five ticks of those that were watched. */
    const fiveTicks = (world: World): (() => Ending | undefined) => {
      const sinceMs = world.nowMs;
      return () => (world.nowMs - sinceMs > 5000 ? 'still' : undefined);
    };
    const subject: Subject = { ...subjectOf(() => ticker(true)), ending: fiveTicks };
    const endsAt = (fairAfter: number): number => {
      let taken = 0;
      const { outcome, schedule } = judgeRun(subject, (world) => ({ ...listPilot(world, [], 'fifo'), taken: () => { taken += 1; }, isFair: () => taken > fairAfter }), [], { budget });
      expect(outcome).toBe('still');
      return schedule.length;
    };
    expect([endsAt(0), endsAt(20)]).toEqual([7, 27]);
  });

  it('budget: neither is known', () => {
    expect(judged(subjectWith(() => ticker(true), never), [nothing])).toMatchObject({ outcome: 'budget', violation: { message: expect.stringContaining('budget was spent') as string } });
  });

  it('what must hold in the end must hold all the way round a lasso', () => {
    const valueIs = (wanted: number): Property => inTheEnd((world) => world.stateOf<number>('register') === wanted);
    for (const wanted of [0, 1]) expect(judged(subjectWith(fight, never), [valueIs(wanted)])).toMatchObject({ outcome: 'lasso', violation: { signature: 'not' } });
    expect(judged(subjectWith(fight, never), [inTheEnd((world) => world.stateOf<number>('register') < 2)])).toMatchObject({ outcome: 'lasso', violation: undefined });
  });

  it('content that goes round is a lasso after so many laps, even where some counter makes every state new', () => {
    const content = (): ContentWatch => ({ see: ({ step }) => (step.kind === 'fire' ? [{ what: 'ticker write it', content: 7 }] : []) });
    const { outcome, lasso, schedule } = judged(subjectWith(() => ticker(true), never, content));
    expect({ outcome, lasso, steps: schedule.length }).toEqual({ outcome: 'lasso', lasso: { by: 'content', cycle: ['ticker write it'], steps: 1 }, steps: 2 * LAPS + 1 });
    expect(describeLasso(lasso as never)).toBe(`the same 1 writes have gone round ${2 * LAPS} times: ticker write it`);
  });

  it('a lasso in which no time passes is none if a timer ends it', () => {
    const content = (): ContentWatch => ({ see: ({ step }) => (step.kind === 'deliver' ? [{ what: `${step.from} calls`, content: 0 }] : []) });
    const callers = (endsAfterMs: number) => (): World => worldOf([caller('a', 'b'), caller('b', 'a'), hosted<null, unknown>({
      id: 'end', initial: null,
      transition: (state, input) => [state, input.kind === 'start' ? [arm('end', endsAfterMs)] : [send('a', 'end', 'end'), send('b', 'end', 'end')]],
    })], { lagMs: 1000 });
    expect(judged(subjectWith(callers(500), never, content)).outcome).toBe('quiescent');
    expect(judged(subjectWith(callers(60_000), never, content))).toMatchObject({ outcome: 'lasso' });
  });

  it('content that grows is none', () => {
    let total = 0;
    const content = (): ContentWatch => ({ see: () => [{ what: 'ticker write it', content: (total += 1) }] });
    expect(judged(subjectWith(() => ticker(true), never, content)).outcome).toBe('budget');
  });
});

describe('explore.judge stays', () => {
  const settledWhenGood = (world: World): Ending | undefined => (isGood(world) ? 'settled' : undefined);

  it('a run is settled when it has been so for the whole of the stay', () => {
    const { outcome, world } = judged(subjectWith(flapper, settledWhenGood), [], { stayMs: 5000 });
    expect(outcome).toBe('settled');
    expect(world.nowMs - world.config.startMs).toBeGreaterThan(64_000);
    expect(judged(subjectWith(flapper, settledWhenGood), [], { stayMs: 0 }).schedule).toHaveLength(1);
  });

  it('what holds when it settles and not when it has stayed is broken', () => {
    const settled = subjectWith(flapper, () => 'settled');
    expect(judged(settled, [inTheEnd(isGood)], { stayMs: 0 }).violation).toBeUndefined();
    expect(judged(settled, [inTheEnd(isGood)], { stayMs: 5000 })).toMatchObject({ outcome: 'settled', violation: { message: 'It does not hold. All is settled and stays so.' } });
  });
});

describe('explore.judge of a cluster', () => {
  it('two controllers that undo each other\'s writes are a lasso, and are named', () => {
    const fighting = clusterSubject({ ...scenarios.deployment, variants: ['replicaset-fights-deployment'] });
    const { outcome, lasso, violation, schedule } = judgeRun(fighting, (world) => listPilot(world, [], 'fifo'), [converges], { budget: { maxSteps: 20_000, maxMs: 3_600_000 } });
    expect(outcome).toBe('lasso');
    expect([...new Set(lasso?.cycle ?? [])].map(withoutHash).sort()).toEqual(['deployment-controller update replicasets.apps default/web', 'replicaset-controller update replicasets.apps default/web']);
    expect(violation).toMatchObject({ property: 'converges', message: expect.stringContaining('The run is a lasso') as string });
    expect(schedule.length).toBeLessThan(3000);
  });

  it('without them it settles', () => {
    expect(judgeRun(clusterSubject(scenarios.deployment), (world) => listPilot(world, [], 'fifo'), [converges], { budget: { maxSteps: 20_000, maxMs: 3_600_000 } }))
      .toMatchObject({ outcome: 'settled', violation: undefined, lasso: undefined });
  });

  it('heartbeats are no content, and neither are generated names', () => {
    const subject = clusterSubject({ ...scenarios.deployment, timeline: [] });
    const world = subject.world.fork();
    const content = storeContent(world);
    const writes = Array.from({ length: 400 }, () => world.take(world.offered().oldest() as never)).flatMap(content.see);
    expect(writes.map(({ what }) => what)).toEqual([]);
    expect(withoutGeneratedNames('/registry/pods/default/web-8dc6dccb4-2kngr')).toBe('/registry/pods/default/web-8dc6dccb4-#');
  });
});

/** The pod template's hash, which is not what this is about. */
const withoutHash = (what: string): string => what.replace(/-[a-z0-9]{6,10}$/, '');
