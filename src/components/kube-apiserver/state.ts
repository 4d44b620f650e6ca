/**
 * The state of an API server: its watch caches, its open streams, and its requests in flight, all volatile and all plain data.
 * Models: staging/src/k8s.io/apiserver/pkg/server, pkg/storage/cacher/cacher.go (fields of Cacher and watchCache)
 */
import type { Fifo } from '../../base/fifo.ts';
import type { Mutable } from '../../base/mutable.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import type { FieldSelector } from '../../api/field-selector.ts';
import type { Selector } from '../../api/label-selector.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceId } from '../../api/resources.ts';
import type { Status } from '../../api/status.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { ApiRequest, ToApiServer } from '../../protocol/api.ts';
import type { Selection } from './cacher/selection.ts';
import type { CacherPhase, ServerPhase, StreamPhase } from './machine.ts';
import { serverChart } from './machine.ts';

/** Where answers go: `id` is the client's own. */
export interface Client {
  readonly actor: ActorId;
  readonly channel: string;
  readonly id: number;
  /** Which connection on that channel it came by: how often the channel had broken before. */
  readonly connection: number;
}

/** A message that came before the server serves. */
export interface Held {
  readonly from: ActorId;
  readonly channel: string;
  readonly message: ToApiServer;
}

/** Who asks, after authentication. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A request that was authenticated and authorised. */
export interface Job {
  readonly client: Client;
  readonly user: User;
  readonly request: ApiRequest;
}

/** One change as the watch cache keeps it. `object` of a DELETED is the last state with the deletion's resourceVersion. */
export interface CacheEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
  readonly atMs: number;
}

/** The open streams of one resource, each in exactly one bucket, so that an event asks only those it may concern. */
export interface StreamIndex {
  readonly all: readonly Stream[];
  readonly byNamespace: PersistentMap<readonly Stream[]>;
  /** Keyed `namespace/name`; the namespace is empty for cluster-scoped objects and for streams over all namespaces. */
  readonly byName: PersistentMap<readonly Stream[]>;
  /** Pods by spec.nodeName. */
  readonly byNode: PersistentMap<readonly Stream[]>;
}

export interface Cacher {
  readonly resource: ResourceId;
  readonly phase: CacherPhase;
  /** All changes up to this revision are in. */
  readonly revision: number;
  /** The revision of the list that the cache was filled from. */
  readonly listRevision: number;
  /** namespace ('' for cluster-scoped) -> name -> the object with its resourceVersion. */
  readonly objects: PersistentMap<PersistentMap<KubeObject>>;
  readonly size: number;
  readonly events: Fifo<CacheEvent>;
  /** True once an event has been forgotten since the list. */
  readonly forgot: boolean;
  readonly streams: StreamIndex;
  /** Keys of parked reads that wait until `revision` is high enough. */
  readonly waiting: readonly string[];
  /** Retries since the last success, for the back-off. */
  readonly failures: number;
}

/** An open watch. */
export interface Stream {
  /** Client and id in one text. */
  readonly key: string;
  readonly phase: StreamPhase;
  readonly client: Client;
  /** The resource asked for; its cache may be another's (`events`). */
  readonly resource: ResourceId;
  readonly namespace: string | undefined;
  readonly labels: Selector;
  readonly fields: FieldSelector;
  /** The one name or node that the field selector demands. */
  readonly name: string | undefined;
  readonly node: string | undefined;
  readonly bookmarks: boolean;
  /** Events up to this revision are known to the client, even if this server has still to hear of them. */
  readonly afterRevision: number;
  /** 0: the server draws one. */
  readonly timeoutSeconds: number;
}

/** Live look-ups that admission asked for beyond the caches: null is `not found`. */
export interface Facts {
  readonly namespace?: KubeObject | null;
  readonly serviceAccount?: KubeObject | null;
  readonly serviceAccountAttempts?: number;
}

/** A list's way through etcd. */
export interface RangePlan {
  readonly revision: number;
  /** The first key still to be read. */
  readonly start: string;
}

/** Where a write stands: evictions first mark the pod's condition and then delete it; deletes may mark first and remove then. */
export type WriteStage = 'write' | 'condition' | 'mark' | 'delete';

