/** Laws of the kernel over generated worlds, schedules and faults. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRight } from 'fp-ts/lib/Either.js';
import { replayChooser } from '../../src/kernel/choosers/replay.ts';
import { journalHeader, journalWriter } from '../../src/kernel/journal.ts';
import { printStep } from '../../src/kernel/print-step.ts';
import { readJournal } from '../../src/kernel/read-journal.ts';
import { replayJournal } from '../../src/kernel/replay.ts';
import { run } from '../../src/kernel/run.ts';
import { parseSchedule, printSchedule } from '../../src/kernel/schedule.ts';
import type { Step, StepRecord } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import { chaosPlan, chaosWorld, runChaos } from './chaos.ts';
import type { ChaosPlan } from './chaos.ts';

const journalOf = (plan: ChaosPlan): string => {
  const world = chaosWorld(plan);
  const writer = journalWriter(journalHeader(world.config, '0.0.0', plan), world);
  const lines = [...writer.opening];
  runChaos(world, plan, (record) => lines.push(writer.line(record)));
  return `${lines.join('\n')}\n`;
};

const scheduleOf = (plan: ChaosPlan): { readonly steps: readonly Step[]; readonly world: World } => {
  const world = chaosWorld(plan);
  const steps: Step[] = [];
  runChaos(world, plan, ({ step }) => steps.push(step));
  return { steps, world };
};

const offeredSteps = (world: World): readonly Step[] => Array.from({ length: world.offered().count }, (_, i) => world.offered().at(i));

/** What `offered` should be, from the observers' lists alone. */
const expectedOffers = (world: World): readonly string[] => {
  const messages = world.undelivered();
  const timers = world.timers();
  const oldestMs = Math.min(...messages.map(({ sentMs }) => sentMs), ...timers.map(({ dueMs }) => dueMs));
  const limitMs = Math.max(world.nowMs, oldestMs + world.config.lagMs);
  const deliveries = [...new Set(messages.map(({ from, to, channel }) => printStep({ kind: 'deliver', from, to, channel })))];
  return [...deliveries, ...timers.filter(({ dueMs }) => dueMs <= limitMs).sort((a, b) => a.dueMs - b.dueMs).map(({ actor, key }) => printStep({ kind: 'fire', actor, key }))];
};

const earliestDue = (world: World): number => {
  const heads = new Map<string, number>();
  for (const { from, to, channel, dueMs } of world.undelivered()) {
    const link = printStep({ kind: 'deliver', from, to, channel });
    if (!heads.has(link)) heads.set(link, dueMs);
  }
  return Math.min(...heads.values(), ...world.timers().map(({ dueMs }) => dueMs));
};

const dueOf = (world: World, step: Step | undefined): number => {
  if (step?.kind === 'fire') return world.timers().find(({ actor, key }) => actor === step.actor && key === step.key)?.dueMs ?? NaN;
  if (step?.kind !== 'deliver') return Infinity;
  return world.undelivered().find(({ from, to, channel }) => from === step.from && to === step.to && channel === step.channel)?.dueMs ?? NaN;
};

const sameWorld = (one: World, other: World): void => {
  expect(one.hash()).toBe(other.hash());
  expect([one.nowMs, one.stepCount, one.undelivered(), one.timers()]).toEqual([other.nowMs, other.stepCount, other.undelivered(), other.timers()]);
  for (const actor of one.actors()) {
    expect([one.stateOf(actor), one.isUp(actor), one.clockOf(actor)]).toEqual([other.stateOf(actor), other.isUp(actor), other.clockOf(actor)]);
  }
};

