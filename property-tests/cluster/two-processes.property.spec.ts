/** The same seed gives byte-identical journals in two processes. Needs the built command line, which `npm ci` makes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWorkloads } from '../../src/testing/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/kubeloom.js');
const isBuilt = existsSync(join(ROOT, 'dist/cli/main.js'));
if (!isBuilt) process.stdout.write('skipped: two processes (dist/ is absent; run `npm run build`)\n');

interface Printed { readonly digest: string; readonly steps: number }

const runOnce = async (folder: string, name: string, strategy: string, seed: number): Promise<{ readonly printed: Printed; readonly journal: string }> => {
  const args = [BIN, 'run', 'workloads.json', '--strategy', strategy, '--seed', String(seed), '--journal', `${name}.jsonl`, '-o', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 });
  return { printed: JSON.parse(stdout) as Printed, journal: readFileSync(join(folder, `${name}.jsonl`), 'utf8') };
};

describe('two processes', () => {
  it.skipIf(!isBuilt)('write the same bytes for the same scenario and seed', async () => {
    await fc.assert(fc.asyncProperty(arbitraryWorkloads(), fc.constantFrom('timed', 'random', 'fifo'), fc.nat({ max: 999 }), async (items, strategy, seed) => {
      const folder = mkdtempSync(join(tmpdir(), 'kubeloom-twice-'));
      try {
        writeFileSync(join(folder, 'workloads.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
        const [first, second] = await Promise.all(['first', 'second'].map((name) => runOnce(folder, name, strategy, seed)));
        expect(second?.printed.digest).toBe(first?.printed.digest);
        expect(second?.journal === first?.journal).toBe(true);
        expect(first?.journal.split('\n').length).toBeGreaterThan(1000);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }), { numRuns: 3 });
  });
});
