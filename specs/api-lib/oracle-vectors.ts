/** Reads the recorded answers of upstream's libraries, where they are present beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Vector<I, E> {
  readonly input: I;
  readonly expected: E & { readonly err?: string };
}

/** Undefined where the recordings are absent: the spec then skips, and says so. */
export const readVectors = <I, E>(name: string): readonly Vector<I, E>[] | undefined => {
  const path = fileURLToPath(new URL(`../../../shared/oracle/lib/${name}.jsonl`, import.meta.url));
  if (!existsSync(path)) {
    console.warn(`Skipped: the oracle's ${name}.jsonl is not beside the project.`);
    return undefined;
  }
  return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Vector<I, E>);
};
