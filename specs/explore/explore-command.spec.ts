/** `kubeloom explore`, `shrink` and `replay` on a cluster with a canary: found, shrunk, saved, replayed, kept; and what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { readKeptFailure, replayKeptFailure, withoutVariants } from '../../src/testing/kept-failure.ts';

const home = process.cwd();
const deployment = resolve(import.meta.dirname, '../../examples/deployment.yaml');
let folder = '';

interface Said { readonly code: number; readonly out: string; readonly err: string }

const kubeloom = async (...args: readonly string[]): Promise<Said> => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, { out: (text) => { out.push(text); }, err: (text) => { err.push(text); } });
  return { code, out: out.join('\n'), err: err.join('\n') };
};

interface Violation { readonly property: string; readonly token: string; readonly file: string; readonly steps: { readonly found: number; readonly shrunk: number }; readonly criticalPair: unknown }
interface Report { readonly schedules: number; readonly violations: readonly Violation[]; readonly stillFailing: readonly unknown[]; readonly vacuous: readonly string[]; readonly outcomes: unknown }

const report = ({ out }: Said): Report => JSON.parse(out) as Report;

const PROPERTY = 'replicaset.bounded-overshoot';
const VARIANT = 'replicaset-without-expectations';
const canary = (runs: number): readonly string[] =>
  ['explore', deployment, '--nodes', '1', '--strategy', 'pct', '--runs', String(runs), '--variant', VARIANT, '--property', PROPERTY, '--seed', '3', '-o', 'json'];

/** Into a folder of its own, where nothing was run. */
const elsewhere = (name: string): void => {
  mkdirSync(join(folder, name));
  process.chdir(join(folder, name));
};

