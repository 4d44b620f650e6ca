/** The journal of a run: a header line, then one JSON line per record. Pure: files are the command line's business. */
import { canonicalJson } from '../base/canonical-json.ts';
import { emptyDigest, extendDigest, printDigest } from '../base/digest.ts';
import type { Digest } from '../base/digest.ts';
import { hashOf, hashText } from '../base/hash.ts';
import { digestStep, printJournalRecord, toJournalRecord } from './journal-record.ts';
import type { JournalRecord } from './journal-record.ts';
import type { StepRecord } from './step.ts';
import type { World } from './world.ts';
import type { WorldConfig } from './world-config.ts';

export const journalFormat = 'kubeloom-journal';
export const journalFormatVersion = 1;

export interface JournalHeader {
  readonly format: typeof journalFormat;
  readonly formatVersion: number;
  /** Of Kubeloom. */
  readonly version: string;
  readonly configDigest: string;
  readonly startMs: number;
  /** What the run was configured from: the caller's own, enough to configure it again. */
  readonly scenario: unknown;
}

export interface Journal {
  readonly header: JournalHeader;
  readonly records: readonly JournalRecord[];
  /** After the last record. */
  readonly digest: string;
  /** What was cut off at the end, if anything was. */
  readonly cut: JournalCut | undefined;
}

/** A torn tail: the text from `line` (counted from 1) on was not a whole record. */
export interface JournalCut {
  readonly line: number;
  readonly message: string;
}

/** What of a world's configuration is data: its seed, start, lag and actors. Latencies are code; the scenario says which. */
export const configDigest = (config: WorldConfig): string => {
  const actors = config.actors.map((actor) => hashText(actor.id)).sort((a, b) => a - b);
  const data = { seed: config.seed, startMs: config.startMs, lagMs: String(config.lagMs), actors };
  return printDigest(extendDigest(emptyDigest, hashOf(data)));
};

/** `scenario` is opaque JSON. */
export const journalHeader = (config: WorldConfig, version: string, scenario: unknown): JournalHeader => ({
  format: journalFormat, formatVersion: journalFormatVersion, version, configDigest: configDigest(config), startMs: config.startMs, scenario,
});

/** The digest before the first record. Why without `version`: two versions that go the same way give the same digests. */
export const headerDigest = ({ configDigest: config, startMs, scenario }: JournalHeader): Digest =>
  extendDigest(emptyDigest, hashOf({ config, startMs, scenario }));

export const printJournalHeader = (header: JournalHeader): string => canonicalJson(header);

/** Reduces the records of one run to lines. Every line is without its line feed; write one after each. */
export interface JournalWriter {
  /** The header's line and those of the world's beginning: write them first. */
  readonly opening: readonly string[];
  readonly line: (record: StepRecord) => string;
  /** The running digest, of the header and all records so far. */
  readonly digest: () => string;
}

/** For a world at its beginning. */
export const journalWriter = (header: JournalHeader, world: World): JournalWriter => {
  let digest = headerDigest(header);
  const line = (record: StepRecord): string => {
    digest = digestStep(digest, record);
    return printJournalRecord(toJournalRecord(record, printDigest(digest)));
  };
  const opening = [printJournalHeader(header), ...world.beginning.map(line)];
  return { opening, line, digest: () => printDigest(digest) };
};

/** The running digest of a run whose journal is not written: the same as the writer's. */
export const digestFolder = (header: JournalHeader, world: World): { readonly add: (record: StepRecord) => void; readonly digest: () => string } => {
  let digest = world.beginning.reduce(digestStep, headerDigest(header));
  return {
    add: (record) => {
      digest = digestStep(digest, record);
    },
    digest: () => printDigest(digest),
  };
};
