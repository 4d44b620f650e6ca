/** The options of `kubeloom shrink`. */
import type { Command } from 'commander';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_SHRINK } from './explore/explore-flags.ts';
import { count, output } from './option-parsers.ts';

interface ShrinkOptions {
  readonly maxRuns: number;
  readonly maxSteps: number;
  readonly keep?: string;
  readonly output: 'table' | 'json' | 'wide';
}

export const addShrink = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('shrink').description('Make a failing run as small as it goes: the scenario, the faults, the schedule.')
    .argument('<failure-or-token>', 'a saved failure (.kubeloom/failures/*.json), or a token (k1:...)')
    .option('--keep <folder>', 'write what is left there as a regression test, such as to property-tests/corpus')
    .option('--max-runs <n>', 'candidate runs at most', count('a number of runs', 1), DEFAULT_SHRINK.maxRuns)
    .option('--max-steps <n>', 'steps of all candidates together at most', count('a number of steps', 1), DEFAULT_SHRINK.maxSteps)
    .addOption(output())
    .action(async (what: string, options: ShrinkOptions) => {
      const { shrinkCommand } = await import('./commands/shrink.ts');
      done(shrinkCommand(console, what, { maxRuns: options.maxRuns, maxSteps: options.maxSteps, tries: DEFAULT_SHRINK.tries, keep: options.keep, output: options.output }));
    });
};
