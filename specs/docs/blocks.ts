/**
 * The parts of the docs that are made from the code. A block is `<!-- kind: argument -->`, what was made, `<!-- /kind -->`:
 *
 *   statechart: <id>       the machine of that id, drawn
 *   upstream: <folder>     which upstream files each file of the folder models, from the files' own headers
 *   not-modelled: <folder> what each file says that it leaves out
 *   controllers: all       what each controller watches, its queues and its periodic work
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { statecharts } from '../../src/cluster/statecharts.ts';
import { defaultControllers } from '../../src/components/kube-controller-manager/kube-controller-manager-actor.ts';
import { drawStatechart } from '../../src/kernel/statechart-mermaid.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Page { readonly name: string; readonly file: string }

export const componentPages: readonly Page[] = readdirSync(join(ROOT, 'docs/components')).filter((name) => name.endsWith('.md')).sort()
  .map((name) => ({ name, file: join(ROOT, 'docs/components', name) }));

const BLOCK = /<!-- (statechart|upstream|not-modelled|controllers): (\S+) -->\n([\s\S]*?)<!-- \/\1 -->/g;
const MARK = /<!-- \/?(?:statechart|upstream|not-modelled|controllers)\b/g;

export interface Block { readonly kind: string; readonly argument: string }

export const blocksIn = (text: string): readonly Block[] => [...text.matchAll(BLOCK)].map(([, kind = '', argument = '']) => ({ kind, argument }));

/** Markers that belong to no whole block. */
export const strayMarks = (text: string): number => (text.match(MARK)?.length ?? 0) - blocksIn(text).length * 2;

interface Header { readonly file: string; readonly models: string | undefined; readonly notModelled: string | undefined }

const SECTION = /^(?:Models|Not modelled|Why[^:]*|Invariant|Ref|Source):/;

/** The lines of a section joined: up to the next section or an empty line. */
const sectionOf = (lines: readonly string[], name: string): string | undefined => {
  const at = lines.findIndex((line) => line.startsWith(`${name}:`));
  if (at < 0) return undefined;
  const rest = lines.slice(at + 1);
  const length = rest.findIndex((line) => line === '' || SECTION.test(line));
  return [(lines[at] as string).slice(name.length + 1), ...rest.slice(0, length < 0 ? rest.length : length)].join(' ').replace(/\s+/g, ' ').trim();
};

const headerOf = (file: string): Header => {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*?\s*/, '').trimEnd());
  return { file, models: sectionOf(lines, 'Models'), notModelled: sectionOf(lines, 'Not modelled') };
};

const headersIn = (folder: string): readonly Header[] => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts')).sort().map((name) => headerOf(join(folder, name)));

/** Text as Markdown shows it: no tags, no cells, no emphasis, outside code. */
const plain = (text: string): string => text.split('`').map((part, i) => (i % 2 === 1 ? part.replace(/\|/g, '\\|') : part.replace(/[<|*]/g, '\\$&'))).join('`');

/** A file as a link from the page, without the part of its path that the whole block shares. */
const linkTo = (page: Page, folder: string, file: string): string => `[\`${relative(folder, file)}\`](${relative(dirname(page.file), join(ROOT, file))})`;

const upstream = (page: Page, folder: string): string => {
  const rows = headersIn(folder).flatMap(({ file, models }) => (models === undefined ? [] : [`| ${linkTo(page, folder, file)} | ${plain(models)} |`]));
  return ['<details><summary>Upstream files, by file of ours</summary>', '', '| File | Models |', '|---|---|', ...rows, '', '</details>', ''].join('\n');
};

const notModelled = (page: Page, folder: string): string => {
  const items = headersIn(folder).flatMap(({ file, notModelled: left }) => (left === undefined ? [] : [`- ${linkTo(page, folder, file)}: ${plain(left)}`]));
  return `${(items.length === 0 ? ['Nothing is noted in the files.'] : items).join('\n')}\n`;
};

const controllers = (): string => {
  const list = (texts: readonly string[]): string => (texts.length === 0 ? '' : texts.map((text) => `\`${text}\``).join(', '));
  const rows = defaultControllers().map(({ name, informers, queues, periodic = [] }) => [
    `\`${name}\``,
    informers.length > 12 ? `${informers.length} resources` : list(informers.filter(({ handles }) => handles).map(({ resource }) => resource)),
    informers.length > 12 ? '' : list(informers.filter(({ handles }) => !handles).map(({ resource }) => resource)),
    queues.map((queue) => `\`${queue.name}\` ${queue.workers}`).join(', '),
    periodic.map(({ queue, everyMs }) => `\`${queue}\` every ${everyMs / 1000} s`).join(', '),
  ]);
  return ['| Controller | Is told of | Only lists from | Queues and workers | Periodic |', '|---|---|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`), ''].join('\n');
};

export const drawings: ReadonlyMap<string, string> = new Map(statecharts.map(({ chart }) => [chart.id, `\`\`\`mermaid\n${drawStatechart(chart)}\`\`\`\n`]));

const made = (page: Page, kind: string, argument: string): string | undefined => {
  switch (kind) {
    case 'statechart': return drawings.get(argument);
    case 'upstream': return upstream(page, argument);
    case 'not-modelled': return notModelled(page, argument);
    default: return controllers();
  }
};

/** The page with every block made anew; one that names an unknown statechart stays as it is. */
export const remade = (page: Page, text: string): string => text.replace(BLOCK, (block, kind: string, argument: string) => {
  const content = made(page, kind, argument);
  return content === undefined ? block : `<!-- ${kind}: ${argument} -->\n${content}<!-- /${kind} -->`;
});
