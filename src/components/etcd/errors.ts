/**
 * Refusals, in etcd's words.
 * Models: etcd api/v3rpc/rpctypes/error.go
 * Not modelled: refusals that kube-apiserver cannot provoke (empty key, too many operations, too large TTL).
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { EtcdErrorCode } from '../../protocol/etcd.ts';

export interface Refusal {
  readonly code: EtcdErrorCode;
  readonly message: string;
}

export type OrRefusal<T> = Either<Refusal, T>;

const refusal = (code: EtcdErrorCode, message: string): Refusal => ({ code, message });

export const compacted = refusal('compacted', 'etcdserver: mvcc: required revision has been compacted');
export const futureRevision = refusal('future-revision', 'etcdserver: mvcc: required revision is a future revision');
export const leaseNotFound = refusal('lease-not-found', 'etcdserver: requested lease not found');
export const leaseExists = refusal('lease-exists', 'etcdserver: lease already exists');
export const noSpace = refusal('no-space', 'etcdserver: mvcc: database space exceeded');
export const duplicateKey = refusal('duplicate-key', 'etcdserver: duplicate key given in txn request');
