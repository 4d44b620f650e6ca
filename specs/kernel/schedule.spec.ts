/** Schedules, tokens, deviations and trace lines as text. */
import { describe, expect, it } from 'vitest';
import { isRight } from 'fp-ts/lib/Either.js';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { describeReplayStop, replayChooser } from '../../src/kernel/choosers/replay.ts';
import { deviatingChooser, deviationsOf, holdsOf } from '../../src/kernel/deviation.ts';
import { run } from '../../src/kernel/run.ts';
import { parseSchedule, printSchedule } from '../../src/kernel/schedule.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { Token } from '../../src/kernel/token.ts';
import { checkAt, decodeToken, encodeToken } from '../../src/kernel/token.ts';
import { traceLine } from '../../src/kernel/trace-line.ts';
import { pinger, ponger, puppet, ring, startMs, worldOf } from './toys.ts';

const everyKind: readonly Step[] = [
  { kind: 'deliver', from: 'kube-apiserver', to: 'kubelet/n1', channel: 'watch/pods' },
  { kind: 'fire', actor: 'a', key: 'back off "x" #1' },
  { kind: 'crash', actor: 'a' }, { kind: 'restart', actor: 'a' }, { kind: 'cut', a: 'a', b: 'b' }, { kind: 'heal', a: 'a', b: 'b' },
  { kind: 'reset', a: 'a', b: 'b', channel: '' }, { kind: 'skew', actor: 'a', offsetMs: -5.25, rate: 1.01 },
  { kind: 'inject', to: 'user', channel: 'kubectl', body: { verb: 'apply', names: ['x y', null] } },
];

const schedule = (choose = randomChooser('any')): readonly Step[] => {
  const steps: Step[] = [];
  run(ring(3, 2), choose, { maxSteps: 1000, onStep: ({ step }) => steps.push(step) });
  return steps;
};

describe('a schedule as text', () => {
  it('one step a line, read back as it was', () => {
    const text = printSchedule(everyKind);
    expect(text.split('\n').slice(0, 3)).toEqual(['kubeloom-schedule 1', 'deliver kube-apiserver kubelet/n1 watch/pods', 'fire a "back off \\"x\\" #1"']);
    expect(parseSchedule(text)).toMatchObject({ _tag: 'Right', right: everyKind });
  });

  it('empty lines and comments are for people', () => {
    expect(parseSchedule('kubeloom-schedule 1\n\n# why\n  crash a\n')).toMatchObject({ right: [{ kind: 'crash', actor: 'a' }] });
  });

  it.each([
    ['', 1, 'expected "kubeloom-schedule 1"'],
    ['kubeloom-schedule 2\n', 1, 'found version 2; this version of Kubeloom cannot follow it'],
    ['kubeloom-schedule 1\ncrash a\njump a\n', 3, 'expected one of deliver, fire'],
    ['kubeloom-schedule 1\ndeliver a b\n', 2, 'expected deliver <from> <to> <channel>, found no channel'],
    ['kubeloom-schedule 1\ncrash a b\n', 2, 'and no more, found "b"'],
    ['kubeloom-schedule 1\nskew a soon 1\n', 2, 'expected numbers'],
    ['kubeloom-schedule 1\ninject a x {\n', 2, 'expected a JSON body'],
  ])('refuses %j at line %i', (text, line, message) => {
    expect(parseSchedule(text)).toMatchObject({ _tag: 'Left', left: { line, message: expect.stringContaining(message) as string } });
  });
});

describe('the replay chooser', () => {
  it('follows a schedule strictly', () => {
    const world = ring(3, 2);
    const steps = schedule();
    const chooser = replayChooser(steps, world);
    expect(run(world, chooser, { maxSteps: 1000 }).steps).toBe(steps.length);
    expect(chooser.stop()).toBeUndefined();
  });

  it('says at which step what was expected and what was enabled', () => {
    const world = worldOf([pinger('p', 'q', 2), ponger('q')]);
    const chooser = replayChooser([{ kind: 'deliver', from: 'p', to: 'q', channel: 'ball' }, { kind: 'deliver', from: 'p', to: 'q', channel: 'ball' }], world);
    expect(run(world, chooser, { maxSteps: 10 })).toEqual({ outcome: 'chooser-stopped', steps: 1 });
    const stop = chooser.stop();
    expect(stop === undefined ? '' : describeReplayStop(stop)).toBe('step 2 of the schedule is not enabled: expected deliver p q ball. Enabled: deliver q p ball');
  });
});

