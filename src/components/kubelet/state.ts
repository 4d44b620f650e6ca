/**
 * What a kubelet remembers; all of it is lost in a crash.
 * Models: pkg/kubelet/kubelet.go `Kubelet`, pod_workers.go `podSyncStatus`, status/status_manager.go `versionedPodStatus`, prober/worker.go `worker`
 */
import type { Fifo } from '../../base/fifo.ts';
import { emptyFifo } from '../../base/fifo.ts';
import type { Mutable } from '../../base/mutable.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { Lease, Node, Pod, PodStatus } from '../../api/types.ts';
import type { BackOffs } from '../../client/back-off.ts';
import { emptyBackOffs } from '../../client/back-off.ts';
import type { EventRecorder } from '../../client/event-recorder.ts';
import type { Informers } from '../../client/informers.ts';
import type { Requests } from '../../client/requests.ts';
import { noRequests } from '../../client/requests.ts';
import type { ContainerStartPhase, ProbePhase, PullerPhase, WorkerPhase } from './machine.ts';
import { imagePullerChart } from './machine.ts';
import type { ContainerToKill } from './pod/pod-actions.ts';
import type { RuntimeView } from './pod/runtime-view.ts';
import type { WaitingReason } from './status/container-statuses.ts';

/** One thing to do in a sync, in order. */
export type SyncOp =
  /** All at once. `untilMs`: when the pod's grace ends; undefined: each has its own. */
  | { readonly op: 'kill'; readonly containers: readonly ContainerToKill[]; readonly untilMs?: number }
  | { readonly op: 'stop-sandbox'; readonly sandboxId: string }
  | { readonly op: 'run-sandbox'; readonly attempt: number }
  | { readonly op: 'start'; readonly container: string; readonly attempt: number; readonly exitedMs: number | undefined };

/** How far the start of a container has come. */
export interface ContainerStart {
  readonly phase: ContainerStartPhase;
  readonly attempt: number;
  readonly containerId?: string;
}

/** Why a sync has failed: at `untilMs` a back-off ends; undefined: any other error. */
export interface SyncError {
  readonly untilMs: number | undefined;
}

export interface PodWorker {
  readonly uid: string;
  readonly phase: WorkerPhase;
  /** As the API had it last. */
  readonly pod: Pod;
  /** Something came while it worked. */
  readonly isPending: boolean;
  readonly ops: readonly SyncOp[];
  /** Containers whose stop has not been answered: to the time by which they must have stopped. */
  readonly stopping: Readonly<Record<string, number>>;
  /** The container that is being started. */
  readonly starting: string | undefined;
  readonly starts: Readonly<Record<string, ContainerStart>>;
  /** By container: why it waits. */
  readonly reasons: Readonly<Record<string, WaitingReason>>;
  readonly errors: readonly SyncError[];
  readonly retries: number;
  /** Seconds; set when termination begins, and only ever shortened. */
  readonly graceSeconds: number | undefined;
  readonly graceEndsMs: number | undefined;
  /** The API has forgotten the pod. */
  readonly isGone: boolean;
  /** Found in the runtime only: there is no status to report. */
  readonly isOrphan: boolean;
}

export interface CachedStatus {
  readonly pod: Pod;
  readonly status: PodStatus;
  readonly version: number;
  /** The newest version that the API has; 0: none. */
  readonly sent: number;
  readonly isFinished: boolean;
}

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeWorker {
  readonly phase: ProbePhase;
  readonly uid: string;
  readonly container: string;
  readonly kind: ProbeKind;
  readonly containerId: string;
  /** What its last results say, once a threshold was reached. */
  readonly result: 'success' | 'failure' | undefined;
  /** Of the same kind, one after another. */
  readonly run: number;
  readonly lastSucceeded: boolean | undefined;
}

/** What an answer of the runtime is for. */
export type CriTag =
  | { readonly kind: 'sandbox' | 'stop-sandbox'; readonly uid: string; readonly sandboxId?: string }
  | { readonly kind: 'create' | 'start'; readonly uid: string; readonly container: string }
  | { readonly kind: 'stop'; readonly uid: string; readonly containerId: string }
  | { readonly kind: 'pull'; readonly image: string; readonly startedMs: number }
  | { readonly kind: 'probe'; readonly key: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'cleanup' };

