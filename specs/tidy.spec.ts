/** The style as an executable test: layers, bans that name their replacement, headers, sizes, cycles. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)).sort();

const sources = filesBelow('src');
const text = new Map(sources.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
const textOf = (file: string): string => text.get(file) as string;

/** Lines of code without comments and string contents, so that prose may name what is banned. */
const codeOf = (file: string): string => textOf(file)
  .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
  .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (quoted) => `'${' '.repeat(Math.max(0, quoted.length - 2))}'`);

const RANKS: Readonly<Record<string, number>> = {
  base: 0, log: 1, api: 1, kernel: 2, protocol: 3, client: 4, components: 5, cluster: 6, properties: 7, observe: 7, explore: 8, scenario: 8, testing: 9, cli: 10, bench: 11,
};

const roomOf = (file: string): string => relative('src', file).split('/')[0] as string;

const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'/g)].map((match) => match[1] as string);

/** Of files that exist: the compiler tells of others. */
const localImports = (file: string): string[] =>
  importsOf(file).filter((name) => name.startsWith('.')).map((name) => relative(ROOT, resolve(ROOT, dirname(file), name))).filter((target) => text.has(target));

const isEntry = (file: string): boolean => file === 'src/index.ts';

describe('tidy.layers', () => {
  it('a file imports only from its own room or from lower ranks', () => {
    const faults = sources.filter((file) => !isEntry(file)).flatMap((file) => localImports(file)
      .filter((target) => roomOf(target) !== roomOf(file) && !((RANKS[roomOf(target)] ?? 99) < (RANKS[roomOf(file)] ?? -1)))
      .map((target) => `${file} imports ${target}`));
    expect(faults).toEqual([]);
  });

  it('every room has a rank', () => {
    expect(sources.filter((file) => !isEntry(file) && RANKS[roomOf(file)] === undefined)).toEqual([]);
  });

  it('siblings in components never import each other', () => {
    const component = (file: string): string => file.split('/')[2] as string;
    const faults = sources.filter((file) => roomOf(file) === 'components').flatMap((file) => localImports(file)
      .filter((target) => roomOf(target) === 'components' && component(target) !== component(file))
      .map((target) => `${file} imports ${target}: they share protocol/`));
    expect(faults).toEqual([]);
  });

  it('there are no import cycles', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of localImports(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(cycles, cycles.join('\n')).toEqual([]);
  });

  it('packages stay in their rooms', () => {
    const allowed = (name: string, file: string): boolean => {
      // Node resolves no directories: of fp-ts only files can be imported.
      if (name.startsWith('fp-ts')) return /^fp-ts\/lib\/\w+\.js$/.test(name);
      // Why the benchmarks: XState's live actors are the peer that they measure against.
      if (name === 'xstate') return file === 'src/kernel/statechart.ts' || roomOf(file) === 'bench' || /^src\/(components|client)\/.*machines?\.ts$/.test(file);
      if (name.startsWith('rxjs')) return (RANKS[roomOf(file)] ?? 99) >= 7;
      // Why the benchmarks: fast-check's scheduler is the other peer.
      if (name === 'fast-check') return ['testing', 'bench'].includes(roomOf(file));
      if (name.startsWith('node:')) return ['cli', 'bench'].includes(roomOf(file));
      return true;
    };
    const faults = sources.flatMap((file) => importsOf(file).filter((name) => !name.startsWith('.') && !allowed(name, file)).map((name) => `${file} imports ${name}`));
    expect(faults).toEqual([]);
  });
});

interface Ban { readonly what: RegExp; readonly instead: string; readonly where?: (file: string) => boolean }

const belowEdge = (file: string): boolean => !['cli', 'bench'].includes(roomOf(file));

const BANS: readonly Ban[] = [
  { what: /\bDate\b/, instead: 'env.nowMs and src/api/time.ts', where: belowEdge },
  { what: /\bMath\.random\b/, instead: 'env.random' },
  { what: /\bMath\.(?:log|log2|log10|exp|pow|sin|cos|tan|cbrt|hypot)\b/, instead: 'src/base/logarithm.ts: engines round these differently', where: belowEdge },
  { what: /\b(?:Promise|async|await)\b/, instead: 'a message and a later step', where: belowEdge },
  { what: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/, instead: 'an armed timer', where: belowEdge },
  { what: /\bconsole\b|\bprocess\.(?:env|argv|exit|std|hrtime|nextTick|cwd|on)\b|\bglobalThis\b/, instead: 'an effect, or the cli', where: belowEdge },
  { what: /\blocaleCompare\b|\bIntl\.Collator\b/, instead: 'compareStrings of src/base/order.ts' },
  { what: /\.(?:sort|toSorted)\(\s*\)/, instead: 'a comparator of src/base/order.ts' },
  { what: /\b(?:createActor|SimulatedClock)\b/, instead: 'compile of src/kernel/statechart.ts', where: belowEdge },
  { what: /\bas any\b|:\s*any\b|<any>/, instead: 'unknown and a check' },
  { what: /\benum\s+\w+\s*\{/, instead: 'a union of literals' },
  { what: /\bexport default\b/, instead: 'a named export' },
  { what: /\bJSON\.parse\(JSON\.stringify\b/, instead: 'structural sharing' },
];

describe('tidy.bans', () => {
  for (const ban of BANS) {
    it(`${ban.what.source} is banned: use ${ban.instead}`, () => {
      const faults = sources.filter(ban.where ?? ((): boolean => true)).flatMap((file) => codeOf(file).split('\n')
        .map((line, i) => ({ line, at: `${file}:${i + 1}` })).filter(({ line }) => ban.what.test(line)).map(({ at }) => `${at} use ${ban.instead}`));
      expect(faults).toEqual([]);
    });
  }
});

/** A ratchet: the longest file may only get shorter. */
const LONGEST_FILE = 400;

describe('tidy.files', () => {
  it('every file opens with what it is', () => {
    expect(sources.filter((file) => !/^(?:#!.*\n)?\/\*\*/.test(textOf(file)))).toEqual([]);
  });

  it(`no file is longer than ${LONGEST_FILE} lines`, () => {
    expect(sources.map((file) => ({ file, lines: textOf(file).split('\n').length })).filter(({ lines }) => lines > LONGEST_FILE)).toEqual([]);
  });

  it('files are named in kebab-case', () => {
    expect(sources.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  it('no line is longer than 220 characters', () => {
    const generated = 'src/api/schema/schema-table.ts';
    expect(sources.filter((file) => file !== generated).flatMap((file) => textOf(file).split('\n').map((line, i) => ({ at: `${file}:${i + 1}`, n: line.length })).filter(({ n }) => n > 220))).toEqual([]);
  });

  it('nothing is left half done', () => {
    expect(sources.filter((file) => /\b(?:TODO|FIXME|XXX)\b/.test(textOf(file)))).toEqual([]);
  });
});
