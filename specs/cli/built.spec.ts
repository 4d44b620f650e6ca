/** The built command line as a process of its own: threads, signals, exit codes. Needs a `dist/` that is not older than the sources; `npm ci` makes one. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** `KUBELOOM_BIN`: another build than the one in `dist/`. */
const BIN = process.env['KUBELOOM_BIN'] ?? join(ROOT, 'bin/kubeloom.js');
const MAIN = join(BIN, '../../dist/cli/main.js');
const newestSource = (): number => Math.max(...readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(ROOT, 'src', name)).mtimeMs));
const isBuilt = existsSync(MAIN) && (process.env['KUBELOOM_BIN'] !== undefined || statSync(MAIN).mtimeMs >= newestSource());
if (!isBuilt) process.stdout.write('skipped: the built command line (dist/ is absent or older than src/; run `npm run build`)\n');

const deployment = join(ROOT, 'examples/deployment.yaml');
let folder = '';

interface Ended { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly out: string; readonly err: string }

/** `onStart`: called once the process has begun to work, which it shows by the scenario that it keeps. */
const kubeloom = (args: readonly string[], onStart?: (child: ChildProcess) => void): Promise<Ended> => new Promise((resolveWith) => {
  const cwd = mkdtempSync(join(folder, 'run-'));
  const child = spawn(process.execPath, [BIN, ...args], { cwd });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => { out += String(chunk); });
  child.stderr.on('data', (chunk) => { err += String(chunk); });
  const poll = setInterval(() => {
    if (!existsSync(join(cwd, '.kubeloom/scenarios'))) return;
    clearInterval(poll);
    onStart?.(child);
  }, 20);
  child.on('close', (code, signal) => {
    clearInterval(poll);
    resolveWith({ code, signal, out, err });
  });
});

/** What does not tell of the wall clock. */
const timeless = ({ out }: Ended): unknown => JSON.parse(out, (key, value: unknown) => (key.endsWith('PerSecond') ? undefined : value));

describe.skipIf(!isBuilt)('cli.process', () => {
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'kubeloom-built-')); });
  afterAll(() => { rmSync(folder, { recursive: true }); });

  it('says the same with one thread and with two', async () => {
    const args = ['explore', deployment, '--nodes', '1', '--runs', '12', '--strategy', 'pos', '-o', 'json', '--property', 'converges', '--workers'];
    const [one, two] = await Promise.all([kubeloom([...args, '1']), kubeloom([...args, '2'])]);
    expect(one).toMatchObject({ code: 0, err: '' });
    expect(timeless(two)).toEqual(timeless(one));
  });

  it('Ctrl-C ends with the report so far; nothing having been found, there is no verdict', async () => {
    const ended = await kubeloom(['explore', deployment, '--time', '10m', '-o', 'json'], (child) => setTimeout(() => child.kill('SIGINT'), 700));
    expect(ended).toMatchObject({ code: 4, signal: null, err: '' });
    expect(JSON.parse(ended.out)).toMatchObject({ interrupted: true, violations: [] });
  });

  it('a second Ctrl-C ends at once, though the first is still being answered', async () => {
    const interruption = join(BIN, '../../dist/cli/explore/interruption.js');
    const body = `import { watchForInterruption } from ${JSON.stringify(interruption)};
      const { isAsked } = watchForInterruption();
      setInterval(() => process.stdout.write(isAsked() ? 'asked' : 'not yet'), 20);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', body]);
    let seen = '';
    child.stdout.on('data', (chunk) => {
      const before = seen;
      seen += String(chunk);
      if (before === '' || (seen.includes('asked') && !before.includes('asked'))) child.kill('SIGINT');
    });
    const [code, signal] = await new Promise<readonly unknown[]>((resolveWith) => { child.on('close', (...ended) => resolveWith(ended)); });
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
    expect(seen).toMatch(/^(?:not yet)+(?:asked)+$/);
  });
});
