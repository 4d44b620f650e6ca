import { describe, expect, it } from 'vitest';
import {
  creationObserved, deleteExpectations, deletionObserved, expectCreations, expectDeletions, noExpectations, noUidExpectations, raiseExpectations, satisfied,
  uidDeleteExpectations, uidDeletionObserved, uidExpectDeletions, uidSatisfied, uidsOf,
} from '../../src/client/expectations.ts';

describe('expectations', () => {
  it('are satisfied when never set', () => {
    expect(satisfied(noExpectations(), 'a', 0)).toBe(true);
  });
  it('are satisfied when all that was expected has been seen', () => {
    const expected = expectCreations(noExpectations(), 'a', 2, 0);
    expect(satisfied(creationObserved(expected, 'a'), 'a', 0)).toBe(false);
    expect(satisfied(creationObserved(creationObserved(expected, 'a'), 'a'), 'a', 0)).toBe(true);
  });
  it('count below zero without harm', () => {
    expect(satisfied(deletionObserved(expectDeletions(noExpectations(), 'a', 0, 0), 'a'), 'a', 0)).toBe(true);
  });
  it('expire after five minutes', () => {
    const expected = expectDeletions(noExpectations(), 'a', 1, 0);
    expect(satisfied(expected, 'a', 300_000)).toBe(false);
    expect(satisfied(expected, 'a', 300_001)).toBe(true);
  });
  it('can be raised, but only where there are some', () => {
    expect(satisfied(raiseExpectations(expectCreations(noExpectations(), 'a', 0, 0), 'a', 1, 0), 'a', 0)).toBe(false);
    const none = noExpectations();
    expect(raiseExpectations(none, 'a', 1, 0)).toBe(none);
    expect(deleteExpectations(none, 'a')).toBe(none);
  });
});

describe('expectations with uids', () => {
  const expected = uidExpectDeletions(noUidExpectations(), 'rs', ['n/b', 'n/a'], 0);
  it('count a deletion once, however often it is seen', () => {
    const once = uidDeletionObserved(expected, 'rs', 'n/a');
    expect(uidDeletionObserved(once, 'rs', 'n/a')).toBe(once);
    expect(uidSatisfied(once, 'rs', 0)).toBe(false);
    expect(uidSatisfied(uidDeletionObserved(once, 'rs', 'n/b'), 'rs', 0)).toBe(true);
  });
  it('take no notice of a deletion that was not expected', () => {
    expect(uidDeletionObserved(expected, 'rs', 'n/c')).toBe(expected);
  });
  it('name what is still to be deleted, until they are dropped', () => {
    expect(uidsOf(expected, 'rs')).toEqual(['n/a', 'n/b']);
    expect(uidsOf(uidDeleteExpectations(expected, 'rs'), 'rs')).toEqual([]);
    expect(uidSatisfied(uidDeleteExpectations(expected, 'rs'), 'rs', 0)).toBe(true);
  });
});
