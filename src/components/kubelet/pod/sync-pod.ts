/**
 * One sync of a pod: status first, then what the runtime has to do, one thing after another.
 * Models: pkg/kubelet/kubelet.go `SyncPod`, `SyncTerminatingPod`, `SyncTerminatedPod`; kuberuntime/kuberuntime_manager.go `SyncPod`
 * Not modelled: volumes, cgroups, network readiness of the node, ConfigMaps and Secrets.
 */
import { sortedKeys } from '../../../base/order.ts';
import type { CriAnswer } from '../../../protocol/cri.ts';
import { isFinished } from '../machine.ts';
import { failureOf, followContainers, forgetProbes, verdictOf } from '../prober.ts';
import type { KubeletState, PodWorker, SyncOp } from '../state.ts';
import { podStatusOf } from '../status/pod-status.ts';
import { setPodStatus, statusOf, terminatePod } from '../status/status-manager.ts';
import { callRuntime, changeWorker, record, setView, viewOf } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { beginKill, killPodOps } from './kill.ts';
import { computePodActions } from './pod-actions.ts';
import type { PodActions } from './pod-actions.ts';
import { latestContainer, latestExited, withContainerSeen, withSandboxCreated, withSandboxStopped } from './runtime-view.ts';
import type { RuntimeView } from './runtime-view.ts';
import { abortStart, beginStart } from './start-container.ts';

/** `terminal`: the pod has ended by itself. */
export type Progress = 'waits' | { readonly kind: 'over'; readonly failed: boolean; readonly terminal: boolean };

const reportStatus = (turn: Turn, worker: PodWorker, isTerminal: boolean): string | undefined => {
  if (worker.isOrphan) return undefined;
  const { uid, pod, reasons } = worker;
  const status = podStatusOf({
    pod, reasons, view: viewOf(turn.state, uid), reported: statusOf(turn.state, uid), hostIp: turn.plan.options.address,
    verdict: (containerId, container) => verdictOf(turn.state, uid, containerId, container),
  }, isTerminal);
  setPodStatus(turn, pod, status);
  return status.phase;
};

const nextAttempt = (view: RuntimeView, state: KubeletState, uid: string, name: string): number => {
  const latest = latestContainer(view, name);
  if (latest !== undefined) return latest.config.attempt + 1;
  const shown = statusOf(state, uid);
  const known = [...(shown?.containerStatuses ?? []), ...(shown?.initContainerStatuses ?? [])].find((status) => status.name === name);
  return known?.state?.terminated !== undefined || known?.lastState?.terminated !== undefined ? (known.restartCount ?? 0) + 1 : 0;
};

const opsOf = (turn: Turn, worker: PodWorker, actions: PodActions): readonly SyncOp[] => {
  const { uid, pod } = worker;
  const view = viewOf(turn.state, uid);
  return [
    ...(actions.killPod ? killPodOps(pod, view, undefined) : []),
    ...(actions.containersToKill.length === 0 ? [] : [{ op: 'kill', containers: actions.containersToKill } as const]),
    ...(actions.createSandbox ? [{ op: 'run-sandbox', attempt: actions.attempt } as const] : []),
    ...actions.containersToStart.map((container): SyncOp =>
      ({ op: 'start', container, attempt: nextAttempt(view, turn.state, uid, container), exitedMs: latestExited(view, container)?.finishedMs })),
  ];
};

/** Dead sandboxes with nothing in them go when there is a newer one. Source: `evictSandboxes`. */
const removeOldSandboxes = (turn: Turn, uid: string): void => {
  const view = viewOf(turn.state, uid);
  const old = view.sandboxes.slice(1).filter(({ id, state }) => state === 'not-ready' && !view.containers.some(({ sandboxId }) => sandboxId === id));
  if (old.length === 0) return;
  for (const { id } of old) callRuntime(turn, { kind: 'remove-pod-sandbox', sandboxId: id }, { kind: 'cleanup' });
  setView(turn, uid, { ...view, sandboxes: view.sandboxes.filter((sandbox) => !old.includes(sandbox)) });
};

export const beginSync = (turn: Turn, worker: PodWorker): Progress => {
  const { uid, pod } = worker;
  removeOldSandboxes(turn, uid);
  followContainers(turn, uid, false);
  const phase = reportStatus(turn, worker, false);
  if (phase === 'Succeeded' || phase === 'Failed') return { kind: 'over', failed: false, terminal: true };
  const actions = computePodActions(pod, viewOf(turn.state, uid), {
    failure: (containerId) => failureOf(turn.state, uid, containerId),
    isStarted: (containerId, container) => verdictOf(turn.state, uid, containerId, container).started,
  });
  changeWorker(turn, uid, { ops: opsOf(turn, worker, actions), errors: [], isPending: false });
  return proceed(turn, uid);
};

