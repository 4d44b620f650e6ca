/** The programs of docs/TESTING.md run as they stand. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const programs = [...readFileSync(join(ROOT, 'docs/TESTING.md'), 'utf8').matchAll(/## ([^\n]*)\n(?:(?!\n## )[\s\S])*?```ts\n([\s\S]*?)```/g)].map(([, title, program]) => ({ title, program: program as string }));

it('there are programs', () => {
  expect(programs.map(({ title }) => title)).toEqual(['A first property', 'A property of your own', 'A controller of your own', 'Schedules, for any world', 'kubectl against a reference model']);
});

it.each(programs)('$title', async ({ title, program }) => {
  const file = join(ROOT, '.kubeloom', `testing-${title?.replaceAll(/\W/g, '-')}.ts`);
  mkdirSync(join(ROOT, '.kubeloom'), { recursive: true });
  writeFileSync(file, program.replaceAll(/'kubeloom\/(\w+)'/g, "'../src/$1/index.ts'").replaceAll("'kubeloom'", "'../src/index.ts'"));
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    rmSync(file);
  }
});