describe('deviations', () => {
  it('a strategy with its deviations goes the way that was written down', () => {
    const steps = [...schedule().slice(0, 4), { kind: 'crash', actor: 'ring/1' } as const, { kind: 'restart', actor: 'ring/1' } as const];
    const deviations = deviationsOf(ring(3, 2), fifoChooser(), steps);
    expect(deviations.filter(({ kind }) => kind === 'step')).toHaveLength(2);
    const taken: Step[] = [];
    run(ring(3, 2), deviatingChooser(fifoChooser(), deviations), { maxSteps: steps.length, onStep: ({ step }) => taken.push(step) });
    expect(taken).toEqual(steps);
  });

  it('one message that waits is one deviation, however many overtake it', () => {
    const world = ring(2, 3);
    const late = world.offered().at(1);
    const steps: Step[] = [];
    for (let step = world.offered().oldestWhere((one) => one !== late); steps.length < 40 && step !== undefined; step = world.offered().oldestWhere((one) => one !== late)) {
      steps.push(step);
      world.advance(step);
    }
    steps.push(late);
    const deviations = holdsOf(ring(2, 3), steps);
    expect(deviations.map(({ kind }) => kind)).toEqual(['hold']);
    expect(deviationsOf(ring(2, 3), fifoChooser(), steps).length).toBeGreaterThan(1);
    const taken: Step[] = [];
    run(ring(2, 3), deviatingChooser(fifoChooser(), deviations), { maxSteps: steps.length, onStep: ({ step }) => taken.push(step) });
    expect(taken).toEqual(steps);
  });
});

describe('a token', () => {
  const token: Token = {
    scenarioDigest: '9f3a0c41', strategy: 'pct d=3', seed: 'seed-7/ü', steps: 1143,
    deviations: [{ kind: 'offered', at: 3, index: 40 }, { kind: 'step', at: 100, step: { kind: 'crash', actor: 'kube-apiserver' } }],
    checks: { every: 500, digests: ['1f2e', 'ab12', '0000'] },
  };

  it('is one word that a shell leaves alone, read back as it was', () => {
    const text = encodeToken(token);
    expect(text).toMatch(/^k1:9f3a0c41-[A-Za-z0-9_.:,+~/=-]+$/);
    expect(decodeToken(text)).toMatchObject({ right: token });
    expect(decodeToken(encodeToken({ ...token, deviations: [] }))).toMatchObject({ right: { deviations: [] } });
  });

  it('is of version k2 where something waits', () => {
    const waiting: Token = { ...token, deviations: [...token.deviations, { kind: 'hold', at: 100, index: 7, steps: 4000 }] };
    const text = encodeToken(waiting);
    expect(text).toMatch(/^k2:9f3a0c41-[A-Za-z0-9_.:,+~/=-]+$/);
    expect(decodeToken(text)).toMatchObject({ right: waiting });
  });

  it('refuses what it cannot honour', () => {
    const text = encodeToken(token);
    expect(decodeToken('banana')).toMatchObject({ left: { kind: 'not-a-token' } });
    expect(decodeToken(text.replace('k1:', 'k9:'))).toMatchObject({ left: { kind: 'other-version' } });
    expect(decodeToken(text.replace('9f3a', '9f3b'))).toMatchObject({ left: { kind: 'mistyped' } });
    expect(decodeToken(text.slice(0, -8))).toMatchObject({ left: { kind: 'malformed' } });
    expect(isRight(decodeToken(text))).toBe(true);
  });

  it('holds the digest after every so many steps and after the last', () => {
    expect([1, 500, 1000, 1143].map((step) => checkAt(token.checks, step, token.steps))).toEqual([undefined, '1f2e', 'ab12', '0000']);
  });
});

describe('a trace line', () => {
  it('has fixed columns', () => {
    const world = worldOf([pinger('p', 'q', 1), ponger('q')], { latencyMs: () => 12_340 });
    const record = world.take({ kind: 'deliver', from: 'p', to: 'q', channel: 'ball' });
    expect(traceLine(record, startMs, String)).toBe(`#000001 t=12.340s   deliver  ${'p -> q'.padEnd(52)} ping`);
    expect(traceLine(world.take({ kind: 'crash', actor: 'p' }), startMs, String)).toBe('#000002 t=12.340s   crash    p');
    expect(traceLine(world.take({ kind: 'deliver', from: 'p', to: 'q', channel: 'ball' }), startMs, String)).toBe(`#000003 t=24.680s   deliver  ${'p -> q'.padEnd(52)} disconnected ball`);
    expect(traceLine(worldOf([puppet('a')]).beginning[0] as never, startMs, String)).toBe('#000000 t=0.000s    restart  a');
  });
});
