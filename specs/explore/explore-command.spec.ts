/** `kubeloom explore`, `shrink` and `replay` on a cluster with a canary: found, shrunk, saved, replayed from its token. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';

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

const canary = ['explore', deployment, '--strategy', 'pct', '--runs', '60', '--variant', 'replicaset-without-expectations', '--property', 'replicaset.bounded-overshoot', '-o', 'json'];

describe('explore.command', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeloom-explore-'));
    process.chdir(folder);
  });

  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it('converges in every order where nothing is wrong', async () => {
    const said = await kubeloom('explore', deployment, '--runs', '5', '--strategy', 'pos', '--property', 'converges', '-o', 'json');
    expect(said.code).toBe(0);
    expect(report(said)).toMatchObject({ schedules: 5, violations: [], vacuous: [], outcomes: { settled: 5 } });
  });

  it('fails when a property that was asked for is never put to the test', async () => {
    const said = await kubeloom('explore', deployment, '--runs', '1', '--property', 'job.completes', '-o', 'json');
    expect(said.code).toBe(1);
    expect(report(said).vacuous).toEqual(['job.completes']);
  });

  it('finds a canary, shrinks it, and replays it from its token', async () => {
    const said = await kubeloom(...canary);
    expect(said.code).toBe(1);
    const [violation] = report(said).violations;
    if (violation === undefined) throw new Error(said.out);
    expect(violation).toMatchObject({ property: 'replicaset.bounded-overshoot', kind: 'always', nodes: { found: 3, shrunk: 1 }, faults: { found: 0, shrunk: 0 } });
    expect(violation.steps.shrunk).toBeLessThan(70);
    expect(violation.criticalPair).not.toBeNull();
    expect(await kubeloom('replay', violation.token, '--verify')).toMatchObject({ code: 0 });
    const again = await kubeloom('shrink', violation.file, '-o', 'json');
    expect(again.code).toBe(1);
    expect((JSON.parse(again.out) as Violation).steps.shrunk).toBeLessThanOrEqual(violation.steps.shrunk);
  });

  it('runs what failed before first', async () => {
    const said = await kubeloom(...canary.map((arg) => (arg === '60' ? '1' : arg)));
    expect(said.code).toBe(1);
    expect(report(said).stillFailing).toMatchObject([{ property: 'replicaset.bounded-overshoot' }]);
  });

  it('refuses faults, properties and tokens that it does not know', async () => {
    expect((await kubeloom('explore', deployment, '--faults', 'fire')).err).toContain('Expected one of crash, reset, cut, skew, node');
    expect((await kubeloom('explore', deployment, '--property', 'nothing')).code).toBe(2);
    expect((await kubeloom('shrink', 'nothing')).code).toBe(2);
  });
});
