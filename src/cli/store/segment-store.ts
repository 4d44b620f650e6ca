/**
 * An append-only log of JSON records on disk: a folder of checksummed segments, opened to the last whole record.
 * Models: etcd server/storage/wal/wal.go (Open, ReadAll, cut), repair.go
 * Not modelled: dropping segments that a checkpoint has made needless; a lock against a second process.
 */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../../base/order.ts';
import { encodeFrame } from '../../log/frame.ts';
import { encodeSegmentHead, readSegment, SEGMENT_FORMAT_VERSION, SEGMENT_HEAD_BYTES } from '../../log/segment.ts';
import type { SegmentProblem } from '../../log/segment.ts';

export interface SegmentStoreOptions {
  /** A segment is closed once it holds this many bytes. Default 64 MiB, as in etcd. */
  readonly segmentBytes?: number;
  /** Records are forced to disk after so many. Default 1: each; Infinity: only on `sync` and `close`. */
  readonly syncEvery?: number;
}

/** What a write that was cut short had left behind, and opening has removed. */
export interface Cut {
  readonly file: string;
  /** Where the file ends now; 0: the file was removed. */
  readonly offset: number;
  /** How many bytes were cut off. */
  readonly bytes: number;
}

/** Why a folder cannot be opened; nothing in it was changed. */
export interface StoreRefusal {
  readonly kind: 'damaged' | 'other-version' | 'not-a-segment' | 'missing' | 'not-json';
  readonly file: string;
  readonly offset: number;
  readonly message: string;
}

/** A record could not be written: the disk is full, or gone. What was written before it is whole, and the folder can be opened again. */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError';
}

export interface SegmentStore {
  /** Written when this returns; on disk for certain once `syncEvery` records were written. Throws StoreWriteError, and then at every call: it takes no more. */
  readonly append: (record: unknown) => void;
  readonly sync: () => void;
  readonly close: () => void;
}

export interface OpenedStore {
  readonly records: readonly unknown[];
  readonly cut: Cut | undefined;
  readonly store: SegmentStore;
}

const SUFFIX = '.seg';
const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
const fileName = (first: number): string => `${String(first).padStart(16, '0')}${SUFFIX}`;

const refuse = (kind: StoreRefusal['kind'], file: string, offset: number, message: string): Either<StoreRefusal, never> =>
  left({ kind, file, offset, message: `${file}: offset ${offset}: ${message}` });

/** Where the last whole record of the last segment ends. */
interface Position {
  readonly file: string;
  readonly next: number;
  readonly chain: number;
  readonly bytes: number;
}

interface Read {
  readonly records: unknown[];
  readonly position: Position | undefined;
  readonly cut: Cut | undefined;
}

const problemOf = (file: string, problem: Exclude<SegmentProblem, { readonly kind: 'no-head' }>): Either<StoreRefusal, never> => {
  switch (problem.kind) {
    case 'not-a-segment': return refuse('not-a-segment', file, problem.offset, 'this is no segment of a Kubeloom log.');
    case 'other-version':
      return refuse('other-version', file, problem.offset, `expected format version ${SEGMENT_FORMAT_VERSION}. Instead, found version ${problem.version}.`);
    case 'damaged': return refuse('damaged', file, problem.offset, `${problem.what} does not match its checksum: it was changed after it was written.`);
    default: {
      const never: never = problem;
      return never;
    }
  }
};

/** Reads one more segment onto what was read before it. Only the last may end in a write that was cut short. */
const readOnto = (before: Read, file: string, isLast: boolean): Either<StoreRefusal, Read> => {
  const bytes = readFileSync(file);
  const read = readSegment(bytes);
  if (read.kind === 'no-head') {
    if (!isLast) return refuse('damaged', file, bytes.length, 'the segment ends within its head, and another one follows it.');
    return right({ ...before, cut: { file, offset: 0, bytes: bytes.length } });
  }
  if (read.kind !== 'segment') return problemOf(file, read);
  const { head, payloads, chain, end } = read.segment;
  const expected = before.position ?? { next: 0, chain: 0 };
  if (head.first !== expected.next || head.chain !== expected.chain) {
    return refuse('missing', file, 0, `expected record ${expected.next} to come first. Instead, found record ${head.first}: a segment before it is missing or shortened.`);
  }
  if (end < bytes.length && !isLast) return refuse('damaged', file, end, 'the segment ends within a record, and another one follows it.');
  for (const payload of payloads) {
    const parsed = parse(payload);
    if (parsed === undefined) return refuse('not-json', file, end, 'a record is not JSON.');
    before.records.push(parsed.value);
  }
  const position: Position = { file, next: head.first + payloads.length, chain, bytes: end };
  return right({ records: before.records, position, cut: end < bytes.length ? { file, offset: end, bytes: bytes.length - end } : undefined });
};

