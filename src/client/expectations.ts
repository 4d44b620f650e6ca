/**
 * What a controller waits to see in its cache before it acts again: counts of creations and deletions by key, as values.
 * Models: pkg/controller/controller_utils.go `ControllerExpectations`, `UIDTrackingControllerExpectations`
 */
import { compareStrings } from '../base/order.ts';
import type { PersistentMap } from '../base/persistent-map.ts';
import { emptyMap } from '../base/persistent-map.ts';

/** After so long an expectation is given up and the controller syncs anyway. Source: `ExpectationsTimeout`. */
const EXPECTATIONS_TIMEOUT_MS = 5 * 60_000;

export interface Expectation {
  readonly add: number;
  readonly del: number;
  readonly timestampMs: number;
}

export type Expectations = PersistentMap<Expectation>;

export const noExpectations = (): Expectations => emptyMap<Expectation>();

/** Source: `ControlleeExpectations.Fulfilled`. */
const isFulfilled = (expectation: Expectation): boolean => expectation.add <= 0 && expectation.del <= 0;

/** Fulfilled, expired, or never set. */
export const satisfied = (expectations: Expectations, key: string, nowMs: number): boolean => {
  const expectation = expectations.get(key);
  return expectation === undefined || isFulfilled(expectation) || nowMs - expectation.timestampMs > EXPECTATIONS_TIMEOUT_MS;
};

export const setExpectations = (expectations: Expectations, key: string, add: number, del: number, nowMs: number): Expectations =>
  expectations.set(key, { add, del, timestampMs: nowMs });

export const expectCreations = (expectations: Expectations, key: string, adds: number, nowMs: number): Expectations =>
  setExpectations(expectations, key, adds, 0, nowMs);

export const expectDeletions = (expectations: Expectations, key: string, dels: number, nowMs: number): Expectations =>
  setExpectations(expectations, key, 0, dels, nowMs);

/** Adds to (negative: takes from) what is expected; nothing when the key has no expectation. Counts may fall below 0. */
export const raiseExpectations = (expectations: Expectations, key: string, add: number, del: number): Expectations => {
  const before = expectations.get(key);
  return before === undefined ? expectations : expectations.set(key, { ...before, add: before.add + add, del: before.del + del });
};

export const lowerExpectations = (expectations: Expectations, key: string, add: number, del: number): Expectations =>
  raiseExpectations(expectations, key, -add, -del);

export const creationObserved = (expectations: Expectations, key: string): Expectations => lowerExpectations(expectations, key, 1, 0);

export const deletionObserved = (expectations: Expectations, key: string): Expectations => lowerExpectations(expectations, key, 0, 1);

export const deleteExpectations = (expectations: Expectations, key: string): Expectations =>
  (expectations.has(key) ? expectations.delete(key) : expectations);

/** Expectations that remember which objects are to vanish, so that one deletion is not counted twice. */
export interface UidExpectations {
  readonly counts: Expectations;
  /** Keys of the objects still to be seen deleted, sorted; none: no entry. */
  readonly uids: PersistentMap<readonly string[]>;
}

export const noUidExpectations = (): UidExpectations => ({ counts: noExpectations(), uids: emptyMap<readonly string[]>() });

const withCounts = (expectations: UidExpectations, counts: Expectations): UidExpectations =>
  (counts === expectations.counts ? expectations : { ...expectations, counts });

export const uidSatisfied = (expectations: UidExpectations, key: string, nowMs: number): boolean => satisfied(expectations.counts, key, nowMs);

/** What is still to be seen deleted for a key. Source: `GetUIDs`. */
export const uidsOf = (expectations: UidExpectations, key: string): readonly string[] => expectations.uids.get(key) ?? [];

export const uidExpectCreations = (expectations: UidExpectations, key: string, adds: number, nowMs: number): UidExpectations =>
  withCounts(expectations, expectCreations(expectations.counts, key, adds, nowMs));

/** `deletedKeys`: of the objects about to be deleted (upstream: `namespace/name` of pods). */
export const uidExpectDeletions = (expectations: UidExpectations, key: string, deletedKeys: readonly string[], nowMs: number): UidExpectations => {
  const unique = [...new Set(deletedKeys)].sort(compareStrings);
  return { counts: expectDeletions(expectations.counts, key, unique.length, nowMs), uids: expectations.uids.set(key, unique) };
};

export const uidCreationObserved = (expectations: UidExpectations, key: string): UidExpectations =>
  withCounts(expectations, creationObserved(expectations.counts, key));

/** Counts a deletion that was expected; any other changes nothing. */
export const uidDeletionObserved = (expectations: UidExpectations, key: string, deletedKey: string): UidExpectations => {
  const uids = uidsOf(expectations, key);
  if (!uids.includes(deletedKey)) return expectations;
  return { counts: deletionObserved(expectations.counts, key), uids: expectations.uids.set(key, uids.filter((uid) => uid !== deletedKey)) };
};

export const uidDeleteExpectations = (expectations: UidExpectations, key: string): UidExpectations => {
  const counts = deleteExpectations(expectations.counts, key);
  return expectations.uids.has(key) ? { counts, uids: expectations.uids.delete(key) } : withCounts(expectations, counts);
};
