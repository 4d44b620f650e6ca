/**
 * Ranges, of now and of the past. The past is the newest keyspace with the revisions after it undone.
 * Models: etcd server/storage/mvcc/kvstore_txn.go (rangeKeys), server/etcdserver/txn/range.go
 * Not modelled: sorting, keysOnly, min and max revisions; kube-apiserver asks for none of them.
 */
import { left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../../base/order.ts';
import { entryAt } from '../../log/append-log.ts';
import type { KeyValue, RangeOp, RangeResult } from '../../protocol/etcd.ts';
import type { Draft } from './draft.ts';
import type { OrRefusal } from './errors.ts';
import { compacted, futureRevision } from './errors.ts';
import { indexSize, keysBetween, rankOf } from './key-index.ts';
import type { Revision, Store } from './state.ts';

/** The end of a range that has none. */
const FROM_KEY = '\0';

/** Whether `key` lies in the range [begin, rangeEnd); without an end, whether it is the one key. */
export const isInRange = (key: string, begin: string, rangeEnd: string | undefined): boolean => {
  if (rangeEnd === undefined || rangeEnd === '') return key === begin;
  return key >= begin && (rangeEnd === FROM_KEY || key < rangeEnd);
};

/** Whether etcd can answer at that revision. */
export const checkRevision = (store: Store, revision: number | undefined): OrRefusal<undefined> => {
  if (revision === undefined || revision <= 0) return right(undefined);
  if (revision > store.revision) return left(futureRevision);
  return revision < store.compactRevision ? left(compacted) : right(undefined);
};

/** The ranks in the newest keyspace of the range's keys: [from, to). */
const ranks = (draft: Draft, begin: string, rangeEnd: string): readonly [number, number] => {
  const from = rankOf(draft.index, begin);
  const to = rangeEnd === FROM_KEY ? indexSize(draft.index) : rankOf(draft.index, rangeEnd);
  return [from, Math.max(from, to)];
};

/** The first `limit` keys of a range as they stand in the draft, in order. */
export const keysInRange = (draft: Draft, begin: string, rangeEnd: string | undefined, limit = Infinity): readonly string[] => {
  if (rangeEnd === undefined || rangeEnd === '') return draft.keyspace.has(begin) ? [begin] : [];
  const [from, to] = ranks(draft, begin, rangeEnd);
  return keysBetween(draft.index, from, Math.min(to, from + limit));
};

const limitOf = ({ limit = 0 }: RangeOp): number => (limit <= 0 ? Infinity : limit);

const newest = (draft: Draft, op: RangeOp): RangeResult => {
  const limit = limitOf(op);
  if (op.rangeEnd === undefined || op.rangeEnd === '') {
    const kv = draft.keyspace.get(op.key);
    if (kv === undefined) return { kind: 'range', kvs: [], more: false, count: 0 };
    return { kind: 'range', kvs: op.countOnly === true ? [] : [kv], more: false, count: 1 };
  }
  const [from, to] = ranks(draft, op.key, op.rangeEnd);
  const count = to - from;
  if (op.countOnly === true) return { kind: 'range', kvs: [], more: false, count };
  const kvs = keysInRange(draft, op.key, op.rangeEnd, limit).map((key) => draft.keyspace.get(key) as KeyValue);
  return { kind: 'range', kvs, more: count > limit, count };
};

/** What stood at `revision` in place of what stands now, for the keys of the range that have changed since. */
const undone = (draft: Draft, op: RangeOp, revision: number): ReadonlyMap<string, KeyValue | undefined> => {
  const before = new Map<string, KeyValue | undefined>();
  const undo = (events: Revision): void => {
    for (const { kv, prevKv } of events) if (isInRange(kv.key, op.key, op.rangeEnd)) before.set(kv.key, prevKv);
  };
  undo(draft.events);
  for (let past = draft.base.revision; past > revision; past--) undo(entryAt(draft.base.log, past) as Revision);
  return before;
};

const past = (draft: Draft, op: RangeOp, revision: number): RangeResult => {
  const before = undone(draft, op, revision);
  if (before.size === 0) return newest(draft, op);
  const returned = [...before.keys()].filter((key) => before.get(key) !== undefined).sort(compareStrings);
  const standing = newest(draft, { kind: 'range', key: op.key, ...(op.rangeEnd === undefined ? {} : { rangeEnd: op.rangeEnd }), countOnly: true }).count;
  const changed = [...before.keys()].filter((key) => draft.keyspace.has(key)).length;
  const count = standing - changed + returned.length;
  if (op.countOnly === true) return { kind: 'range', kvs: [], more: false, count };
  const limit = limitOf(op);
  // Of the first `limit` keys that then stood, at most `changed` of those that stand now have to be passed over.
  const unchanged = keysInRange(draft, op.key, op.rangeEnd, limit + changed).filter((key) => !before.has(key));
  const kvs = merged(unchanged, returned, limit).map((key) => (before.get(key) ?? draft.keyspace.get(key)) as KeyValue);
  return { kind: 'range', kvs, more: count > limit, count };
};

/** The first `limit` of two sorted lists without a common element. */
const merged = (a: readonly string[], b: readonly string[], limit: number): readonly string[] => {
  const all: string[] = [];
  let i = 0;
  let j = 0;
  while (all.length < limit && (i < a.length || j < b.length)) {
    const takesA = j >= b.length || (i < a.length && (a[i] as string) < (b[j] as string));
    all.push((takesA ? a[i++] : b[j++]) as string);
  }
  return all;
};

/** Answers a range that `checkRevision` has let pass, seeing what the draft changed so far unless a past revision is asked for. */
export const range = (draft: Draft, op: RangeOp): RangeResult => {
  const { revision = 0 } = op;
  if (revision <= 0 || (revision === draft.base.revision && draft.events.length === 0)) return newest(draft, op);
  return past(draft, op, revision);
};
