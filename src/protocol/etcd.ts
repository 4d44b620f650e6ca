/**
 * The messages between kube-apiserver and etcd: the part of etcd's v3 API that kube-apiserver uses.
 * Models: etcd api/etcdserverpb/rpc.proto (KV, Watch, Lease, and of Maintenance the NOSPACE alarm)
 * Not modelled: auth, other alarms, maintenance, nested transactions.
 */

/** An immutable stored value; kube-apiserver stores objects without metadata.resourceVersion. */
export type EtcdValue = unknown;

export interface KeyValue {
  readonly key: string;
  readonly value: EtcdValue;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 at creation, one more at every put. */
  readonly version: number;
  /** 0: none. */
  readonly lease: number;
}

export type Compare =
  | { readonly target: 'mod' | 'create' | 'version' | 'lease'; readonly key: string; readonly op: '=' | '!=' | '<' | '>'; readonly operand: number };

export type RangeOp = {
  readonly kind: 'range';
  readonly key: string;
  /** Exclusive end; absent: the one key. `\0`: from key on. */
  readonly rangeEnd?: string;
  /** 0 or absent: the newest. */
  readonly revision?: number;
  readonly limit?: number;
  readonly countOnly?: boolean;
};
export type PutOp = { readonly kind: 'put'; readonly key: string; readonly value: EtcdValue; readonly lease?: number };
export type DeleteOp = { readonly kind: 'delete'; readonly key: string; readonly rangeEnd?: string; readonly prevKv?: boolean };
export type EtcdOp = RangeOp | PutOp | DeleteOp;

export type EtcdCall =
  | RangeOp
  | { readonly kind: 'txn'; readonly compare: readonly Compare[]; readonly success: readonly EtcdOp[]; readonly failure: readonly EtcdOp[] }
  | { readonly kind: 'compact'; readonly revision: number }
  /** `id` 0: etcd picks one. */
  | { readonly kind: 'lease-grant'; readonly id: number; readonly ttlSeconds: number }
  | { readonly kind: 'lease-keep-alive'; readonly id: number }
  | { readonly kind: 'lease-revoke'; readonly id: number }
  /** Raised by etcd itself when its disk or quota is full, taken back by an operator once there is room: until then nothing grows. */
  | { readonly kind: 'alarm'; readonly action: 'activate' | 'deactivate'; readonly alarm: 'NOSPACE' };

export interface RangeResult {
  readonly kind: 'range';
  readonly kvs: readonly KeyValue[];
  /** More keys lie beyond `limit`. */
  readonly more: boolean;
  /** Keys in the range, whatever the limit. */
  readonly count: number;
}
export type OpResult =
  | RangeResult
  | { readonly kind: 'put' }
  | { readonly kind: 'delete'; readonly deleted: number; readonly prevKvs: readonly KeyValue[] };

export type EtcdErrorCode = 'compacted' | 'future-revision' | 'lease-not-found' | 'duplicate-key' | 'lease-exists' | 'no-space' | 'unavailable';

/** Every answer carries the store's revision after the call. */
export type EtcdAnswer =
  | { readonly kind: 'range'; readonly revision: number; readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number }
  | { readonly kind: 'txn'; readonly revision: number; readonly succeeded: boolean; readonly results: readonly OpResult[] }
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'alarm'; readonly revision: number }
  | { readonly kind: 'lease'; readonly revision: number; readonly id: number; readonly ttlSeconds: number }
  /** `message` in etcd's words, such as `etcdserver: mvcc: required revision has been compacted`. */
  | { readonly kind: 'error'; readonly revision: number; readonly code: EtcdErrorCode; readonly message: string; readonly compactRevision?: number };

export type EtcdEvent =
  | { readonly kind: 'put'; readonly kv: KeyValue; readonly prevKv: KeyValue | undefined }
  /** `kv` holds the key and, as modRevision, the revision of the delete. */
  | { readonly kind: 'delete'; readonly kv: KeyValue; readonly prevKv: KeyValue | undefined };

/** kube-apiserver -> etcd. `id` and `watchId` are the client's own; calls travel on channel `kv`, watches on `watch/<watchId>`. */
export type ToEtcd =
  | { readonly kind: 'etcd-call'; readonly id: number; readonly call: EtcdCall }
  | {
    readonly kind: 'etcd-watch'; readonly watchId: string; readonly key: string; readonly rangeEnd?: string;
    /** The first revision to be told; 0: from now on. */
    readonly startRevision: number;
    readonly progressNotify: boolean;
  }
  | { readonly kind: 'etcd-watch-cancel'; readonly watchId: string }
  /** Ask for a progress notification on a watch: answered, after all events up to it, by `events` with an empty list. */
  | { readonly kind: 'etcd-watch-progress'; readonly watchId: string };

/** etcd -> kube-apiserver, on the channel that the question came by. */
export type FromEtcd =
  | { readonly kind: 'etcd-answer'; readonly id: number; readonly answer: EtcdAnswer }
  /** All events of one revision travel together (Atomic), revisions ascending (Ordered). An empty list is a progress notification. */
  | { readonly kind: 'etcd-events'; readonly watchId: string; readonly revision: number; readonly events: readonly EtcdEvent[] }
  | { readonly kind: 'etcd-watch-end'; readonly watchId: string; readonly code: EtcdErrorCode; readonly message: string; readonly compactRevision?: number };

/** The record appended to the durable log `etcd` at every change, and folded into the keyspace on start. */
export type RevisionRecord =
  | {
    readonly kind: 'revision'; readonly revision: number;
    readonly changes: readonly { readonly key: string; readonly put?: { readonly value: EtcdValue; readonly lease: number } }[];
  }
  | { readonly kind: 'compacted'; readonly revision: number }
  | { readonly kind: 'lease'; readonly id: number; readonly ttlSeconds: number }
  | { readonly kind: 'lease-gone'; readonly id: number }
  | { readonly kind: 'alarm'; readonly alarm: 'NOSPACE'; readonly active: boolean };

/** The end of the range of all keys that start with `prefix`. */
export const prefixEnd = (prefix: string): string => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
