/**
 * The pod workers: one for each pod uid, from the first sight of the pod until nothing of it is left.
 * Models: pkg/kubelet/pod_workers.go `UpdatePod`, `podWorkerLoop`, `completeWork`; pkg/kubelet/kubelet.go `HandlePodAdditions`, `HandlePodUpdates`,
 *   `HandlePodRemoves`, `rejectPod`; pkg/kubelet/kubelet_pods.go `HandlePodCleanups`
 * Not modelled: static and mirror pods, the resync of every pod once a minute, and the two-second housekeeping (its work is done when its cause is seen).
 */
import { invariant } from '../../../base/assert.ts';
import { isPodTerminal, qosClassOf } from '../../../api/pod-helpers.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import type { Pod } from '../../../api/types.ts';
import { fraction, jitter } from '../../../client/back-off.ts';
import type { CriAnswer, SandboxStatus } from '../../../protocol/cri.ts';
import { rejectionOf } from '../admission/admit-pod.ts';
import { isFinished, isTerminating, podWorkerChart } from '../machine.ts';
import type { WorkerEvent } from '../machine.ts';
import { WORKER_BACK_OFF_MS, WORKER_JITTER } from '../options.ts';
import { forgetProbes } from '../prober.ts';
import type { PodWorker, SyncError } from '../state.ts';
import { deletionSeen, forgetStatus, setPodStatus } from '../status/status-manager.ts';
import { callRuntime, changeWorker, clearTimer, record, set, setTimer, setWorker, viewOf, workerTimer } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { admittingNode } from '../node/node-self.ts';
import { hastenKill } from './kill.ts';
import { hasRunning } from './runtime-view.ts';
import { beginSync, beginTermination, cancelSync, finishPod, reportStopped } from './sync-pod.ts';
import type { Progress } from './sync-pod.ts';

const RESYNC_MS = 60_000;
/** Of a pod that the API does not have any more. */
const ORPHAN_GRACE_SECONDS = 1;

const newWorker = (uid: string, pod: Pod, isOrphan: boolean): PodWorker => ({
  uid, phase: podWorkerChart.initial, pod, isPending: false, ops: [], stopping: {}, starting: undefined, starts: {}, reasons: {}, errors: [], retries: 0,
  graceSeconds: undefined, graceEndsMs: undefined, isGone: isOrphan, isOrphan,
});

/** Hands what a sync has come to back to the worker's lifecycle. */
export const follow = (turn: Turn, uid: string, progress: Progress): void => {
  if (progress === 'waits') return;
  dispatch(turn, uid, progress.failed ? { type: 'FAILED' } : { type: 'SYNCED', terminal: progress.terminal });
};

/** Source: `completeWork`: until the first back-off ends, at most a resync interval; ten seconds after any other error. */
const retryDelayMs = (turn: Turn, uid: string, errors: readonly SyncError[], retries: number): number => {
  const ends = errors.map(({ untilMs }) => untilMs).filter((untilMs) => untilMs !== undefined);
  const delayMs = ends.length === 0 ? WORKER_BACK_OFF_MS : Math.min(RESYNC_MS, Math.max(0, Math.min(...ends) - turn.env.nowMs));
  return jitter(delayMs, WORKER_JITTER, fraction(turn.env.random(`worker ${uid}`, retries)));
};

const retryLater = (turn: Turn, worker: PodWorker): void => {
  if (worker.isPending) return dispatch(turn, worker.uid, { type: 'WORK' });
  setTimer(turn, workerTimer(worker.uid), retryDelayMs(turn, worker.uid, worker.errors, worker.retries));
  return changeWorker(turn, worker.uid, { retries: worker.retries + 1 });
};

const settle = (turn: Turn, worker: PodWorker): void => {
  if (worker.isPending) dispatch(turn, worker.uid, { type: 'WORK' });
};

/** Nothing of the pod runs and the API has forgotten it. */
const cleanUp = (turn: Turn, uid: string): void => {
  for (const sandbox of viewOf(turn.state, uid).sandboxes) callRuntime(turn, { kind: 'remove-pod-sandbox', sandboxId: sandbox.id }, { kind: 'cleanup' });
  forgetProbes(turn, uid);
  forgetStatus(turn, uid);
  clearTimer(turn, workerTimer(uid));
  set(turn, { workers: turn.state.workers.delete(uid), views: turn.state.views.delete(uid) });
};

