/** The command line's arguments: what is refused, with exit code 2, before anything runs or is written. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { VERSION } from '../../src/cli/version.ts';

interface Said { readonly code: number; readonly out: string; readonly err: string }

const home = process.cwd();
let folder = '';

const FILES: Readonly<Record<string, string>> = {
  'good.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  'negative.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: -1\n  selector: {matchLabels: {a: b}}\n'
    + '  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}\n',
  'broken.yaml': 'apiVersion: [v1\nkind: ConfigMap\n',
  'empty.yaml': '# nothing\n',
  'custom.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\n',
  'story.yaml': 'apiVersion: kubeloom.dev/v1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  timeline:\n    - {at: 1s, apply: gone.yaml}\n',
  'nothing-in-it/readme.txt': 'no manifests here\n',
};

const filesLeft = (): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1));

const kubeloom = async (...args: readonly string[]): Promise<Said> => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, { out: (text) => { out.push(text); }, err: (text) => { err.push(text); } });
  return { code, out: out.join('\n'), err: err.join('\n') };
};

/** Runs a command line that must be refused; answers what it says of it. */
const refusal = async (...args: readonly string[]): Promise<string> => {
  const before = filesLeft();
  const { code, out, err } = await kubeloom(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(filesLeft()).toEqual(before);
  return err;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeloom-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe('cli.usage', () => {
  it('help and version go to standard output, with exit code 0', async () => {
    expect(await kubeloom('--version')).toEqual({ code: 0, out: VERSION, err: '' });
    const help = await kubeloom('run', '--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('--skip-unknown');
  });

  const bad: readonly (readonly [readonly string[], RegExp])[] = [
    [['walk'], /unknown command 'walk'/],
    [['run'], /missing required argument 'file'/],
    [['run', 'good.yaml', '--node', '3'], /unknown option '--node'/],
    [['run', 'good.yaml', '--nodes', '0'], /Expected a number of nodes, a whole number from 1 on\. Instead, received "0"\./],
    [['run', 'good.yaml', '--nodes', 'three'], /Expected a number of nodes, a whole number from 1 on\. Instead, received "three"\./],
    [['run', 'good.yaml', '--strategy', 'chaos'], /argument 'chaos' is invalid\. Allowed choices are timed, random, pct, .*fifo/],
    [['run', 'good.yaml', '--until', 'later'], /Expected "settled", a duration such as 90s, or a condition such as .* Instead, received "later"\./],
    [['run', 'good.yaml', '--budget', '10'], /Expected a duration such as 90s or 1h30m\. Instead, received "10"\./],
    [['run', 'good.yaml', '--max-steps', '1.5'], /Expected a number of steps, a whole number from 1 on\. Instead, received "1\.5"\./],
    [['run', 'good.yaml', '-o', 'xml'], /argument 'xml' is invalid\. Allowed choices are table, json, wide/],
    [['replay'], /missing required argument 'journal-or-token'/],
    [['replay', 'gone.jsonl'], /Expected a journal's path or a token\. Instead, received "gone\.jsonl"/],
    [['replay', 'gone.jsonl', '--to', '-1'], /Expected a step, a whole number from 0 on\. Instead, received "-1"\./],
    [['replay', 'gone.jsonl', '--revision', '0'], /Expected a revision, a whole number from 1 on\. Instead, received "0"\./],
  ];
  for (const [args, message] of bad) {
    it(`kubeloom ${args.join(' ')} is refused`, async () => {
      expect(await refusal(...args)).toMatch(message);
    });
  }
});

describe('cli.input', () => {
  it('every file that is missing, and every folder without manifests, is named', async () => {
    expect((await refusal('run', 'good.yaml', 'gone.yaml', 'nothing-in-it')).split('\n')).toEqual([
      'gone.yaml', '  Expected a file or folder. Instead, found nothing by that name.',
      'nothing-in-it', '  Expected a folder with .yaml, .yml or .json files. Instead, found none in it.',
      '2 problems in the input; nothing was run.',
    ]);
  });

  it('a file without objects is nothing to run', async () => {
    expect(await refusal('run', 'empty.yaml')).toBe('empty.yaml\n  Expected at least one object to run. Instead, received none.\n1 problem in the input; nothing was run.');
  });

  it('a refused object is told with file, line, document and path', async () => {
    expect(await refusal('run', 'good.yaml', 'negative.yaml')).toBe(
      'negative.yaml:5, document 1 (Deployment web), spec.replicas\n'
      + '  Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0\n1 problem in the input; nothing was run.');
  });

  it('broken YAML is told with its line', async () => {
    expect(await refusal('run', 'broken.yaml')).toMatch(/^broken\.yaml:\d, document 1\n {2}Expected YAML\. Instead, received text that does not parse/);
  });

  it('an unknown kind is named, and with --skip-unknown nothing is left to run', async () => {
    expect(await refusal('run', 'custom.yaml')).toContain('no matches for kind "Gadget" in version "example.com/v1"');
    expect(await refusal('run', 'custom.yaml', '--skip-unknown')).toContain('Expected at least one object to run. Instead, received none.');
  });

  it('a file that a scenario names is looked for beside the scenario', async () => {
    expect(await refusal('run', 'story.yaml')).toContain('story.yaml:6, document 1 (Scenario s), spec.timeline[0].apply\n  gone.yaml: Expected a file or folder. Instead, found nothing by that name.');
  });
});
