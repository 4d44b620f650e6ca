/**
 * Starts one container: image, create, start, post-start hook; each step waits for an answer.
 * Models: pkg/kubelet/kuberuntime/kuberuntime_container.go `startContainer`, kuberuntime_manager.go `doBackOff`
 * Not modelled: environment and volumes from ConfigMaps and Secrets (so no CreateContainerConfigError).
 */
import { invariant } from '../../../base/assert.ts';
import type { Container } from '../../../api/types.ts';
import { backOffNext, delayOf, isInBackOffSince } from '../../../client/back-off.ts';
import type { CriAnswer } from '../../../protocol/cri.ts';
import { defaultBehavior } from '../default-behavior.ts';
import { goDuration, podText } from '../go-text.ts';
import { ensureImage } from '../image-puller.ts';
import { containerStartChart } from '../machine.ts';
import type { ContainerEvent } from '../machine.ts';
import { RESTART_BACK_OFF } from '../options.ts';
import type { ContainerStart, PodWorker, SyncOp } from '../state.ts';
import { callRuntime, changeWorker, clearTimer, hookTimer, recordContainer, set, setTimer, setView, viewOf } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { findContainer, hookMs } from './containers.ts';
import { withContainerCreated, withContainerSeen } from './runtime-view.ts';

type StartOp = Extract<SyncOp, { readonly op: 'start' }>;

/** Whether the start is over: the sync may go on. */
type Progress = 'waits' | 'over';

const workerOf = (turn: Turn, uid: string): PodWorker => {
  const worker = turn.state.workers.get(uid);
  invariant(worker !== undefined, () => `kubelet: there is no worker for pod ${uid}`);
  return worker;
};

const startOf = (worker: PodWorker, name: string): ContainerStart =>
  (Object.hasOwn(worker.starts, name) ? worker.starts[name] : undefined) ?? { phase: containerStartChart.initial, attempt: 0 };

const setStart = (turn: Turn, uid: string, name: string, phase: ContainerStart['phase'], attempt: number, containerId: string | undefined): void => {
  const starts: Record<string, ContainerStart> = { ...workerOf(turn, uid).starts };
  starts[name] = containerId === undefined ? { phase, attempt } : { phase, attempt, containerId };
  changeWorker(turn, uid, { starts });
};

const containerOf = (turn: Turn, uid: string, name: string): Container => {
  const container = findContainer(workerOf(turn, uid).pod, name);
  invariant(container !== undefined, () => `kubelet: pod ${uid} has no container ${name}`);
  return container;
};

const fail = (turn: Turn, uid: string, name: string, reason: string, message: string, untilMs: number | undefined): void => {
  const worker = workerOf(turn, uid);
  changeWorker(turn, uid, { reasons: { ...worker.reasons, [name]: { reason, message } }, errors: [...worker.errors, { untilMs }] });
};

const imageFailed = (turn: Turn, uid: string, name: string, reason: string): void =>
  recordContainer(turn, workerOf(turn, uid).pod, name, 'Warning', 'Failed', `Error: ${reason}`);

const createContainer = (turn: Turn, uid: string, name: string): void => {
  const { pod } = workerOf(turn, uid);
  const container = containerOf(turn, uid, name);
  const { annotations } = pod.metadata;
  const config = {
    name, image: container.image ?? '', attempt: startOf(workerOf(turn, uid), name).attempt, spec: container, behavior: defaultBehavior(pod, container),
    ...(annotations === undefined ? {} : { annotations }),
  };
  callRuntime(turn, { kind: 'create-container', sandboxId: viewOf(turn.state, uid).sandboxes[0]?.id ?? '', config }, { kind: 'create', uid, container: name });
};

const ensure = (turn: Turn, uid: string, name: string): Progress => {
  const outcome = ensureImage(turn, workerOf(turn, uid).pod, containerOf(turn, uid, name));
  switch (outcome.kind) {
    case 'present': return moveStart(turn, uid, name, { type: 'PULLED' });
    case 'pulling': return moveStart(turn, uid, name, { type: 'PULL' });
    case 'failed':
      imageFailed(turn, uid, name, outcome.reason);
      return moveStart(turn, uid, name, { type: 'FAILED', reason: outcome.reason, message: outcome.message, untilMs: outcome.untilMs });
  }
};

const complete = (turn: Turn, uid: string, name: string): Progress => {
  const worker = workerOf(turn, uid);
  const { [name]: _cleared, ...reasons } = worker.reasons;
  changeWorker(turn, uid, { reasons, starting: undefined, isPending: true });
  return 'over';
};

const runPostStart = (turn: Turn, uid: string, name: string): Progress => {
  const delayMs = hookMs(containerOf(turn, uid, name).lifecycle?.postStart);
  if (delayMs === 0) return moveStart(turn, uid, name, { type: 'FINISHED' });
  setTimer(turn, hookTimer('post-start', uid, name), delayMs);
  return 'waits';
};

const perform = (turn: Turn, uid: string, name: string, action: string, event: ContainerEvent): Progress => {
  switch (action) {
    case 'ensureImage': return ensure(turn, uid, name);
    // The puller has it already.
    case 'pullImage': return 'waits';
    case 'createContainer':
      createContainer(turn, uid, name);
      return 'waits';
    case 'startContainer':
      callRuntime(turn, { kind: 'start-container', containerId: startOf(workerOf(turn, uid), name).containerId ?? '' }, { kind: 'start', uid, container: name });
      return 'waits';
    case 'runPostStart': return runPostStart(turn, uid, name);
    case 'complete': return complete(turn, uid, name);
    case 'fail':
      if (event.type === 'FAILED') fail(turn, uid, name, event.reason, event.message, event.untilMs);
      changeWorker(turn, uid, { starting: undefined });
      return 'over';
    case 'abort':
      clearTimer(turn, hookTimer('post-start', uid, name));
      changeWorker(turn, uid, { starting: undefined });
      return 'over';
    default: invariant(false, `kubelet: unknown container action ${action}`);
  }
};

