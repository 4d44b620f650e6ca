/** The README's code runs: its commands in this process in an empty folder, its program as it stands. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

const blocks = (language: string): string[] => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] as string);

const folder = mkdtempSync(join(tmpdir(), 'kubeloom-readme-'));
const before = process.cwd();
cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
process.chdir(folder);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

describe('the README', () => {
  const commands = blocks('sh').flatMap((block) => block.split('\n')).filter((line) => line.startsWith('npx kubeloom '));

  it('shows commands', () => {
    expect(commands.length).toBeGreaterThanOrEqual(8);
  });

  for (const command of commands) {
    it(command, async () => {
      const said: string[] = [];
      const code = await main(command.split(' ').slice(2), { out: (text) => said.push(text), err: (text) => said.push(text) });
      expect(code, said.join('\n')).toBe(0);
      expect(said.join('\n')).not.toBe('');
    });
  }

  it('names the two commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    expect(blocks('sh').join('\n')).toContain('npm ci && npm start');
    expect(blocks('sh').join('\n')).toContain('npm ci && npm test');
    expect(scripts['start']).toContain('run examples/shop');
    expect(scripts['test']).toContain('vitest run');
  });

  it('has a property that holds', async () => {
    const [program] = blocks('ts') as [string];
    const file = join(ROOT, '.kubeloom', 'readme-program.ts');
    mkdirSync(join(ROOT, '.kubeloom'), { recursive: true });
    writeFileSync(file, program.replaceAll(/'kubeloom\/(\w+)'/g, "'../src/$1/index.ts'"));
    try {
      await import(/* @vite-ignore */ file);
    } finally {
      rmSync(file);
    }
  });
});