/** A write on its way through etcd: one object, one compare-and-swap at a time. */
export interface WriteJob {
  readonly job: Job;
  readonly facts: Facts;
  /** Tries so far of a create whose drawn name or address was taken. */
  readonly attempt: number;
  readonly stage: WriteStage;
  /** Deletion after a mark: that somebody was faster is no failure, and this is what is answered. */
  readonly marked?: KubeObject;
  /** Eviction: the pod must still stand at this resourceVersion. */
  readonly asSeen?: string;
  /** The deletecollection that this is part of. */
  readonly parent?: string;
}

/** What an answer of etcd is for. */
export type Pending =
  | { readonly kind: 'cache-list'; readonly resource: ResourceId }
  | { readonly kind: 'get'; readonly job: Job }
  | { readonly kind: 'list-revision'; readonly job: Job }
  | { readonly kind: 'list-range'; readonly job: Job; readonly plan: RangePlan }
  | { readonly kind: 'lookup'; readonly write: WriteJob; readonly fact: 'namespace' | 'serviceAccount' }
  /** Read of the current state before a write is tried (again). */
  | { readonly kind: 'reread'; readonly write: WriteJob }
  | { readonly kind: 'create'; readonly write: WriteJob; readonly object: KubeObject }
  | { readonly kind: 'put'; readonly write: WriteJob; readonly value: KubeObject; readonly answer: PutAnswer }
  | { readonly kind: 'remove'; readonly write: WriteJob; readonly final: KubeObject }
  /** A disruption budget is charged for an eviction. */
  | { readonly kind: 'charge'; readonly write: WriteJob; readonly pod: KubeObject }
  | { readonly kind: 'collect'; readonly job: Job; readonly selection: Selection }
  | { readonly kind: 'lease' }
  | { readonly kind: 'compact-claim'; readonly revision: number }
  | { readonly kind: 'compact' };

/** What follows once a put stands: the answer, or the next stage. */
export type PutAnswer = 'object' | 'delete-next' | 'mark-next';

/** A request that waits for a cache or for time. */
export type Parked =
  | { readonly kind: 'list'; readonly job: Job; readonly resource: ResourceId; readonly revision: number; readonly consistent: boolean }
  | { readonly kind: 'lookup'; readonly write: WriteJob };

/** One deletecollection: how many of its deletes are still under way. */
export interface Collection {
  readonly job: Job;
  readonly items: readonly KubeObject[];
  readonly open: number;
  readonly revision: number;
  /** The first refusal that was not `not found`. */
  readonly refusal?: Status;
}

/** The lease that events of the last minute share. */
export interface EventLease {
  readonly id: number;
  readonly reusableUntilMs: number;
  readonly uses: number;
  readonly granting: boolean;
  /** Writes that wait for the grant. */
  readonly waiting: readonly WriteJob[];
}

export interface ApiserverState {
  readonly phase: ServerPhase;
  readonly backlog: readonly Held[];
  /** Caches that have not listed yet. */
  readonly unready: number;
  readonly cachers: PersistentMap<Cacher>;
  readonly streams: PersistentMap<Stream>;
  readonly pending: PersistentMap<Pending>;
  readonly parked: PersistentMap<Parked>;
  readonly collections: PersistentMap<Collection>;
  /** How often the connection of a client on a channel has broken; absent: never. */
  readonly breaks: PersistentMap<number>;
  /** Call ids, and keys of what is parked. */
  readonly nextId: number;
  /** How often a name of this label was drawn. */
  readonly draws: PersistentMap<number>;
  readonly eventLease: EventLease;
  readonly compaction: { readonly version: number; readonly revision: number };
  readonly bookmarkArmed: boolean;
}

export const initialState: ApiserverState = {
  phase: serverChart.initial,
  backlog: [],
  unready: 0,
  cachers: emptyMap(),
  streams: emptyMap(),
  pending: emptyMap(),
  parked: emptyMap(),
  collections: emptyMap(),
  breaks: emptyMap(),
  nextId: 1,
  draws: emptyMap(),
  eventLease: { id: 0, reusableUntilMs: 0, uses: 0, granting: false, waiting: [] },
  compaction: { version: 0, revision: 0 },
  bookmarkArmed: false,
};

/** Why spelled out: see mutable.ts. */
export const copyOf = (state: ApiserverState): Mutable<ApiserverState> => ({
  phase: state.phase, backlog: state.backlog, unready: state.unready, cachers: state.cachers, streams: state.streams, pending: state.pending,
  parked: state.parked, collections: state.collections, breaks: state.breaks, nextId: state.nextId, draws: state.draws, eventLease: state.eventLease,
  compaction: state.compaction, bookmarkArmed: state.bookmarkArmed,
});
