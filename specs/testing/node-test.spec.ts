/** The surface from Node's own test runner: a file that imports from the package by its name. Needs the built package, which `npm ci` makes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const isBuilt = existsSync(join(ROOT, 'dist/cli/testing.js'));
if (!isBuilt) process.stdout.write('skipped: the surface from node --test (dist/ is absent or older; run `npm run build`)\n');

const folder = mkdtempSync(join(tmpdir(), 'kubeloom-node-test-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(ROOT, join(folder, 'node_modules', 'kubeloom'));
afterAll(() => rmSync(folder, { recursive: true }));

const SUITE = `import { test } from 'node:test';
import { nodesNamed, defaultTopology } from 'kubeloom';
import { arbitraryObject, assertCluster } from 'kubeloom/testing';

const topology = { ...defaultTopology, nodes: nodesNamed(1), kubeProxy: false, leaderElection: false };
const scenario = arbitraryObject('ReplicaSet', { namespace: 'default' })
  .map((object) => ({ name: 'one', topology, timeline: [{ afterMs: 0, command: { kind: 'apply', object } }] }));

test('a ReplicaSet comes up', () => { assertCluster(scenario, { runs: 2, schedules: 1, seed: 1 }); });
test('a careless one makes too many pods', () => {
  assertCluster(scenario, { properties: ['replicaset.bounded-overshoot'], variants: ['replicaset-without-expectations'], runs: 60, seed: 1, shrink: { runs: 20, steps: 10000 } });
});
`;

interface Ran { readonly code: number; readonly out: string }

const node = (...args: readonly string[]): Promise<Ran> => new Promise((ended) => {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  execFile(process.execPath, [...args], { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => ended({ code: error === null ? 0 : Number(error.code), out: `${stdout}${stderr}` }));
});

describe.skipIf(!isBuilt)('node --test', () => {
  it('passes what holds and fails what breaks, with a text whose token replays from the same folder', async () => {
    writeFileSync(join(folder, 'suite.test.mjs'), SUITE);
    const { code, out } = await node('--test', '--test-reporter=tap', 'suite.test.mjs');
    expect(code).toBe(1);
    expect(out).toMatch(/^ *ok 1 - a ReplicaSet comes up$/m);
    expect(out).toMatch(/^ *not ok 2 - a careless one makes too many pods$/m);
    expect(out).toMatch(/again +\{ seed: 1, path: \\?"[\d:]+\\?" \}/);
    const token = /npx kubeloom replay (k\d+:[^\s"'\\]+)/.exec(out)?.[1] ?? '';
    expect(readdirSync(join(folder, '.kubeloom', 'failures'))).toHaveLength(1);
    const replayed = await node(join(ROOT, 'bin/kubeloom.js'), 'replay', token);
    expect(replayed.out).toMatch(/Replayed \d+ steps, digest [0-9a-f]{16}/);
    expect(replayed.code).toBe(0);
  });
});
