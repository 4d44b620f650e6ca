/**
 * The transactions by which objects are created, replaced and removed, with the keys they hold beside their own.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go Create, GuaranteedUpdate, conditionalDelete
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Compare, EtcdAnswer, EtcdCall, EtcdOp, KeyValue, RangeOp } from '../../../protocol/etcd.ts';
import { claimsOf, claimValue } from './claims.ts';
import { revisionOf } from './codec.ts';

const absent = (key: string): Compare => ({ target: 'mod', key, op: '=', operand: 0 });
const unchanged = (key: string, revision: number): Compare => ({ target: 'mod', key, op: '=', operand: revision });
const read = (key: string): RangeOp => ({ kind: 'range', key });
const put = (key: string, value: unknown, lease = 0): EtcdOp => (lease === 0 ? { kind: 'put', key, value } : { kind: 'put', key, value, lease });

/** Puts an object where there is none. The failure branch reads the key, then the claims. */
export const createCall = (key: string, object: KubeObject, value: unknown, lease: number): EtcdCall => {
  const claims = claimsOf(object);
  return {
    kind: 'txn',
    compare: [absent(key), ...claims.map(absent)],
    success: [put(key, value, lease), ...claims.map((claim) => put(claim, claimValue(object)))],
    failure: [read(key), ...claims.map(read)],
  };
};

/** Replaces `before`, if it still stands. The failure branch reads the key, then the new claims. */
export const replaceCall = (key: string, object: KubeObject, value: unknown, before: KubeObject, lease: number): EtcdCall => {
  const held = claimsOf(before);
  const wanted = held.length === 0 && object.kind !== 'Service' ? held : claimsOf(object);
  const fresh = wanted.filter((claim) => !held.includes(claim));
  return {
    kind: 'txn',
    compare: [unchanged(key, revisionOf(before)), ...fresh.map(absent)],
    success: [
      put(key, value, lease),
      ...fresh.map((claim) => put(claim, claimValue(object))),
      ...held.filter((claim) => !wanted.includes(claim)).map((claim): EtcdOp => ({ kind: 'delete', key: claim })),
    ],
    failure: [read(key), ...fresh.map(read)],
  };
};

/** Removes `before`, if it still stands. */
export const removeCall = (key: string, before: KubeObject): EtcdCall => ({
  kind: 'txn',
  compare: [unchanged(key, revisionOf(before))],
  success: [{ kind: 'delete', key }, ...claimsOf(before).map((claim): EtcdOp => ({ kind: 'delete', key: claim }))],
  failure: [read(key)],
});

/** What the failure branch of a transaction read: the object's key, then claims that someone holds. */
export const readBack = (answer: Extract<EtcdAnswer, { readonly kind: 'txn' }>): { readonly current: KeyValue | undefined; readonly taken: readonly string[] } => {
  const [own, ...claims] = answer.results.map((result) => (result.kind === 'range' ? result.kvs[0] : undefined));
  return { current: own, taken: claims.flatMap((kv) => (kv === undefined ? [] : [kv.key])) };
};

