/**
 * What etcd holds: the revision log, the keyspace folded from it, leases, and the watchers of this incarnation.
 * Models: etcd server/storage/mvcc/kvstore.go (store), server/lease/lessor.go (Lease)
 */
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { AppendLog } from '../../log/append-log.ts';
import { emptyLog } from '../../log/append-log.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { EtcdEvent, KeyValue } from '../../protocol/etcd.ts';
import type { KeyIndex } from './key-index.ts';
import { emptyIndex } from './key-index.ts';

/** All that one revision changed, in the order of the operations. Each key occurs once. */
export type Revision = readonly EtcdEvent[];

export interface Lease {
  readonly id: number;
  readonly ttlSeconds: number;
  /** The keys attached now. */
  readonly keys: PersistentMap<true>;
}

/** The durable part. */
export interface Store {
  /** 1 when nothing was ever written, as in etcd. */
  readonly revision: number;
  /** Revisions below it cannot be read any more; 0: all can. */
  readonly compactRevision: number;
  /** Entry i is revision i. Invariant: `log.end === revision + 1`. */
  readonly log: AppendLog<Revision>;
  /** Invariant: the fold of all revisions, and the same keys as `index`. */
  readonly keyspace: PersistentMap<KeyValue>;
  readonly index: KeyIndex;
  /** By id in decimal. */
  readonly leases: PersistentMap<Lease>;
  /** The NOSPACE alarm is raised; absent: it is not. */
  readonly noSpace?: true;
}

export interface Watcher {
  readonly client: ActorId;
  readonly watchId: string;
  readonly key: string;
  readonly rangeEnd: string | undefined;
  /** The first revision it is told of. */
  readonly startRevision: number;
  readonly phase: 'waiting' | 'synced';
  readonly progressNotify: boolean;
}

export interface EtcdState extends Store {
  /** Ordered by client, then by watch id. Lost in a crash. */
  readonly watchers: readonly Watcher[];
  /** The revision at the last periodic progress notification. Lost in a crash. */
  readonly progressRevision: number;
}

const FIRST_REVISION = 1;

export const emptyState: EtcdState = {
  revision: FIRST_REVISION, compactRevision: 0, log: emptyLog<Revision>(FIRST_REVISION + 1), keyspace: emptyMap<KeyValue>(), index: emptyIndex,
  leases: emptyMap<Lease>(), watchers: [], progressRevision: FIRST_REVISION,
};
