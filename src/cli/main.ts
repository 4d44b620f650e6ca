/** The command line's commands and options. Models: the contract in docs; https://github.com/tj/commander.js */
import { Command, InvalidArgumentError, Option } from 'commander';
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from '../api/cron-duration.ts';
import { HOUR_MS } from '../api/time.ts';
import { traceLine } from '../kernel/index.ts';
import { describe } from '../protocol/describe.ts';
import { parseUntil } from '../scenario/until.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommand } from './commands/run.ts';
import type { Console } from './console.ts';
import { processConsole } from './console.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Strategy } from './strategies.ts';
import { strategies } from './strategies.ts';
import { VERSION } from './version.ts';

const refuse = (expected: string, received: string): never => {
  throw new InvalidArgumentError(`Expected ${expected}. Instead, received "${received}".`);
};

const count = (what: string, least: number) => (text: string): number => {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= least ? value : refuse(`${what}, a whole number from ${least} on`, text);
};

const duration = (text: string): number => {
  const ms = parseGoDuration(text);
  return isLeft(ms) ? refuse('a duration such as 90s or 1h30m', text) : ms.right;
};

const DEFAULT_JOURNAL = '.kubeloom/journal.jsonl.gz';

const output = (): Option => new Option('-o, --output <format>', 'how to print the result').choices(['table', 'json', 'wide']).default('table');

interface RunOptions {
  readonly nodes?: number;
  readonly seed: string;
  readonly strategy: Strategy;
  readonly until: string;
  readonly budget: number;
  readonly maxSteps: number;
  readonly journal: string | false;
  readonly data?: string;
  readonly output: 'table' | 'json' | 'wide';
  readonly skipUnknown?: true;
  readonly namespace?: string;
  readonly explain?: true;
}

interface ReplayOptions {
  readonly to?: number;
  readonly revision?: number;
  readonly verify?: true;
  readonly trace?: true;
  readonly output: 'table' | 'json' | 'wide';
}

const addRun = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('run').description('Run manifests on a simulated cluster until everything stands at its desired state.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .option('--nodes <n>', 'how many nodes the cluster has (default: 3)', count('a number of nodes', 1))
    .option('--seed <seed>', 'any text; all randomness comes from it', '1')
    .addOption(new Option('--strategy <name>', 'who decides what happens next').choices([...strategies]).default('timed'))
    .option('--until <condition>', 'settled, a duration after the cluster is up, or KIND/NAME=CONDITION such as deployment/web=Available', 'settled')
    .option('--budget <duration>', 'simulated time at most', duration, HOUR_MS)
    .option('--max-steps <n>', 'steps at most', count('a number of steps', 1), 200_000_000)
    .option('--journal <file>', 'where the journal goes; compressed when it ends in .gz', DEFAULT_JOURNAL)
    .option('--no-journal', 'write no journal')
    .option('--data <folder>', "keep etcd's revision log there, and go on from what it holds")
    .option('-n, --namespace <name>', 'the namespace of objects that name none')
    .option('--skip-unknown', 'leave out objects whose kind the cluster does not serve')
    .option('--explain', 'print, step by step, who said what to whom')
    .addOption(output())
    .action((files: string[], options: RunOptions) => {
      const until = parseUntil(options.until, options.namespace ?? 'default');
      if (isLeft(until)) return program.error(`error: option '--until <condition>' is invalid. ${until.left}`, { exitCode: exitCodes.badInput, code: 'commander.invalidArgument' });
      return done(runCommand(console, files, {
        nodes: options.nodes, seed: options.seed, strategy: options.strategy, until: until.right, maxMs: options.budget, maxSteps: options.maxSteps,
        journal: options.journal === false ? undefined : options.journal, data: options.data, output: options.output,
        skipUnknown: options.skipUnknown === true, namespace: options.namespace, explain: options.explain === true,
      }));
    });
};

const addReplay = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
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

/** Runs a command line without the program's name; answers its exit code. */
export const main = async (args: readonly string[], console: Console = processConsole): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.fine;
  const program = new Command('kubeloom').description('A deterministic, event-sourced simulation of a whole Kubernetes control plane.').version(VERSION)
    .exitOverride().configureOutput({ writeOut: (text) => console.out(text.trimEnd()), writeErr: (text) => console.err(text.trimEnd()) });
  addRun(program, console, (given) => { code = given; });
  addReplay(program, console, (given) => { code = given; });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    const { exitCode, code: name } = thrown as { readonly exitCode?: number; readonly code?: string };
    if (name?.startsWith('commander.') !== true) throw thrown;
    return exitCode === 0 ? exitCodes.fine : exitCodes.badInput;
  }
  return code;
};
