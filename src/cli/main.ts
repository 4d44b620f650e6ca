/** The command line: which commands there are, and how a refused one ends. */
import { Command } from 'commander';
import type { Console } from './console.ts';
import { processConsole } from './console.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { addExplore } from './explore-options.ts';
import { addReplay } from './replay-options.ts';
import { addRun } from './run-options.ts';
import { StoreWriteError } from './store/segment-store.ts';
import { addShrink } from './shrink-options.ts';
import { VERSION } from './version.ts';

/** Runs a command line without the program's name; answers its exit code. */
export const main = async (args: readonly string[], console: Console = processConsole): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.fine;
  const program = new Command('kubeloom').description('A deterministic, event-sourced simulation of a whole Kubernetes control plane.').version(VERSION)
    .exitOverride().configureOutput({ writeOut: (text) => console.out(text.trimEnd()), writeErr: (text) => console.err(text.trimEnd()) });
  addRun(program, console, (given) => { code = given; });
  addReplay(program, console, (given) => { code = given; });
  addExplore(program, console, (given) => { code = given; });
  addShrink(program, console, (given) => { code = given; });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof StoreWriteError) {
      console.err(thrown.message);
      return exitCodes.budget;
    }
    const { exitCode, code: name } = thrown as { readonly exitCode?: number; readonly code?: string };
    if (name?.startsWith('commander.') !== true) throw thrown;
    return exitCode === 0 ? exitCodes.fine : exitCodes.badInput;
  }
  return code;
};