describe('explore.command', () => {
  let violation: Violation;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeloom-explore-'));
    process.chdir(folder);
  });

  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it('converges in every order where nothing is wrong, by every strategy', async () => {
    const said = await kubeloom('explore', deployment, '--nodes', '1', '--runs', '9', '--strategy', 'all', '--property', 'converges', '-o', 'json');
    expect(said.code).toBe(0);
    expect(report(said)).toMatchObject({ schedules: 9, violations: [], vacuous: [], outcomes: { settled: 9 } });
    expect((JSON.parse(said.out) as { readonly strategies: readonly unknown[] }).strategies).toMatchObject(
      ['random', 'pct', 'fair-pct', 'pos', 'urw', 'delay-bounded', 'feedback', 'swarm', 'fifo'].map((strategy) => ({ strategy, schedules: 1, outcomes: { settled: 1 }, failures: [] })));
  });

  it('leaves Events out unless they are asked for', async () => {
    const stepsWith = async (...flags: readonly string[]): Promise<number> =>
      (JSON.parse((await kubeloom('explore', deployment, '--nodes', '1', '--runs', '1', '--property', 'converges', '-o', 'json', ...flags)).out) as { readonly steps: number }).steps;
    expect(await stepsWith()).toBeLessThan(0.9 * await stepsWith('--events'));
  });

  it('fails when a property that was asked for is never put to the test', async () => {
    const said = await kubeloom('explore', deployment, '--nodes', '1', '--runs', '1', '--property', 'job.completes', '-o', 'json');
    expect(said.code).toBe(1);
    expect(report(said).vacuous).toEqual(['job.completes']);
  });

  it('finds a canary, shrinks it, and replays it from its token', async () => {
    const said = await kubeloom(...canary(60));
    expect(said.code).toBe(1);
    violation = report(said).violations[0] as Violation;
    expect(violation).toMatchObject({ property: PROPERTY, kind: 'always', nodes: { found: 1, shrunk: 1 }, faults: { found: 0, shrunk: 0 } });
    expect(violation.steps.shrunk).toBeLessThan(70);
    expect(violation.criticalPair).not.toBeNull();
    const replayed = await kubeloom('replay', violation.token, '--verify', '-o', 'json');
    expect(replayed.code).toBe(0);
    expect(JSON.parse(replayed.out)).toMatchObject({ verified: true, violations: [{ property: PROPERTY }] });
  });

  it('runs what failed before first', async () => {
    const said = await kubeloom(...canary(1));
    expect(said.code).toBe(1);
    expect(report(said).stillFailing).toMatchObject([{ property: PROPERTY }]);
  });

  it('replays elsewhere: from the saved failure alone, or from the token and the files it came from', async () => {
    const file = join(folder, violation.file);
    elsewhere('elsewhere');
    const alone = await kubeloom('replay', violation.token);
    expect(alone.code).toBe(2);
    expect(alone.err).toContain('Name the files that it came from');
    expect(await kubeloom('replay', violation.token, deployment, '--seed', '3', '--variant', VARIANT, '--verify')).toMatchObject({ code: 0, err: '' });
    expect((await kubeloom('replay', violation.token, deployment, '--seed', '2', '--variant', VARIANT)).err).toContain('of which none has');
    const saved = await kubeloom('replay', file, '--verify');
    expect(saved).toMatchObject({ code: 0, err: '' });
    expect(saved.out).toContain(`Violated:\n  ${PROPERTY} at step `);
    process.chdir(folder);
  });

  it('keeps a saved failure as a regression test, which fails with the variant and passes without', async () => {
    const again = await kubeloom('shrink', violation.file, '--keep', 'corpus', '--max-runs', '40', '-o', 'json');
    expect(again.code).toBe(1);
    const shrunk = JSON.parse(again.out) as Violation & { readonly kept: string };
    expect(shrunk.kept).toBe(join('corpus', `${PROPERTY}.${VARIANT}.json`));
    const kept = readKeptFailure(readFileSync(shrunk.kept, 'utf8'));
    if (!isRight(kept)) throw new Error(kept.left);
    expect(kept.right).toMatchObject({ property: PROPERTY, steps: shrunk.steps.shrunk });
    expect(replayKeptFailure(kept.right)).toMatchObject({ lost: undefined, violation: { property: PROPERTY } });
    expect(replayKeptFailure(withoutVariants(kept.right), { strict: false }).violation).toBeUndefined();
  });

  it('refuses tokens and saved failures of another version, edited or cut short, with the reason', async () => {
    const { token, file } = violation;
    const text = readFileSync(file, 'utf8');
    const written = (name: string, content: string): string => {
      writeFileSync(name, content);
      return name;
    };
    const refused: readonly (readonly [string, RegExp])[] = [
      [token.replace(/^k\d/, 'k9'), /expected a token of version .*, found version k9; this version of Kubeloom cannot replay it/],
      [token.slice(0, -1), /it was cut short or mistyped/],
      [token.replace('-fifo-', '-fifa-'), /it was cut short or mistyped/],
      [written('edited.json', text.replace(/"matters":\d+/, '"matters":7')), /its sum does not match: it was edited or damaged/],
      [written('older.json', text.replace('"formatVersion":2', '"formatVersion":1')), /Expected version 2 of the format\. Instead, received version 1; this version of Kubeloom cannot follow it/],
    ];
    for (const [what, reason] of refused) {
      for (const command of ['replay', 'shrink']) {
        const said = await kubeloom(command, what);
        expect({ what, command, code: said.code, out: said.out }).toEqual({ what, command, code: 3, out: '' });
        expect(said.err).toMatch(reason);
      }
    }
    expect((await kubeloom('shrink', written('cut.json', text.slice(0, 300)))).err).toContain('cut.json: Expected a saved failure. Instead, reading it failed: ');
    expect((await kubeloom('shrink', 'nothing')).code).toBe(2);
  });

  it('moves a saved failure away that does not fail any more, or cannot be followed, and passes over what is none', async () => {
    const { saveFailure, readFailure } = await import('../../src/cli/explore/failure-file.ts');
    const { scenarioDigest } = await import('../../src/scenario/scenario.ts');
    const saved = readFailure(violation.file);
    if (!isRight(saved)) throw new Error(saved.left);
    elsewhere('later');
    const { variants: _, ...cured } = saved.right.scenario;
    const base = { ...saved.right, scenario: cured, foundIn: scenarioDigest(cured) };
    const passing = saveFailure({ ...base, schedule: [] });
    const lost = saveFailure({ ...base, property: 'converges', schedule: [{ kind: 'deliver', from: 'nobody', to: 'etcd', channel: 'watch' }] });
    writeFileSync(join('.kubeloom/failures', 'torn.json'), '{');
    const { stillFailing } = await import('../../src/cli/explore/saved-failures.ts');
    const said: string[] = [];
    const failing = stillFailing({ out: () => undefined, err: (text) => { said.push(text); } }, base.foundIn, [PROPERTY, 'converges'], { maxSteps: 200_000, maxMs: 3_600_000 });
    expect(failing).toEqual([]);
    expect(said.join('\n')).toMatch(/torn\.json: Expected a saved failure\..*Passed over\./);
    expect(said.join('\n')).toMatch(/does not fail any more; moved to .*passed/);
    expect(said.join('\n')).toMatch(/cannot be followed any more \(saved by version .*; step 1 of its schedule, deliver nobody etcd watch, is not offered\); moved to .*lost/);
    expect([existsSync(passing), existsSync(lost), readdirSync('.kubeloom/failures/passed'), readdirSync('.kubeloom/failures/lost')]).toEqual([false, false, [expect.any(String)], [expect.any(String)]]);
    process.chdir(folder);
  });

  it('looks for the worst schedule by a measure', async () => {
    const said = await kubeloom('explore', deployment, '--nodes', '1', '--maximize', 'writes', '--runs', '4', '-o', 'json');
    expect(said.code).toBe(0);
    const { measure, fifo, worst, token } = JSON.parse(said.out) as { readonly measure: string; readonly fifo: number; readonly worst: number; readonly token: string };
    expect(measure).toBe('writes');
    expect(worst).toBeGreaterThanOrEqual(fifo);
    expect((await kubeloom('replay', token, '--verify')).code).toBe(0);
  });

  it('refuses names that it does not know, with those that there are, and the nearest', async () => {
    const refused = async (...args: readonly string[]): Promise<string> => {
      const said = await kubeloom('explore', deployment, ...args);
      expect(said).toMatchObject({ code: 2, out: '' });
      return said.err;
    };
    expect(await refused('--faults', 'fire')).toMatch(/^error: option '--faults <list>' is invalid\. Expected .*Instead, received "fire"[\s\S]*crash[\s\S]*reset/);
    expect(await refused('--property', 'convergs')).toMatch(/Instead, received "convergs"\. Did you mean "converges"\? There are: converges, /);
    expect(await refused('--property', 'expect:gadget/x=Ready')).toContain('Instead, received the unknown kind "gadget".');
    expect(await refused('--variant', 'lost-wakeup')).toMatch(/Did you mean "lost-wake-up"\? There are: /);
    expect(await refused('--strategy', 'chaos')).toContain('Allowed choices are random, pct');
    expect(await refused('--maximize', 'writes', '--property', 'converges')).toContain("option '--maximize <measure>' cannot be used with option '--property <id>'");
  });
});