export type RequestTag =
  | { readonly kind: 'status-get'; readonly uid: string }
  | { readonly kind: 'status-patch'; readonly uid: string; readonly version: number }
  | { readonly kind: 'status-delete'; readonly uid: string }
  | { readonly kind: 'node-create' | 'node-get' | 'node-register-patch' | 'node-status-patch' }
  | { readonly kind: 'lease-get' | 'lease-create' | 'lease-update' }
  | { readonly kind: 'event' };

export interface PullRequest {
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  readonly askedMs: number;
}

export interface Puller {
  readonly phase: PullerPhase;
  readonly current: PullRequest | undefined;
  readonly queue: Fifo<PullRequest>;
}

export interface NodeSelf {
  /** As the API answered last. */
  readonly object: Node | undefined;
  readonly registered: boolean;
  readonly attempts: number;
  readonly isPatching: boolean;
  readonly reportedMs: number;
  /** A check is due; its timer is armed. */
  readonly isCheckDue: boolean;
  /** Whether the events of a start (NodeReady and so on) were recorded. */
  readonly announced: boolean;
}

export interface LeaseSelf {
  readonly object: Lease | undefined;
  readonly failures: number;
  readonly renewals: number;
}

export interface KubeletState {
  readonly requests: Requests<RequestTag>;
  readonly recorder: EventRecorder;
  readonly informers: Informers;
  /** The runtime has been listed and pods may be synced. */
  readonly isReady: boolean;
  /** Pods in the runtime that the API does not have were looked for. */
  readonly isSwept: boolean;
  /** By uid. */
  readonly workers: PersistentMap<PodWorker>;
  readonly views: PersistentMap<RuntimeView>;
  readonly statuses: PersistentMap<CachedStatus>;
  /** Uids whose status waits to be sent, and the one that is being sent. */
  readonly statusQueue: Fifo<string>;
  readonly statusBusy: string | undefined;
  /** By `uid/container/kind`. */
  readonly probes: PersistentMap<ProbeWorker>;
  /** Image -> imageRef. */
  readonly images: PersistentMap<string>;
  readonly puller: Puller;
  readonly restartBackOffs: BackOffs;
  readonly pullBackOffs: BackOffs;
  /** By back-off key: what the last failed pull said. */
  readonly pullErrors: PersistentMap<string>;
  readonly calls: PersistentMap<CriTag>;
  readonly nextCall: number;
  readonly node: NodeSelf;
  readonly lease: LeaseSelf;
}

export const initialKubeletState = (informers: Informers, recorder: EventRecorder): KubeletState => ({
  requests: noRequests<RequestTag>(), recorder, informers, isReady: false, isSwept: false,
  workers: emptyMap(), views: emptyMap(), statuses: emptyMap(), statusQueue: emptyFifo(), statusBusy: undefined, probes: emptyMap(),
  images: emptyMap(), puller: { phase: imagePullerChart.initial, current: undefined, queue: emptyFifo() },
  restartBackOffs: emptyBackOffs(), pullBackOffs: emptyBackOffs(), pullErrors: emptyMap(), calls: emptyMap(), nextCall: 1,
  node: { object: undefined, registered: false, attempts: 0, isPatching: false, reportedMs: 0, isCheckDue: false, announced: false },
  lease: { object: undefined, failures: 0, renewals: 0 },
});

/** Why spelled out: see mutable.ts. */
export const copyOf = (state: KubeletState): Mutable<KubeletState> => ({
  requests: state.requests, recorder: state.recorder, informers: state.informers, isReady: state.isReady, isSwept: state.isSwept,
  workers: state.workers, views: state.views, statuses: state.statuses, statusQueue: state.statusQueue, statusBusy: state.statusBusy, probes: state.probes,
  images: state.images, puller: state.puller, restartBackOffs: state.restartBackOffs, pullBackOffs: state.pullBackOffs, pullErrors: state.pullErrors,
  calls: state.calls, nextCall: state.nextCall, node: state.node, lease: state.lease,
});

export const copyOfWorker = (worker: PodWorker): Mutable<PodWorker> => ({
  uid: worker.uid, phase: worker.phase, pod: worker.pod, isPending: worker.isPending, ops: worker.ops, stopping: worker.stopping, starting: worker.starting,
  starts: worker.starts, reasons: worker.reasons, errors: worker.errors, retries: worker.retries, graceSeconds: worker.graceSeconds,
  graceEndsMs: worker.graceEndsMs, isGone: worker.isGone, isOrphan: worker.isOrphan,
});
