/** Where a command writes: data to standard output, what a person should know besides to standard error. */
import { formatProblem } from '../scenario/manifests/input-problem.ts';
import type { InputProblem } from '../scenario/manifests/input-problem.ts';

export interface Console {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export const processConsole: Console = {
  out: (text) => { process.stdout.write(`${text}\n`); },
  err: (text) => { process.stderr.write(`${text}\n`); },
};

/** Every problem, then how many there are, and that nothing was done. */
export const sayProblems = (console: Console, problems: readonly InputProblem[]): void => {
  for (const problem of problems) console.err(formatProblem(problem));
  console.err(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the input; nothing was run.`);
};