const finish = (turn: Turn, worker: PodWorker): void => {
  finishPod(turn, worker);
  if (worker.isGone) cleanUp(turn, worker.uid);
};

const terminationGrace = ({ pod, graceSeconds, isOrphan }: PodWorker): number => {
  const wanted = isOrphan ? ORPHAN_GRACE_SECONDS : pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return Math.max(1, Math.min(wanted, graceSeconds ?? wanted));
};

const killPod = (turn: Turn, worker: PodWorker): void => {
  clearTimer(turn, workerTimer(worker.uid));
  const graceSeconds = terminationGrace(worker);
  const dying = { ...worker, graceSeconds, graceEndsMs: turn.env.nowMs + graceSeconds * 1000 };
  setWorker(turn, dying);
  follow(turn, worker.uid, beginTermination(turn, dying));
};

const hasten = (turn: Turn, worker: PodWorker): void => {
  const graceSeconds = terminationGrace(worker);
  if (worker.graceSeconds === undefined || graceSeconds >= worker.graceSeconds) return;
  const graceEndsMs = turn.env.nowMs + graceSeconds * 1000;
  changeWorker(turn, worker.uid, { graceSeconds, graceEndsMs, ops: worker.ops.map((op) => (op.op === 'kill' ? { ...op, untilMs: graceEndsMs } : op)) });
  hastenKill(turn, turn.state.workers.get(worker.uid) ?? worker, graceEndsMs);
};

const perform = (turn: Turn, worker: PodWorker, action: string): void => {
  const { uid } = worker;
  switch (action) {
    case 'syncPod':
      clearTimer(turn, workerTimer(uid));
      return follow(turn, uid, beginSync(turn, worker));
    case 'markPending': return changeWorker(turn, uid, { isPending: true });
    case 'rest': return settle(turn, worker);
    case 'retryLater': return retryLater(turn, worker);
    case 'cancelSync': return cancelSync(turn, worker) ? dispatch(turn, uid, { type: 'SYNCED', terminal: false }) : undefined;
    case 'killPod': return killPod(turn, worker);
    case 'hasten': return hasten(turn, worker);
    case 'reportStopped': return reportStopped(turn, worker);
    case 'finishPod': return finish(turn, worker);
    default: invariant(false, `kubelet: unknown worker action ${action}`);
  }
};

export const dispatch = (turn: Turn, uid: string, event: WorkerEvent): void => {
  const worker = turn.state.workers.get(uid);
  if (worker === undefined) return;
  const { state: phase, actions } = podWorkerChart.next(worker.phase, event);
  if (phase !== worker.phase) changeWorker(turn, uid, { phase });
  for (const action of actions) {
    const now = turn.state.workers.get(uid);
    if (now !== undefined) perform(turn, now, action);
  }
};

/**
 * Those whose room is taken. A pod that was deleted without grace gives its room up at once, although it may still run.
 * Models: pkg/kubelet/kubelet_pods.go `GetActivePods`; that it does so is a known weakness, #104824
 */
const activePods = (turn: Turn, uid: string): readonly Pod[] => {
  const pods: Pod[] = [];
  turn.state.workers.forEach((worker) => { if (worker.uid !== uid && !worker.isGone && !isFinished(worker.phase)) pods.push(worker.pod); });
  return pods;
};

const reject = (turn: Turn, pod: Pod, reason: string, message: string): void => {
  record(turn, pod, 'Warning', reason, message);
  setPodStatus(turn, pod, {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase: 'Failed', reason, message: `Pod was rejected: ${message}`, qosClass: pod.status?.qosClass ?? qosClassOf(pod),
  });
};