const moveStart = (turn: Turn, uid: string, name: string, event: ContainerEvent): Progress => {
  const start = startOf(workerOf(turn, uid), name);
  const { state: phase, actions } = containerStartChart.next(start.phase, event);
  if (phase !== start.phase) setStart(turn, uid, name, phase, start.attempt, start.containerId);
  let progress: Progress = 'waits';
  for (const action of actions) progress = perform(turn, uid, name, action, event);
  return progress;
};

/** In back-off since the last exit: when it ends; else the back-off has grown for the next time. */
const backOff = (turn: Turn, op: StartOp, key: string): number | undefined => {
  if (op.exitedMs === undefined) return undefined;
  const { restartBackOffs } = turn.state;
  const { nowMs } = turn.env;
  if (isInBackOffSince(restartBackOffs, RESTART_BACK_OFF, key, op.exitedMs, nowMs)) return op.exitedMs + delayOf(restartBackOffs, key);
  set(turn, { restartBackOffs: backOffNext(restartBackOffs, RESTART_BACK_OFF, key, op.exitedMs, nowMs, 0) });
  return undefined;
};

export const beginStart = (turn: Turn, uid: string, op: StartOp): Progress => {
  const { pod } = workerOf(turn, uid);
  const name = op.container;
  const key = `${uid}/${name}`;
  const untilMs = backOff(turn, op, key);
  if (untilMs !== undefined) {
    recordContainer(turn, pod, name, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podText(pod)}`);
    const message = `back-off ${goDuration(delayOf(turn.state.restartBackOffs, key))} restarting failed container=${name} pod=${podText(pod)}`;
    return moveStart(turn, uid, name, { type: 'FAILED', reason: 'CrashLoopBackOff', message, untilMs });
  }
  setStart(turn, uid, name, startOf(workerOf(turn, uid), name).phase, op.attempt, undefined);
  changeWorker(turn, uid, { starting: name });
  return moveStart(turn, uid, name, { type: 'START' });
};

const errorText = (answer: CriAnswer): string => (answer.kind === 'error' ? answer.message : `unexpected answer ${answer.kind}`);

/** Of the dead instances of a container only the newest is kept. Source: `containerGC`, MaxPerPodContainer 1. */
const removeOldDead = (turn: Turn, uid: string, name: string): void => {
  const view = viewOf(turn.state, uid);
  const old = view.containers.filter((c) => c.config.name === name && c.state === 'exited').slice(1);
  if (old.length === 0) return;
  for (const { id } of old) callRuntime(turn, { kind: 'remove-container', containerId: id }, { kind: 'cleanup' });
  setView(turn, uid, { ...view, containers: view.containers.filter((c) => !old.includes(c)) });
};

export const containerCreated = (turn: Turn, uid: string, name: string, answer: CriAnswer, isCancelled: boolean): Progress => {
  const { pod } = workerOf(turn, uid);
  if (answer.kind !== 'container') {
    recordContainer(turn, pod, name, 'Warning', 'Failed', `Error: ${errorText(answer)}`);
    return moveStart(turn, uid, name, { type: 'FAILED', reason: 'CreateContainerError', message: errorText(answer), untilMs: undefined });
  }
  setView(turn, uid, withContainerCreated(viewOf(turn.state, uid), answer.container));
  const { phase, attempt } = startOf(workerOf(turn, uid), name);
  setStart(turn, uid, name, phase, attempt, answer.container.id);
  removeOldDead(turn, uid, name);
  recordContainer(turn, pod, name, 'Normal', 'Created', `Created container: ${name}`);
  return moveStart(turn, uid, name, { type: isCancelled ? 'ABORT' : 'CREATED' });
};

export const containerStarted = (turn: Turn, uid: string, name: string, answer: CriAnswer, isCancelled: boolean): Progress => {
  const { pod } = workerOf(turn, uid);
  if (answer.kind !== 'container') {
    recordContainer(turn, pod, name, 'Warning', 'Failed', `Error: ${errorText(answer)}`);
    return moveStart(turn, uid, name, { type: 'FAILED', reason: 'RunContainerError', message: errorText(answer), untilMs: undefined });
  }
  setView(turn, uid, withContainerSeen(viewOf(turn.state, uid), answer.container));
  recordContainer(turn, pod, name, 'Normal', 'Started', `Started container ${name}`);
  return moveStart(turn, uid, name, { type: isCancelled ? 'ABORT' : 'STARTED' });
};

export const imageReady = (turn: Turn, uid: string, name: string, failure: string | undefined): Progress => {
  if (failure === undefined) return moveStart(turn, uid, name, { type: 'PULLED' });
  imageFailed(turn, uid, name, 'ErrImagePull');
  return moveStart(turn, uid, name, { type: 'FAILED', reason: 'ErrImagePull', message: failure, untilMs: undefined });
};

export const isPulling = (worker: PodWorker, name: string): boolean => worker.starting === name && startOf(worker, name).phase === 'pulling';

export const postStartDone = (turn: Turn, uid: string, name: string): Progress => moveStart(turn, uid, name, { type: 'FINISHED' });

/** Gives up a start that waits for something other than an answer about the container itself; false when it has to wait for that one. */
export const abortStart = (turn: Turn, uid: string, name: string): boolean => {
  const { phase } = startOf(workerOf(turn, uid), name);
  if (phase === 'creating' || phase === 'starting') return false;
  moveStart(turn, uid, name, { type: 'ABORT' });
  return true;
};
