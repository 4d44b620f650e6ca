/**
 * Transactions: compare, then one of two branches, all of whose writes share one revision.
 * Models: etcd server/etcdserver/api/v3rpc/key.go (checkTxnRequest), server/etcdserver/txn/txn.go (Txn, applyCompare, checkTxn)
 * Not modelled: comparing values and ranges, nested transactions.
 */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Compare, EtcdCall, EtcdOp, KeyValue, OpResult } from '../../protocol/etcd.ts';
import type { Draft } from './draft.ts';
import { deleteKey, draftOf, putKey } from './draft.ts';
import type { OrRefusal } from './errors.ts';
import { duplicateKey, leaseNotFound } from './errors.ts';
import { checkRevision, isInRange, keysInRange, range } from './range.ts';
import type { Store } from './state.ts';

type TxnCall = Extract<EtcdCall, { readonly kind: 'txn' }>;

/** A key that does not stand compares as zero in all targets. */
const targetOf = (kv: KeyValue | undefined, target: Compare['target']): number => {
  if (kv === undefined) return 0;
  switch (target) {
    case 'mod': return kv.modRevision;
    case 'create': return kv.createRevision;
    case 'version': return kv.version;
    case 'lease': return kv.lease;
    default: {
      const never: never = target;
      return never;
    }
  }
};

const holds = (store: Store, { key, target, op, operand }: Compare): boolean => {
  const actual = targetOf(store.keyspace.get(key), target);
  switch (op) {
    case '=': return actual === operand;
    case '!=': return actual !== operand;
    case '<': return actual < operand;
    case '>': return actual > operand;
    default: {
      const never: never = op;
      return never;
    }
  }
};

/** A key may be put once in a branch, and not where the branch also deletes, in whatever order. */
const hasDuplicate = (ops: readonly EtcdOp[]): boolean => {
  if (ops.length < 2) return false;
  const seen = new Set<string>();
  return ops.some((op) => {
    if (op.kind !== 'put') return false;
    if (seen.has(op.key) || ops.some((other) => other.kind === 'delete' && isInRange(op.key, other.key, other.rangeEnd))) return true;
    seen.add(op.key);
    return false;
  });
};

const checkOp = (store: Store, op: EtcdOp): OrRefusal<undefined> => {
  switch (op.kind) {
    case 'range': return checkRevision(store, op.revision);
    case 'put': return op.lease === undefined || op.lease === 0 || store.leases.has(String(op.lease)) ? right(undefined) : left(leaseNotFound);
    case 'delete': return right(undefined);
    default: {
      const never: never = op;
      return never;
    }
  }
};

const deleteRange = (draft: Draft, key: string, rangeEnd: string | undefined, wantsPrev: boolean): OpResult => {
  const deleted = keysInRange(draft, key, rangeEnd).map((found) => deleteKey(draft, found) as KeyValue);
  return { kind: 'delete', deleted: deleted.length, prevKvs: wantsPrev ? deleted : [] };
};

const PUT_RESULT: OpResult = { kind: 'put' };

const apply = (draft: Draft, op: EtcdOp): OpResult => {
  switch (op.kind) {
    case 'range': return range(draft, op);
    case 'put':
      putKey(draft, op);
      return PUT_RESULT;
    case 'delete': return deleteRange(draft, op.key, op.rangeEnd, op.prevKv === true);
    default: {
      const never: never = op;
      return never;
    }
  }
};

export interface TxnOutcome {
  readonly draft: Draft;
  readonly succeeded: boolean;
  readonly results: readonly OpResult[];
}

/** Runs a transaction on a draft; refused as a whole, before any write, or carried out as a whole. */
export const runTxn = (store: Store, { compare, success, failure }: TxnCall): OrRefusal<TxnOutcome> => {
  if (hasDuplicate(success) || hasDuplicate(failure)) return left(duplicateKey);
  const succeeded = compare.every((one) => holds(store, one));
  const ops = succeeded ? success : failure;
  for (const op of ops) {
    const checked = checkOp(store, op);
    if (isLeft(checked)) return checked;
  }
  const draft = draftOf(store);
  return right({ draft, succeeded, results: ops.map((op) => apply(draft, op)) });
};
