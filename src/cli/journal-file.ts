/** Journals on disk: JSON Lines, compressed when the name ends in `.gz`. Synchronous: a run is one long computation. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export interface JournalFile {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/** Lines are written in batches of about this many characters; each compressed batch is a gzip member of its own, so a torn file loses one batch. */
const BATCH = 1 << 20;

const isCompressed = (path: string): boolean => path.endsWith('.gz');

export const createJournalFile = (path: string): JournalFile => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  let lines: string[] = [];
  let size = 0;
  const flush = (): void => {
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    writeSync(file, isCompressed(path) ? gzipSync(text, { level: 1 }) : Buffer.from(text));
    lines = [];
    size = 0;
  };
  return {
    write: (line) => {
      lines.push(line);
      size += line.length + 1;
      if (size >= BATCH) flush();
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
};

/** The text of a journal; of a torn compressed one, what can still be read. */
export const readJournalText = (path: string): string => {
  const bytes = readFileSync(path);
  return isCompressed(path) ? gunzipSync(bytes, { finishFlush: 2 }).toString('utf8') : bytes.toString('utf8');
};

export const isJournalFile = (path: string): boolean => existsSync(path);
