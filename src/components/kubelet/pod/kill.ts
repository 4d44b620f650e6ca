/**
 * Stops containers: the event, the pre-stop hook, then the runtime's stop within what is left of the grace period.
 * Models: pkg/kubelet/kuberuntime/kuberuntime_container.go `killContainer`, `setTerminationGracePeriod`, kuberuntime_termination_order.go
 */
import type { Pod } from '../../../api/types.ts';
import { sortedKeys } from '../../../base/order.ts';
import { MINIMUM_GRACE_MS } from '../options.ts';
import type { PodWorker, SyncOp } from '../state.ts';
import { callRuntime, changeWorker, clearTimer, hookTimer, recordContainer, setTimer } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { findContainer, hookMs, initContainersOf, isSidecar } from './containers.ts';
import type { ContainerToKill } from './pod-actions.ts';
import type { RuntimeView } from './runtime-view.ts';

type KillOp = Extract<SyncOp, { readonly op: 'kill' }>;

const graceSecondsOf = (pod: Pod, { name, because }: ContainerToKill): number => {
  if (pod.metadata.deletionGracePeriodSeconds !== undefined) return pod.metadata.deletionGracePeriodSeconds;
  const probe = because === undefined ? undefined : findContainer(pod, name)?.[`${because}Probe`];
  return probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 2;
};

const stop = (turn: Turn, uid: string, containerId: string, untilMs: number): void => {
  const timeoutMs = Math.max(MINIMUM_GRACE_MS, untilMs - turn.env.nowMs);
  callRuntime(turn, { kind: 'stop-container', containerId, timeoutMs }, { kind: 'stop', uid, containerId });
};

const preStopMs = (pod: Pod, name: string): number => hookMs(findContainer(pod, name)?.lifecycle?.preStop);

const kill = (turn: Turn, worker: PodWorker, target: ContainerToKill, untilMs: number): void => {
  recordContainer(turn, worker.pod, target.name, 'Normal', 'Killing', target.message === '' ? `Stopping container ${target.name}` : target.message);
  const hook = Math.min(preStopMs(worker.pod, target.name), untilMs - turn.env.nowMs);
  if (hook > 0) setTimer(turn, hookTimer('pre-stop', worker.uid, target.containerId), hook);
  else stop(turn, worker.uid, target.containerId, untilMs);
};

/** All at once; the sync goes on when every one has stopped. */
export const beginKill = (turn: Turn, worker: PodWorker, op: KillOp): void => {
  const due = op.containers.map((target) => [target, op.untilMs ?? turn.env.nowMs + graceSecondsOf(worker.pod, target) * 1000] as const);
  changeWorker(turn, worker.uid, { stopping: { ...worker.stopping, ...Object.fromEntries(due.map(([{ containerId }, untilMs]) => [containerId, untilMs])) } });
  for (const [target, untilMs] of due) kill(turn, worker, target, untilMs);
};

export const preStopDone = (turn: Turn, worker: PodWorker, containerId: string): void => {
  const untilMs = worker.stopping[containerId];
  if (untilMs !== undefined) stop(turn, worker.uid, containerId, untilMs);
};

/** The grace period was shortened: hooks are cut off, and the runtime is asked again. */
export const hastenKill = (turn: Turn, worker: PodWorker, untilMs: number): void => {
  const ids = sortedKeys(worker.stopping).filter((id) => (worker.stopping[id] ?? 0) > untilMs);
  if (ids.length === 0) return;
  changeWorker(turn, worker.uid, { stopping: { ...worker.stopping, ...Object.fromEntries(ids.map((id) => [id, untilMs])) } });
  for (const id of ids) {
    clearTimer(turn, hookTimer('pre-stop', worker.uid, id));
    stop(turn, worker.uid, id, untilMs);
  }
};

/** The containers first, then the sidecars one after another from the last to the first, then the sandboxes. */
export const killPodOps = (pod: Pod, view: RuntimeView, untilMs: number | undefined): readonly SyncOp[] => {
  const within = untilMs === undefined ? {} : { untilMs };
  const running = view.containers.filter(({ state }) => state === 'running').map(({ id, config }) => ({ containerId: id, name: config.name, message: '' }));
  const sidecars = initContainersOf(pod).filter(isSidecar).map(({ name }) => name);
  const first = running.filter(({ name }) => !sidecars.includes(name));
  const groups = [first, ...sidecars.toReversed().map((sidecar) => running.filter(({ name }) => name === sidecar))].filter((group) => group.length > 0);
  return [
    ...groups.map((containers): SyncOp => ({ op: 'kill', containers, ...within })),
    ...view.sandboxes.filter(({ state }) => state === 'ready').map(({ id }): SyncOp => ({ op: 'stop-sandbox', sandboxId: id })),
  ];
};
