/** The journal: written, read back, torn, edited, replayed. */
import { describe, expect, it } from 'vitest';
import { isRight } from 'fp-ts/lib/Either.js';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { digestFolder, journalHeader, journalWriter } from '../../src/kernel/journal.ts';
import type { Journal } from '../../src/kernel/journal.ts';
import { readJournal } from '../../src/kernel/read-journal.ts';
import { describeReplayProblem, replayJournal } from '../../src/kernel/replay.ts';
import { run } from '../../src/kernel/run.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { hosted } from '../../src/kernel/world.ts';
import { pinger, ponger, puppet, recorder, ring, worldOf } from './toys.ts';

const scenario = { name: 'ring', nested: { b: 1, a: [1, null] } };

const write = (world: World, seed = 'any'): { readonly text: string; readonly digest: string } => {
  const writer = journalWriter(journalHeader(world.config, '0.0.0', scenario), world);
  const lines = [...writer.opening];
  run(world, randomChooser(seed), { maxSteps: 1000, onStep: (record) => lines.push(writer.line(record)) });
  return { text: `${lines.join('\n')}\n`, digest: writer.digest() };
};

const read = (text: string): Journal => {
  const journal = readJournal(text);
  if (!isRight(journal)) throw new Error(journal.left.message);
  return journal.right;
};

describe('writing and reading', () => {
  it('a header, the beginning, and one record a step', () => {
    const world = ring(3, 2);
    const { text, digest } = write(world);
    const journal = read(text);
    expect(journal.header).toMatchObject({ format: 'kubeloom-journal', formatVersion: 1, version: '0.0.0', scenario });
    expect(journal.records.map(({ i }) => i)).toEqual([0, 0, 0, ...Array.from({ length: world.stepCount }, (_, i) => i + 1)]);
    expect(journal.digest).toBe(digest);
    expect(journal.cut).toBeUndefined();
  });

  it('writes a delivered message whole and a send by its hash', () => {
    const world = worldOf([puppet('a'), recorder('b')]);
    const writer = journalWriter(journalHeader(world.config, '0.0.0', null), world);
    const lines = [writer.line(world.take({ kind: 'inject', to: 'a', channel: 'orders', body: [send('b', 'x', { z: 1, a: 2 })] }))];
    lines.push(writer.line(world.take({ kind: 'deliver', from: 'a', to: 'b', channel: 'x' })));
    expect(lines[0]).toMatch(/"actor":"a","input":\{"kind":"message"\},"effects":\[\{"bodyHash":\d+,"channel":"x","kind":"send","to":"b"\}\],"cause":0,/);
    expect(lines[1]).toMatch(/^\{"i":2,"t":\d+,"step":\{.*\},"actor":"b","input":\{"body":\{"a":2,"z":1\},"kind":"message"\},"effects":\[\],"cause":1,"digest":"[0-9a-f]{16}"\}$/);
  });

  it('the digest can be had without writing', () => {
    const world = ring(3, 2);
    const folder = digestFolder(journalHeader(world.config, '0.0.0', scenario), world);
    run(world, randomChooser('any'), { maxSteps: 1000, onStep: folder.add });
    expect(folder.digest()).toBe(write(ring(3, 2)).digest);
  });

  it('cuts a torn tail at the last whole record, and says so', () => {
    const { text } = write(ring(3, 2));
    const whole = read(text).records.length;
    const torn = read(text.slice(0, -20));
    expect(torn.records).toHaveLength(whole - 1);
    expect(torn.cut).toMatchObject({ line: whole + 1, message: expect.stringContaining('no whole record') as string });
  });

  it('refuses what is no journal, another version, damage, and edits', () => {
    const { text } = write(ring(3, 2));
    const lines = text.split('\n');
    expect(readJournal('')).toMatchObject({ left: { kind: 'not-a-journal', line: 1 } });
    expect(readJournal('{"kind":"Pod"}\n')).toMatchObject({ left: { kind: 'not-a-journal' } });
    expect(readJournal(text.replace('"formatVersion":1', '"formatVersion":9'))).toMatchObject({ left: { kind: 'other-version', found: 9 } });
    expect(readJournal(lines.with(5, 'rubbish').join('\n'))).toMatchObject({ left: { kind: 'damaged', line: 6 } });
    const edited = lines.map((line) => line.replace('{"hops":3}', '{"hops":2}')).join('\n');
    expect(edited).not.toBe(text);
    expect(readJournal(edited)).toMatchObject({ left: { kind: 'edited', message: expect.stringContaining('was changed after it was written') as string } });
    expect(readJournal([...lines.slice(0, 6), ...lines.slice(7)].join('\n'))).toMatchObject({ left: { kind: 'edited', line: 7 } });
  });
});

describe('replaying', () => {
  it('agrees to the last digest, and stops at a step', () => {
    const { text, digest } = write(ring(3, 2));
    const journal = read(text);
    expect(replayJournal(() => ring(3, 2), journal)).toMatchObject({ right: { steps: journal.records.length - 3, digest } });
    const stopped = replayJournal(() => ring(3, 2), journal, { toStep: 4 });
    expect(stopped).toMatchObject({ right: { steps: 4, digest: journal.records[6]?.digest } });
  });

  it('refuses a world of another configuration', () => {
    const journal = read(write(ring(3, 2)).text);
    expect(replayJournal(() => ring(3, 2, { seed: 'other' }), journal)).toMatchObject({ left: { kind: 'other-configuration' } });
  });

  const lazyPonger = hosted<number, string>({
    id: 'q', initial: 0,
    transition: (n, input) => (input.kind === 'message' ? [n + 1, n < 1 ? [send(input.from, input.channel, 'pong')] : noEffects] : [n, noEffects]),
  });

  it('names the first step that went another way, with both enabled sets', () => {
    const journal = read(write(worldOf([pinger('p', 'q', 3), ponger('q')])).text);
    const replayed = replayJournal(() => worldOf([pinger('p', 'q', 3), lazyPonger]), journal);
    expect(replayed).toMatchObject({ left: { kind: 'differs', index: 3, enabledThen: ['deliver q p ball'], enabledHere: [] } });
    expect(isRight(replayed) ? '' : describeReplayProblem(replayed.left)).toMatch(/^step 3 differs: deliver p q ball gave digest/);
  });

  it('names the first step that cannot be taken', () => {
    const world = worldOf([pinger('p', 'q', 3), ponger('q')]);
    const journal = read(write(world).text);
    const swapped = { ...journal, records: journal.records.toSpliced(2, 1) };
    expect(replayJournal(() => worldOf([pinger('p', 'q', 3), ponger('q')]), swapped)).toMatchObject({
      left: { kind: 'not-enabled', index: 2, enabledHere: ['deliver p q ball'], enabledThen: ['deliver p q ball', 'deliver q p ball'] },
    });
  });
});