const begin = (turn: Turn, pod: Pod): void => {
  const uid = pod.metadata.uid ?? '';
  if (pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod)) {
    const rejection = rejectionOf(pod, activePods(turn, uid), admittingNode(turn));
    if (rejection !== undefined) return reject(turn, pod, rejection.reason, rejection.message);
  }
  setWorker(turn, newWorker(uid, pod, false));
  if (isPodTerminal(pod)) return dispatch(turn, uid, hasRunning(viewOf(turn.state, uid)) ? { type: 'TERMINATE' } : { type: 'ENDED' });
  return dispatch(turn, uid, { type: pod.metadata.deletionTimestamp === undefined ? 'WORK' : 'TERMINATE' });
};

/** Source: `podsDifferSemantically`; and a readiness gate that has moved. */
const matters = (before: Pod, now: Pod): boolean => {
  const [a, b] = [before.metadata, now.metadata];
  return a.deletionTimestamp !== b.deletionTimestamp || a.deletionGracePeriodSeconds !== b.deletionGracePeriodSeconds || !semanticEqual(before.spec, now.spec)
    || !semanticEqual(a.labels ?? {}, b.labels ?? {}) || !semanticEqual(a.annotations ?? {}, b.annotations ?? {})
    || ((now.spec.readinessGates ?? []).length > 0 && !semanticEqual(before.status?.conditions ?? [], now.status?.conditions ?? []));
};

const change = (turn: Turn, worker: PodWorker, pod: Pod): void => {
  const { uid, pod: before } = worker;
  changeWorker(turn, uid, { pod });
  if (isFinished(worker.phase)) return deletionSeen(turn, pod);
  const isDoomed = pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod);
  if (isDoomed && !isTerminating(worker.phase)) return dispatch(turn, uid, { type: 'TERMINATE' });
  if (isDoomed) return before.metadata.deletionGracePeriodSeconds === pod.metadata.deletionGracePeriodSeconds ? undefined : dispatch(turn, uid, { type: 'TERMINATE' });
  return matters(before, pod) ? dispatch(turn, uid, { type: 'WORK' }) : undefined;
};

/** A pod of this node was added or changed in the API. */
export const podSeen = (turn: Turn, pod: Pod): void => {
  const uid = pod.metadata.uid ?? '';
  const worker = turn.state.workers.get(uid);
  if (worker !== undefined) return change(turn, worker, pod);
  // Why: a pod that was rejected has a status and no worker; it is not looked at again unless it is being deleted.
  if (turn.state.statuses.has(uid) && pod.metadata.deletionTimestamp === undefined) return undefined;
  return begin(turn, pod);
};

/** A pod of this node is gone from the API: what still runs of it is stopped, and then all that is left is removed. */
export const podGone = (turn: Turn, pod: Pod): void => {
  const uid = pod.metadata.uid ?? '';
  const worker = turn.state.workers.get(uid);
  if (worker === undefined) return forgetStatus(turn, uid);
  changeWorker(turn, uid, { isGone: true, pod });
  if (isFinished(worker.phase)) return cleanUp(turn, uid);
  return dispatch(turn, uid, { type: 'TERMINATE' });
};

const orphanPod = ({ config: { podName, podNamespace, podUid } }: SandboxStatus): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: podName, namespace: podNamespace, uid: podUid }, spec: { containers: [] }, status: {} });

/** Stops and removes what the runtime has of pods that the API does not have. Source: `HandlePodCleanups`. */
export const sweepOrphans = (turn: Turn): void => {
  for (const [uid, view] of turn.state.views.entries()) {
    const sandbox = view.sandboxes[0];
    if (turn.state.workers.has(uid) || sandbox === undefined) continue;
    setWorker(turn, newWorker(uid, orphanPod(sandbox), true));
    dispatch(turn, uid, { type: 'TERMINATE' });
  }
};

/** An answer for a worker that may be gone by now. */
export const answerWorker = (turn: Turn, uid: string, take: (worker: PodWorker) => Progress): void => {
  const worker = turn.state.workers.get(uid);
  if (worker !== undefined) follow(turn, uid, take(worker));
};

export const isCancelled = (worker: PodWorker): boolean => worker.phase === 'syncing.cancelling';

/** What an answer that will not come is taken for. */
export const unavailable: CriAnswer = {
  kind: 'error', message: 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
};
