/** Replays a journal: folds its steps again on a fresh world and compares every digest. */
import { left, right } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { printDigest } from '../base/digest.ts';
import { compareStrings } from '../base/order.ts';
import { printEnabled } from './enabled.ts';
import { configDigest, headerDigest } from './journal.ts';
import type { Journal } from './journal.ts';
import { digestStep, toJournalRecord } from './journal-record.ts';
import type { JournalEffect, JournalRecord } from './journal-record.ts';
import { printStep } from './print-step.ts';
import type { StepRecord } from './step.ts';
import type { World } from './world.ts';

export interface ReplayOptions {
  /** Stops after this step; the whole journal when absent. */
  readonly toStep?: number;
  readonly onStep?: (record: StepRecord) => void;
}

export interface Replayed {
  /** Steps taken, and agreed on. */
  readonly steps: number;
  /** After the last of them. */
  readonly digest: string;
  /** As it stands there. */
  readonly world: World;
}

/** Enabled steps are printed, in byte order. */
export type ReplayProblem =
  | { readonly kind: 'other-configuration'; readonly expected: string; readonly found: string }
  /** The first differing step: what was taken cannot be taken here. */
  | { readonly kind: 'not-enabled'; readonly index: number; readonly expected: JournalRecord; readonly enabledThen: readonly string[]; readonly enabledHere: readonly string[] }
  /** The first differing step: it was taken, and something else came of it. `enabled` are those after it. */
  | {
    readonly kind: 'differs'; readonly index: number; readonly expected: JournalRecord; readonly found: JournalRecord;
    readonly enabledThen: readonly string[]; readonly enabledHere: readonly string[];
  }
  /** The journal has another number of records of the beginning. */
  | { readonly kind: 'other-beginning'; readonly expected: number; readonly found: number };

/** What was enabled: deliveries by how many messages wait, timers. Keys are printed steps. */
type Enabled = Map<string, number>;

const enabledIn = (world: World): Enabled => {
  const enabled: Enabled = new Map();
  for (const { from, to, channel } of world.undelivered()) addTo(enabled, printStep({ kind: 'deliver', from, to, channel }), 1);
  for (const { actor, key } of world.timers()) enabled.set(printStep({ kind: 'fire', actor, key }), 1);
  return enabled;
};

const addTo = (enabled: Enabled, step: string, count: number): void => {
  const total = (enabled.get(step) ?? 0) + count;
  if (total > 0) enabled.set(step, total);
  else enabled.delete(step);
};

const applyEffect = (enabled: Enabled, actor: string, effect: JournalEffect): void => {
  if (effect.kind === 'send') addTo(enabled, printStep({ kind: 'deliver', from: actor, to: effect.to, channel: effect.channel }), 1);
  if (effect.kind === 'arm') enabled.set(printStep({ kind: 'fire', actor, key: effect.key }), 1);
  if (effect.kind === 'cancel') enabled.delete(printStep({ kind: 'fire', actor, key: effect.key }));
};

const sorted = (steps: Iterable<string>): readonly string[] => [...new Set(steps)].sort(compareStrings);

/** What must have been enabled in the recorded run after `record`, both runs having agreed before it. Undefined where no actor moved. */
const enabledAfter = (before: Enabled, record: JournalRecord): readonly string[] | undefined => {
  const { actor } = record;
  if (actor === undefined || record.input === undefined) return undefined;
  if (record.i > 0) addTo(before, printStep(record.step), -1);
  for (const effect of record.effects) applyEffect(before, actor, effect);
  return sorted(before.keys());
};

/** The world as it stood before step `index`. */
const refold = (freshWorld: () => World, journal: Journal, index: number): World => {
  const world = freshWorld();
  for (const record of journal.records) if (record.i > 0 && record.i < index) world.advance(record.step);
  return world;
};

const differs = (freshWorld: () => World, journal: Journal, world: World, expected: JournalRecord, found: JournalRecord): ReplayProblem => {
  const before: Enabled = expected.i === 0 ? new Map() : enabledIn(refold(freshWorld, journal, expected.i));
  const enabledHere = printEnabled(world);
  return { kind: 'differs', index: expected.i, expected, found, enabledThen: enabledAfter(before, expected) ?? enabledHere, enabledHere };
};

const notEnabled = (world: World, expected: JournalRecord): ReplayProblem => {
  const enabledHere = printEnabled(world);
  return { kind: 'not-enabled', index: expected.i, expected, enabledThen: sorted([...enabledHere, printStep(expected.step)]), enabledHere };
};

/** `freshWorld` makes the world of the journal's scenario at its beginning; it is called again to report a difference. */
export const replayJournal = (freshWorld: () => World, journal: Journal, options: ReplayOptions = {}): Either<ReplayProblem, Replayed> => {
  const world = freshWorld();
  const here = configDigest(world.config);
  if (here !== journal.header.configDigest) return left({ kind: 'other-configuration', expected: journal.header.configDigest, found: here });
  const beginnings = journal.records.filter((record) => record.i === 0).length;
  if (beginnings !== world.beginning.length) return left({ kind: 'other-beginning', expected: beginnings, found: world.beginning.length });
  let digest = headerDigest(journal.header);
  for (const [at, expected] of journal.records.entries()) {
    if (expected.i > (options.toStep ?? Infinity)) break;
    if (expected.i > 0 && !world.canTake(expected.step)) return left(notEnabled(world, expected));
    const record = expected.i > 0 ? world.take(expected.step) : world.beginning[at] as StepRecord;
    digest = digestStep(digest, record);
    if (printDigest(digest) !== expected.digest) return left(differs(freshWorld, journal, world, expected, toJournalRecord(record, printDigest(digest))));
    if (expected.i > 0) options.onStep?.(record);
  }
  return right({ steps: world.stepCount, digest: printDigest(digest), world });
};

const listed = (steps: readonly string[]): string => (steps.length === 0 ? 'nothing' : steps.join('; '));

/** For a person. */
export const describeReplayProblem = (problem: ReplayProblem): string => {
  switch (problem.kind) {
    case 'other-configuration': return `expected a world with configuration digest ${problem.expected}, found ${problem.found}`;
    case 'other-beginning': return `expected ${problem.expected} actors at the beginning, found ${problem.found}`;
    case 'not-enabled':
      return `step ${problem.index} is not enabled: ${printStep(problem.expected.step)}. Enabled then: ${listed(problem.enabledThen)}. Enabled here: ${listed(problem.enabledHere)}`;
    case 'differs':
      return `step ${problem.index} differs: ${printStep(problem.expected.step)} gave digest ${problem.expected.digest} then and ${problem.found.digest} here. `
        + `Enabled after it then: ${listed(problem.enabledThen)}. Here: ${listed(problem.enabledHere)}`;
  }
};
