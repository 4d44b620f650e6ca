/** The table of all shipped properties in `docs/PROPERTIES.md`, made from the properties themselves and from the canaries that they have to catch. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { canaries, moreCanaries } from '../../property-tests/properties/canaries.ts';
import type { Canary } from '../../property-tests/properties/canaries.ts';
import type { Property } from '../../src/properties/index.ts';
import { allProperties } from '../../src/testing/all-properties.ts';
import { ROOT } from './blocks.ts';

export const PAGE = join(ROOT, 'docs/PROPERTIES.md');

const BLOCK = /<!-- properties: all -->\n([\s\S]*?)<!-- \/properties -->/;

const files: ReadonlyMap<string, string> = new Map(['src/properties', 'src/testing'].flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts')).flatMap((name) => {
    const file = join(folder, name);
    return [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^ {2}id: '([^']+)'/gm)].map(([, id = '']): readonly [string, string] => [id, file]);
  })));

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/</g, '\\<');

const ISSUE = /^https:\/\/github\.com\/kubernetes\/kubernetes\/issues\/(\d+)$/;
const sourceOf = (source: string): string => {
  const issue = ISSUE.exec(source);
  return issue === null ? cell(source) : `[#${issue[1] ?? ''}](${source})`;
};

const caughtBy = ({ variant, search, options }: Canary): string => {
  if (search === undefined) return `\`${variant}\`${options?.slow === undefined ? '' : ` (\`${options.slow.channel}\` slow)`}`;
  return `\`${variant}\` (${[search.strategy, ...search.faults.map(({ kind }) => kind)].join(', ')})`;
};

const canariesOf = ({ id, kind }: Property): string => {
  const mine = [...canaries, ...moreCanaries].filter(({ property }) => property === id);
  if (kind === 'sometimes') return 'a campaign that never sees it fails';
  return mine.map(caughtBy).join(', ');
};

const assumed = ({ assumes = [], stillBroken }: Property): string => [
  ...assumes.map(cell),
  ...(stillBroken === undefined ? [] : [`**upstream is still broken here, and so is the default** (${sourceOf(stillBroken.issue)}); remedy: \`${stillBroken.remedy}\``]),
].join('; ');

const row = (property: Property): string => {
  const { id, kind, statement, source } = property;
  const file = files.get(id) ?? '';
  return `| [\`${id}\`](../${relative('', file)}) | ${kind} | ${cell(statement)} | ${assumed(property)} | ${sourceOf(source)} | ${canariesOf(property)} |`;
};

const table = (): string => ['| Id | Kind | Statement | Assumptions | Source | Has to catch |', '|---|---|---|---|---|---|', ...allProperties.map(row), ''].join('\n');

/** The page with its table made anew. */
export const remadePage = (text: string): string => text.replace(BLOCK, () => `<!-- properties: all -->\n${table()}<!-- /properties -->`);

export const hasTable = (text: string): boolean => BLOCK.test(text);

/** Ids whose file is not found. */
export const fileless = (): readonly string[] => allProperties.map(({ id }) => id).filter((id) => !files.has(id));
