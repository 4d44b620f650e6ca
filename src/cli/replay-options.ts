/** The options of `kubeloom replay`. */
import type { Command } from 'commander';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-codes.ts';
import { count, output, repeated } from './option-parsers.ts';

interface ReplayOptions {
  readonly to?: number;
  readonly revision?: number;
  readonly verify?: true;
  readonly trace?: true;
  readonly variant?: readonly string[];
  readonly seed?: string;
  readonly output: 'table' | 'json' | 'wide';
}

export const addReplay = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('replay').description('Replay a journal, a saved failure, or the run that a token names, and compare every digest.')
    .argument('<journal-or-token>', 'the path of a journal or of a saved failure, or a token (k1:...)')
    .argument('[file...]', 'for a token of a scenario that was not run here: the files that it came from')
    .option('--to <step>', 'stop after this step', count('a step', 0))
    .option('--revision <revision>', 'show the store as it was at this revision', count('a revision', 1))
    .option('--verify', 'say that every digest agreed')
    .option('--trace', 'print a line for every step')
    .option('--variant <id>', 'with files: the variant of a component that they were explored with; may be given again', repeated)
    .option('--seed <seed>', 'with files: the seed that they were run or explored with (default: "1")')
    .addOption(output())
    .action(async (what: string, files: string[], options: ReplayOptions) => {
      const { replayCommand } = await import('./commands/replay.ts');
      done(replayCommand(console, what, {
        toStep: options.to, revision: options.revision, verify: options.verify === true, trace: options.trace === true, output: options.output,
        source: { files, variants: options.variant, seed: options.seed },
      }));
    });
};
