/** What the docs show of the code is what the code says now. `npm run specs:rewrite` makes it anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksIn, componentPages, remade, ROOT, strayMarks } from './blocks.ts';

const textOf = (file: string): string => readFileSync(file, 'utf8');

if (process.env['KUBELOOM_REWRITE'] === '1') {
  for (const page of componentPages) {
    const text = textOf(page.file);
    const current = remade(page, text);
    if (current !== text) writeFileSync(page.file, current);
  }
}

describe('docs.generated', () => {
  it.each(componentPages)('$name is current (if not: npm run specs:rewrite)', (page) => {
    const text = textOf(page.file);
    expect(text).toBe(remade(page, text));
  });

  it.each(componentPages)('$name has whole blocks only', ({ file }) => {
    expect(strayMarks(textOf(file))).toBe(0);
  });

  it('every component has a page that says what it models, and every controller a part of one', () => {
    const foldersOf = (folder: string): readonly string[] =>
      readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`);
    const manager = 'src/components/kube-controller-manager';
    const folders = [...foldersOf('src/components').filter((folder) => folder !== manager), ...foldersOf(manager)];
    const shown = new Set(componentPages.flatMap(({ file }) => blocksIn(textOf(file))).filter(({ kind }) => kind === 'upstream').map(({ argument }) => argument));
    expect(folders.filter((folder) => !shown.has(folder))).toEqual([]);
  });
});
