/** The options of `kubeloom run`. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { isLeft } from 'fp-ts/lib/Either.js';
import { HOUR_MS } from '../api/time.ts';
import type { Console } from './console.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { count, duration, output } from './option-parsers.ts';
import type { Strategy } from './strategy-names.ts';
import { strategies } from './strategy-names.ts';

const DEFAULT_JOURNAL = '.kubeloom/journal.jsonl.gz';

interface RunOptions {
  readonly nodes?: number;
  readonly apiservers?: number;
  readonly as?: string;
  readonly asGroup: readonly string[];
  readonly seed: string;
  readonly strategy: Strategy;
  readonly until: string;
  readonly budget?: number;
  readonly maxSteps: number;
  readonly journal: string | false;
  readonly data?: string;
  readonly output: 'table' | 'json' | 'wide';
  readonly skipUnknown?: true;
  readonly namespace?: string;
  readonly explain?: true;
}

export const addRun = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('run').description('Run manifests on a simulated cluster until everything stands at its desired state.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .option('--nodes <n>', 'how many nodes the cluster has (default: 3)', count('a number of nodes', 1))
    .option('--apiservers <n>', 'how many replicas of kube-apiserver (default: 1)', count('a number of API servers', 1))
    .option('--as <user>', "whose kubeconfig kubectl uses (default: the administrator's)")
    .option('--as-group <group...>', 'the groups of that user', [])
    .option('--seed <seed>', 'any text; all randomness comes from it', '1')
    .addOption(new Option('--strategy <name>', 'who decides what happens next').choices([...strategies]).default('timed'))
    .option('--until <condition>', 'settled, a duration after the cluster is up, or such as deployment/web=Available', 'settled')
    .option('--budget <duration>', 'simulated time at most, such as 90s or 2h (default: 1h)', duration)
    .option('--max-steps <n>', 'steps at most', count('a number of steps', 1), 200_000_000)
    .option('--journal <file>', 'where the journal goes; compressed when it ends in .gz', DEFAULT_JOURNAL)
    .option('--no-journal', 'write no journal')
    .option('--data <folder>', "keep etcd's revision log there, and go on from what it holds")
    .option('-n, --namespace <name>', 'the namespace of objects that name none')
    .option('--skip-unknown', 'leave out objects whose kind the cluster does not serve')
    .option('--explain', 'print, step by step, who said what to whom')
    .addOption(output())
    .action(async (files: string[], options: RunOptions) => {
      const [{ parseUntil }, { runCommand }] = await Promise.all([import('../scenario/until.ts'), import('./commands/run.ts')]);
      const until = parseUntil(options.until, options.namespace ?? 'default');
      if (isLeft(until)) return program.error(`error: option '--until <condition>' is invalid. ${until.left}`, { exitCode: exitCodes.badInput, code: 'commander.invalidArgument' });
      return done(runCommand(console, files, {
        nodes: options.nodes, apiservers: options.apiservers, user: options.as, groups: options.asGroup, seed: options.seed, strategy: options.strategy,
        until: until.right, maxMs: options.budget ?? HOUR_MS, maxSteps: options.maxSteps,
        journal: options.journal === false ? undefined : options.journal, data: options.data, output: options.output,
        skipUnknown: options.skipUnknown === true, namespace: options.namespace, explain: options.explain === true,
      }));
    });
};
