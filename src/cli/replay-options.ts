/** The options of `kubeloom replay`. */
import type { Command } from 'commander';
import { traceLine } from '../kernel/index.ts';
import { describe } from '../protocol/describe.ts';
import { replayCommand } from './commands/replay.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-codes.ts';
import { count, output } from './option-parsers.ts';

interface ReplayOptions {
  readonly to?: number;
  readonly revision?: number;
  readonly verify?: true;
  readonly trace?: true;
  readonly output: 'table' | 'json' | 'wide';
}

export const addReplay = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('replay').description('Replay a journal, or the run that a token names, and compare every digest.')
    .argument('<journal-or-token>', 'the path of a journal, or a token (k1:...)')
    .option('--to <step>', 'stop after this step', count('a step', 0))
    .option('--revision <revision>', 'show the store as it was at this revision', count('a revision', 1))
    .option('--verify', 'say that every digest agreed')
    .option('--trace', 'print a line for every step')
    .addOption(output())
    .action((what: string, options: ReplayOptions) => done(replayCommand(console, what, {
      toStep: options.to, revision: options.revision, verify: options.verify === true, trace: options.trace === true, output: options.output,
    }, (record, startMs) => { if (options.trace === true) console.out(traceLine(record, startMs, describe)); })));
};
