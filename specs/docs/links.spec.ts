/** What the docs point at is there: every relative link, with its heading, and every path of the repository that is written as code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const below = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join(folder, name)).sort();

const pages = [...below('docs'), ...(existsSync(join(ROOT, 'README.md')) ? ['README.md'] : [])];

const withoutBlocks = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');
const textOf = (page: string): string => withoutBlocks(readFileSync(join(ROOT, page), 'utf8'));

/** As GitHub makes a heading's anchor. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-');
const anchorsOf = (file: string): readonly string[] => [...withoutBlocks(readFileSync(file, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf((heading as string).trim()));

const linksOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string).filter((target) => !/^[a-z]+:/.test(target));

/** Whether the target exists and, when it names a heading of a page, has it. */
const resolves = (page: string, target: string): boolean => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(file).includes(anchor);
};

/** `src/a/{b,c}.ts` means two files. */
const expand = (path: string): readonly string[] => {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(path);
  return match === null ? [path] : (match[2] as string).split(',').flatMap((choice) => expand(`${match[1]}${choice.trim()}${match[3]}`));
};

/** Paths that begin at the top of the repository; one with a placeholder or a wildcard counts up to there. */
const pathsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/(?<![\w/.-])(?:src|specs|property-tests|docs|examples)\/[\w./{},<>*-]*[\w/}>*]/g)]
    .flatMap(([path]) => expand(path)).map((path) => path.replace(/[^/]*[<*].*$/, ''));

describe('docs.links', () => {
  it.each(pages)('%s: every relative link resolves', (page) => {
    expect(linksOf(page).filter((target) => !resolves(page, target))).toEqual([]);
  });

  it.each(pages)('%s: every path named exists', (page) => {
    expect(pathsOf(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('every page of docs can be reached by links from ARCHITECTURE.md', () => {
    const found = new Set(['docs/ARCHITECTURE.md']);
    for (const page of found) {
      for (const target of linksOf(page).map((link) => relative(ROOT, resolve(ROOT, dirname(page), link.split('#')[0] as string)))) if (pages.includes(target)) found.add(target);
    }
    const others = pages.filter((page) => /^docs\/(?:components|decisions)\//.test(page) || /^docs\/[A-Z]+\.md$/.test(page));
    expect(others.filter((page) => !found.has(page))).toEqual([]);
  });
});