const parse = (payload: Uint8Array): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')) as unknown };
  } catch {
    return undefined;
  }
};

const readAll = (directory: string): Either<StoreRefusal, Read> => {
  const files = readdirSync(directory).filter((name) => name.endsWith(SUFFIX)).sort(compareStrings);
  let all: Read = { records: [], position: undefined, cut: undefined };
  for (const [i, name] of files.entries()) {
    const read = readOnto(all, join(directory, name), i === files.length - 1);
    if (isLeft(read)) return read;
    all = read.right;
  }
  return right(all);
};

const remove = ({ file, offset }: Cut): void => {
  if (offset === 0) return rmSync(file);
  const fd = openSync(file, 'r+');
  ftruncateSync(fd, offset);
  fsyncSync(fd);
  closeSync(fd);
};

/** Makes a new name in a folder survive a loss of power. */
const syncDirectory = (directory: string): void => {
  const fd = openSync(directory, 'r');
  fsyncSync(fd);
  closeSync(fd);
};

/** Writes all of the bytes at the end of the file. */
const writeAll = (fd: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
};

const storeAt = (directory: string, position: Position | undefined, options: SegmentStoreOptions): SegmentStore => {
  const { syncEvery = 1 } = options;
  // Why: a segment takes its name from its first record, so one without a record must not be followed by another.
  const segmentBytes = Math.max(SEGMENT_HEAD_BYTES + 1, options.segmentBytes ?? DEFAULT_SEGMENT_BYTES);
  let { next, chain, bytes } = position ?? { next: 0, chain: 0, bytes: 0 };
  let fd = position === undefined ? undefined : openSync(position.file, 'a');
  let unsynced = 0;
  const sync = (): void => {
    if (fd !== undefined && unsynced > 0) fsyncSync(fd);
    unsynced = 0;
  };
  const close = (): void => {
    sync();
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
    bytes = 0;
  };
  const begin = (): number => {
    close();
    const opened = fd = openSync(join(directory, fileName(next)), 'wx');
    writeAll(opened, encodeSegmentHead({ first: next, chain }));
    fsyncSync(opened);
    syncDirectory(directory);
    bytes = SEGMENT_HEAD_BYTES;
    return opened;
  };
  const write = (record: unknown): void => {
    const open = fd === undefined || bytes >= segmentBytes ? begin() : fd;
    const frame = encodeFrame(Buffer.from(JSON.stringify(record), 'utf8'), chain);
    writeAll(open, frame.bytes);
    ({ chain } = frame);
    next += 1;
    bytes += frame.bytes.length;
    unsynced += 1;
    if (unsynced >= syncEvery) sync();
  };
  let failure: StoreWriteError | undefined;
  /** Why for good: half a record may stand at the end, and nothing must follow it. Opening the folder again cuts it off. */
  const guarded = (act: () => void): void => {
    if (failure !== undefined) throw failure;
    const records = next;
    try {
      act();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      failure = new StoreWriteError(`${directory}: cannot write record ${records}: ${why}. The ${records} records before it are kept. Hint: make room, and run again with the same folder.`, { cause });
      unsynced = 0;
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
      throw failure;
    }
  };
  return {
    append: (record) => guarded(() => write(record)),
    sync: () => guarded(sync),
    close: () => (failure === undefined ? guarded(close) : undefined),
  };
};

/**
 * Opens a folder, made if there is none, for reading all and appending. A write that was cut short is removed and reported; bytes that were
 * changed, another format version or a missing segment are refused, and then nothing is touched.
 */
export const openSegmentStore = (directory: string, options: SegmentStoreOptions = {}): Either<StoreRefusal, OpenedStore> => {
  mkdirSync(directory, { recursive: true });
  const read = readAll(directory);
  if (isLeft(read)) return read;
  const { records, position, cut } = read.right;
  if (cut !== undefined) remove(cut);
  return right({ records, cut, store: storeAt(directory, position, options) });
};
