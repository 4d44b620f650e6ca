/** Reads a journal back: refuses other formats and edited records, and cuts a torn tail at the last whole record. */
import { isLeft, left, right, toUnion, tryCatch } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { printDigest } from '../base/digest.ts';
import type { Digest } from '../base/digest.ts';
import { headerDigest, journalFormat, journalFormatVersion } from './journal.ts';
import type { Journal, JournalCut, JournalHeader } from './journal.ts';
import { digestRecord } from './journal-record.ts';
import type { JournalRecord } from './journal-record.ts';

/** `line` is counted from 1. */
export type JournalProblem =
  /** No header that names this format. */
  | { readonly kind: 'not-a-journal'; readonly line: number; readonly message: string }
  | { readonly kind: 'other-version'; readonly line: number; readonly found: unknown; readonly message: string }
  /** A line in the middle that is no record. */
  | { readonly kind: 'damaged'; readonly line: number; readonly message: string }
  /** A record that is not what was written: its digest disagrees. */
  | { readonly kind: 'edited'; readonly line: number; readonly step: number; readonly message: string };

const parsed = (line: string): unknown => toUnion(tryCatch(() => JSON.parse(line) as unknown, () => undefined));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const readHeader = (line: string): Either<JournalProblem, JournalHeader> => {
  const value = parsed(line);
  if (!isRecord(value) || value['format'] !== journalFormat) {
    return left({ kind: 'not-a-journal', line: 1, message: `expected a header with format "${journalFormat}", found ${line.slice(0, 80)}` });
  }
  const found = value['formatVersion'];
  if (found !== journalFormatVersion) {
    const message = `expected a journal of format version ${journalFormatVersion}, found version ${String(found)}, written by Kubeloom ${String(value['version'])}; this version cannot read it`;
    return left({ kind: 'other-version', line: 1, found, message });
  }
  return typeof value['configDigest'] === 'string' && typeof value['startMs'] === 'number'
    ? right(value as unknown as JournalHeader)
    : left({ kind: 'not-a-journal', line: 1, message: 'expected a header with configDigest and startMs' });
};

const isEffect = (value: unknown): boolean => isRecord(value)
  && (value['kind'] !== 'send' || (typeof value['to'] === 'string' && typeof value['channel'] === 'string' && typeof value['bodyHash'] === 'number'));

const isInput = (value: unknown): boolean => {
  if (!isRecord(value)) return value === undefined;
  switch (value['kind']) {
    case 'start': return typeof value['durableHash'] === 'number';
    case 'message': return true;
    case 'timer': return true;
    case 'disconnected': return true;
    default: return false;
  }
};

/** Whether the digest of it can be taken. */
const isJournalRecord = (value: unknown): value is JournalRecord =>
  isRecord(value) && typeof value['i'] === 'number' && typeof value['t'] === 'number' && isRecord(value['step'])
  && ['string', 'undefined'].includes(typeof value['actor']) && isInput(value['input'])
  && Array.isArray(value['effects']) && value['effects'].every(isEffect) && typeof value['cause'] === 'number' && typeof value['digest'] === 'string';

const edited = (line: number, record: JournalRecord, expected: string): JournalProblem => ({
  kind: 'edited', line, step: record.i, message: `step ${record.i} was changed after it was written: its digest should be ${expected}, and it says ${record.digest}`,
});

interface Reading {
  readonly records: JournalRecord[];
  digest: Digest;
  /** A line that is no JSON: torn if it is the last and has no line feed, damage otherwise. */
  torn: JournalCut | undefined;
}

const damaged = (torn: JournalCut): JournalProblem => ({ kind: 'damaged', line: torn.line, message: `expected a whole record, found ${torn.message}` });

const readLine = (reading: Reading, line: string, number: number): JournalProblem | undefined => {
  if (reading.torn !== undefined) return damaged(reading.torn);
  const value = parsed(line);
  if (value !== undefined && !isJournalRecord(value)) return { kind: 'damaged', line: number, message: `expected a record, found ${line.slice(0, 60)}` };
  if (value === undefined) {
    reading.torn = { line: number, message: `${line.length} characters that are no whole record: ${line.slice(0, 60)}` };
    return undefined;
  }
  const digest = digestRecord(reading.digest, value);
  if (printDigest(digest) !== value.digest) return edited(number, value, printDigest(digest));
  reading.digest = digest;
  reading.records.push(value);
  return undefined;
};

const noHeader: JournalProblem = { kind: 'not-a-journal', line: 1, message: 'expected a header, found nothing' };

/** Lines without their line feeds; empty ones are passed over. `endsWhole`: a line feed follows the last, so that it cannot be torn. */
export const readJournalLines = (lines: Iterable<string>, endsWhole = false): Either<JournalProblem, Journal> => {
  let header: JournalHeader | undefined;
  let reading: Reading | undefined;
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line === '') continue;
    if (header === undefined || reading === undefined) {
      const read = readHeader(line);
      if (isLeft(read)) return read;
      header = read.right;
      reading = { records: [], digest: headerDigest(header), torn: undefined };
      continue;
    }
    const problem = readLine(reading, line, number);
    if (problem !== undefined) return left(problem);
  }
  if (header === undefined || reading === undefined) return left(noHeader);
  if (endsWhole && reading.torn !== undefined) return left(damaged(reading.torn));
  return right({ header, records: reading.records, digest: printDigest(reading.digest), cut: reading.torn });
};

export const readJournal = (text: string): Either<JournalProblem, Journal> => readJournalLines(text.split('\n'), text.endsWith('\n'));