export const beginTermination = (turn: Turn, worker: PodWorker): Progress => {
  const { uid, pod } = worker;
  reportStatus(turn, worker, false);
  if (turn.plan.policy.terminalPhase === 'as-soon-as-known' && !worker.isOrphan) setPodStatus(turn, pod, { ...statusOf(turn.state, uid), phase: 'Failed' });
  followContainers(turn, uid, true);
  changeWorker(turn, uid, { ops: killPodOps(pod, viewOf(turn.state, uid), worker.graceEndsMs), errors: [], isPending: false });
  return proceed(turn, uid);
};

/** All has stopped: the final status. */
export const reportStopped = (turn: Turn, worker: PodWorker): void => {
  forgetProbes(turn, worker.uid);
  reportStatus(turn, worker, true);
};

export const finishPod = (turn: Turn, worker: PodWorker): void => {
  reportStatus(turn, worker, true);
  if (!worker.isOrphan) terminatePod(turn, worker.pod);
};

const runSandbox = (turn: Turn, { uid, pod }: PodWorker, attempt: number): void => {
  const { name, namespace = '' } = pod.metadata;
  const config = { podNamespace: namespace, podName: name, podUid: uid, attempt, hostNetwork: pod.spec.hostNetwork === true };
  callRuntime(turn, { kind: 'run-pod-sandbox', config }, { kind: 'sandbox', uid });
};

const perform = (turn: Turn, worker: PodWorker, op: SyncOp): 'waits' | 'over' => {
  switch (op.op) {
    case 'kill':
      beginKill(turn, worker, op);
      return 'waits';
    case 'stop-sandbox':
      callRuntime(turn, { kind: 'stop-pod-sandbox', sandboxId: op.sandboxId }, { kind: 'stop-sandbox', uid: worker.uid, sandboxId: op.sandboxId });
      return 'waits';
    case 'run-sandbox':
      runSandbox(turn, worker, op.attempt);
      return 'waits';
    case 'start': return beginStart(turn, worker.uid, op);
  }
};

/** Goes on with the next thing to do until one has to wait. */
export const proceed = (turn: Turn, uid: string): Progress => {
  for (;;) {
    const worker = turn.state.workers.get(uid);
    const op = worker?.ops[0];
    if (worker === undefined || op === undefined) return { kind: 'over', failed: (worker?.errors.length ?? 0) > 0, terminal: false };
    changeWorker(turn, uid, { ops: worker.ops.slice(1) });
    if (perform(turn, { ...worker, ops: worker.ops.slice(1) }, op) === 'waits') return 'waits';
  }
};

/** What is left of the sync is dropped. True when nothing outstanding has to be waited for. */
export const cancelSync = (turn: Turn, worker: PodWorker): boolean => {
  changeWorker(turn, worker.uid, { ops: [] });
  if (worker.starting !== undefined) return abortStart(turn, worker.uid, worker.starting);
  return false;
};

const failSync = (turn: Turn, uid: string): Progress => {
  const worker = turn.state.workers.get(uid);
  changeWorker(turn, uid, { ops: [], errors: [...(worker?.errors ?? []), { untilMs: undefined }] });
  return proceed(turn, uid);
};

export const sandboxAnswered = (turn: Turn, worker: PodWorker, answer: CriAnswer): Progress => {
  const { uid, pod } = worker;
  if (answer.kind === 'sandbox') {
    setView(turn, uid, withSandboxCreated(viewOf(turn.state, uid), answer.sandbox));
    changeWorker(turn, uid, { isPending: true });
    return proceed(turn, uid);
  }
  const why = answer.kind === 'error' ? answer.message : `unexpected answer ${answer.kind}`;
  record(turn, pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${why}`);
  return failSync(turn, uid);
};

export const sandboxStopped = (turn: Turn, worker: PodWorker, sandboxId: string, answer: CriAnswer): Progress => {
  if (answer.kind === 'error') return failSync(turn, worker.uid);
  setView(turn, worker.uid, withSandboxStopped(viewOf(turn.state, worker.uid), sandboxId));
  changeWorker(turn, worker.uid, { isPending: true });
  return proceed(turn, worker.uid);
};

export const containerStopped = (turn: Turn, worker: PodWorker, containerId: string, answer: CriAnswer): Progress => {
  const { uid } = worker;
  if (!Object.hasOwn(worker.stopping, containerId)) return 'waits';
  if (answer.kind === 'container') setView(turn, uid, withContainerSeen(viewOf(turn.state, uid), answer.container));
  const { [containerId]: _stopped, ...stopping } = worker.stopping;
  changeWorker(turn, uid, { stopping, isPending: true });
  if (answer.kind === 'error' && !isFinished(worker.phase)) changeWorker(turn, uid, { ops: [], errors: [...worker.errors, { untilMs: undefined }] });
  return sortedKeys(stopping).length > 0 ? 'waits' : proceed(turn, uid);
};
