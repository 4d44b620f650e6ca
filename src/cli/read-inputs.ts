/** Reads the files that a command names: files, folders (their YAML and JSON files, sorted), and `-` for standard input. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../base/order.ts';
import type { InputProblem } from '../scenario/manifests/input-problem.ts';
import type { SourceFile } from '../scenario/manifests/yaml-documents.ts';

const MANIFEST = /\.(?:ya?ml|json)$/;

const problem = (file: string, message: string): InputProblem => ({ file, message });

const reasonOf = (thrown: unknown): string => {
  const { code } = thrown as { readonly code?: string };
  return code === 'ENOENT' ? 'Expected a file or folder. Instead, found nothing by that name.' : `Expected a readable file. Instead, reading failed: ${code ?? String(thrown)}.`;
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => MANIFEST.test(name)).sort(compareStrings).map((name) => join(folder, name));

const readOne = (name: string): readonly SourceFile[] => {
  if (name === '-') return [{ file: '(standard input)', text: readFileSync(0, 'utf8') }];
  if (!statSync(name).isDirectory()) return [{ file: name, text: readFileSync(name, 'utf8') }];
  return filesIn(name).map((file) => ({ file, text: readFileSync(file, 'utf8') }));
};

/** Every file, in the order of the arguments; or a problem for every argument that cannot be read. */
export const readInputs = (names: readonly string[]): Either<readonly InputProblem[], readonly SourceFile[]> => {
  const problems: InputProblem[] = [];
  const files: SourceFile[] = [];
  for (const name of names) {
    try {
      const read = readOne(name);
      if (read.length === 0) problems.push(problem(name, 'Expected a folder with .yaml, .yml or .json files. Instead, found none in it.'));
      files.push(...read);
    } catch (thrown) {
      problems.push(problem(name, reasonOf(thrown)));
    }
  }
  return problems.length > 0 ? left(problems) : right(files);
};
