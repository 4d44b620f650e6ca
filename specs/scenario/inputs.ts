/** Helpers of these specs: input texts by file name, read as `kubeloom run` reads them. */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { formatProblem } from '../../src/scenario/manifests/input-problem.ts';
import { readScenario } from '../../src/scenario/read-scenario.ts';
import type { ScenarioInput } from '../../src/scenario/read-scenario.ts';
import type { ReadFiles } from '../../src/scenario/scenario-file/references.ts';
import type { ScenarioOptions } from '../../src/scenario/scenario-file/scenario-document.ts';

export type Files = Readonly<Record<string, string>>;

type Options = Partial<Omit<ScenarioOptions, 'readFiles'>>;

/** Files beside those on the command line. */
const fakeDisk = (files: Files): ReadFiles => (paths) => {
  const missing = paths.filter((path) => files[path] === undefined);
  return missing.length > 0
    ? left(missing.map((file) => ({ file, message: 'Expected a file or folder. Instead, found nothing by that name.' })))
    : right(paths.map((file) => ({ file, text: files[file] as string })));
};

const read = (text: string | Files, options: Options, disk: Files): ReturnType<typeof readScenario> => {
  const files = typeof text === 'string' ? { 'in.yaml': text } : text;
  return readScenario(Object.entries(files).map(([file, content]) => ({ file, text: content })), { skipUnknown: false, readFiles: fakeDisk(disk), ...options });
};

/** Every problem as a person sees it: `where: message`, on one line. */
export const problemsOf = (text: string | Files, options: Options = {}, disk: Files = {}): readonly string[] => {
  const result = read(text, options, disk);
  return isLeft(result) ? result.left.map((problem) => formatProblem(problem).replace('\n  ', ': ')) : [];
};

/** What is to be run; throws when the input is refused. */
export const accepted = (text: string | Files, options: Options = {}, disk: Files = {}): ScenarioInput => {
  const result = read(text, options, disk);
  if (isLeft(result)) throw new Error(result.left.map(formatProblem).join('\n'));
  return result.right;
};