describe('a run is a fold', () => {
  it('the same plan twice gives byte-identical journals', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      expect(journalOf(plan)).toBe(journalOf(plan));
    }));
  });

  it('a world that remembers transitions goes the same way, whatever runs it remembers', () => {
    fc.assert(fc.property(chaosPlan, fc.array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 3 }), fc.constantFrom(1, 20, 10_000), (plan, orders, limit) => {
      const root = chaosWorld(plan);
      const remembering = root.forkRemembering(limit);
      for (const choices of [...orders, ...orders]) {
        const [one, other] = [root.fork(), remembering.fork()];
        const records: StepRecord[][] = [[], []];
        runChaos(one, { ...plan, choices }, (record) => records[0]?.push(record));
        runChaos(other, { ...plan, choices }, (record) => records[1]?.push(record));
        expect(records[1]).toEqual(records[0]);
        sameWorld(other, one);
      }
    }));
  });

  it('its journal is read back whole and replays to the same digest', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      const journal = readJournal(journalOf(plan));
      if (!isRight(journal)) throw new Error(journal.left.message);
      expect(replayJournal(() => chaosWorld(plan), journal.right)).toMatchObject({ _tag: 'Right', right: { digest: journal.right.digest } });
    }));
  });

  it('its schedule, through text, leads to the same world', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      const { steps, world } = scheduleOf(plan);
      const parsed = parseSchedule(printSchedule(steps));
      if (!isRight(parsed)) throw new Error(parsed.left.message);
      expect(parsed.right).toEqual(steps);
      const again = chaosWorld(plan);
      run(again, replayChooser(parsed.right, again), { maxSteps: Infinity });
      sameWorld(again, world);
    }));
  });

  it('a flipped character in its journal never passes as the same run', () => {
    fc.assert(fc.property(chaosPlan, fc.nat(), (plan, at) => {
      const text = journalOf(plan);
      const place = at % text.length;
      const flipped = `${text.slice(0, place)}${text[place] === '7' ? '8' : '7'}${text.slice(place + 1)}`;
      const whole = readJournal(text);
      const journal = readJournal(flipped);
      if (!isRight(whole) || !isRight(journal)) return;
      const { records } = journal.right;
      // What still reads is cut short, or differs only in the name of the version.
      if (records.length === whole.right.records.length) expect(journal.right.records).toEqual(whole.right.records);
      else expect(journal.right.cut !== undefined || records.length < whole.right.records.length).toBe(true);
    }));
  });
});

describe('fork', () => {
  it('neither side sees what the other does', () => {
    fc.assert(fc.property(chaosPlan, fc.nat(100), fc.string({ maxLength: 3 }), (plan, at, choices) => {
      const { steps, world } = scheduleOf(plan);
      const original = chaosWorld(plan);
      const cut = at % (steps.length + 1);
      for (const step of steps.slice(0, cut)) original.advance(step);
      const fork = original.fork();
      if (at % 2 === 0) original.hash();
      runChaos(fork, { ...plan, choices, steps: 30 });
      for (const step of steps.slice(cut)) original.advance(step);
      sameWorld(original, world);
      const lone = chaosWorld(plan);
      for (const step of steps.slice(0, cut)) lone.advance(step);
      runChaos(lone, { ...plan, choices, steps: 30 });
      sameWorld(fork, lone);
    }));
  });
});

describe('what is offered', () => {
  it('is every delivery and every timer within the lag bound, in canonical order, at every step', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      const world = chaosWorld(plan);
      const check = (): void => {
        expect(offeredSteps(world).map(printStep)).toEqual(expectedOffers(world));
        expect(dueOf(world, world.offered().earliest())).toBe(earliestDue(world));
        const messages = world.fork();
        expect(world.offered().oldest()).toEqual(messages.offered().oldest());
        expect(world.offered().earliest()).toEqual(messages.offered().earliest());
      };
      check();
      // Never asked by name, so it keeps the messages by age.
      const byAge = chaosWorld(plan);
      runChaos(world, { ...plan, steps: Math.min(plan.steps, 40) }, ({ step }) => {
        check();
        byAge.advance(step);
        expect(world.offered().oldest()).toEqual(byAge.offered().oldest());
      });
    }));
  });

  it('and can be taken', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      const { world } = scheduleOf(plan);
      for (const step of offeredSteps(world)) {
        expect(world.canTake(step)).toBe(true);
        world.fork().advance(step);
      }
    }));
  });
});

/** Deliveries and firings for different actors, neither of which sends to a link that the other reads or moves the clock. */
const independent = (one: StepRecord, other: StepRecord, nowMs: number): boolean =>
  one.actor !== other.actor && one.nowMs === nowMs && other.nowMs === nowMs;

describe('the hash', () => {
  it('kept up incrementally is that of a world hashed once', () => {
    fc.assert(fc.property(chaosPlan, (plan) => {
      const world = chaosWorld(plan);
      world.hash();
      runChaos(world, plan, () => world.hash());
      expect(world.hash()).toBe(scheduleOf(plan).world.hash());
    }));
  });

  it('is the same in whichever order two commuting steps are taken, names drawn included', () => {
    fc.assert(fc.property(chaosPlan, (untimed) => {
      const plan = { ...untimed, latency: 0 };
      const { world } = scheduleOf(plan);
      const steps = offeredSteps(world).slice(0, 6);
      for (const a of steps) for (const b of steps) {
        const [ab, ba] = [world.fork(), world.fork()];
        const firstA = ab.take(a);
        const firstB = ba.take(b);
        if (a === b || !independent(firstA, firstB, world.nowMs) || !ab.canTake(b) || !ba.canTake(a)) continue;
        ab.advance(b);
        ba.advance(a);
        expect(ab.hash()).toBe(ba.hash());
      }
    }));
  });
});
