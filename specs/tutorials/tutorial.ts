/**
 * A tutorial's code blocks: its commands are run in order, in a folder of their own, and the outputs it shows are compared or rewritten.
 * A text block after `<!-- output -->` shows what the commands before it printed; after `<!-- output: first paragraph -->`, the part up to the first empty line.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';

const ROOT = join(import.meta.dirname, '../..');

export const tutorialPath = (name: string): string => join(ROOT, 'docs/tutorials', `${name}.md`);

export interface Ran {
  readonly command: string;
  readonly code: number;
  readonly out: string;
}

/** The time on the wall is no part of a run. */
const timeless = (text: string): string => text.replace(/ steps in \d+\.\d+s/g, ' steps in 0.5s').replace(/, \d+ schedules\/s, \d+ steps\/s/g, ', 100 schedules/s, 50000 steps/s');

const PREFIX = 'npx kubeloom ';

/** Words as a shell splits them; the tutorials quote nothing. `k1:...` stands for the token printed last. */
const argumentsOf = (command: string, ran: readonly Ran[]): readonly string[] => {
  const token = ran.toReversed().map(({ out }) => /\bk\d+:\S+/.exec(out)?.[0]).find((found) => found !== undefined);
  return command.slice(PREFIX.length).split(/\s+/).map((word) => (word === 'k1:...' ? token ?? word : word));
};

const runCommand = async (command: string, ran: readonly Ran[]): Promise<Ran> => {
  const out: string[] = [];
  const code = await main(argumentsOf(command, ran), { out: (text) => { out.push(text); }, err: () => {} });
  return { command, code, out: timeless(out.join('\n')) };
};

const BLOCK = /(?:<!-- (output)(: first paragraph)? -->\n)?```(\w+)\n([\s\S]*?)```/g;

export interface Tutorial {
  readonly written: string;
  /** As written, with every shown output as it is now. */
  readonly current: string;
  readonly ran: readonly Ran[];
  /** Lines of shell blocks that are no `npx kubeloom`. */
  readonly strange: readonly string[];
}

/** Runs a tutorial from its first block to its last. */
export const runTutorial = async (name: string): Promise<Tutorial> => {
  const written = readFileSync(tutorialPath(name), 'utf8');
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'kubeloom-tutorial-'));
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  process.chdir(folder);
  try {
    const ran: Ran[] = [];
    const strange: string[] = [];
    let current = '';
    let at = 0;
    for (const block of written.matchAll(BLOCK)) {
      const [whole, output, isPart, language, body = ''] = block;
      if (language === 'sh') {
        for (const line of body.trim().split('\n')) {
          if (line.startsWith(PREFIX)) ran.push(await runCommand(line, ran));
          else strange.push(line);
        }
      }
      const last = ran.at(-1)?.out ?? '';
      const shown = isPart === undefined ? last : last.split('\n\n')[0] as string;
      const text = output === undefined ? whole : `<!-- output${isPart ?? ''} -->\n\`\`\`text\n${shown.trimEnd()}\n\`\`\``;
      current += written.slice(at, block.index) + text;
      at = block.index + whole.length;
    }
    return { written, current: current + written.slice(at), ran, strange };
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
};
