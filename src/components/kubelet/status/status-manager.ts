/**
 * Reports pod statuses: keeps the newest of each pod, sends one after another, and deletes a pod whose end has been reported.
 * Models: pkg/kubelet/status/status_manager.go
 * Not modelled: mirror pods, DisruptionTarget, resize conditions.
 */
import { findCondition, transitionTime } from '../../../api/conditions.ts';
import { isPodTerminal } from '../../../api/pod-helpers.ts';
import { deepEqual } from '../../../api/patch/json-value.ts';
import { podStatusPatch } from '../../../api/pod-status.ts';
import { formatTime } from '../../../api/time.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isFinished } from '../machine.ts';
import { STATUS_RETRY_MS } from '../options.ts';
import { initContainersOf, isSidecar } from '../pod/containers.ts';
import type { CachedStatus, KubeletState } from '../state.ts';
import { ask, set, setTimer, writable } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { isOwnedCondition, unreadyBecause } from './conditions.ts';

const CHANNEL = 'status';
export const STATUS_TIMER = 'status-retry';

const TIMED: ReadonlySet<string> = new Set(['ContainersReady', 'Ready', 'Initialized', 'PodReadyToStartContainers', 'PodScheduled']);

const withTransitions = (status: PodStatus, before: PodStatus, now: string): PodStatus => ({
  ...status,
  conditions: (status.conditions ?? []).map((condition): PodCondition => {
    if (!TIMED.has(condition.type)) return condition;
    return { ...condition, lastTransitionTime: transitionTime(findCondition(before.conditions, condition.type), condition.status, now) };
  }),
});

const ownConditions = (status: PodStatus): readonly PodCondition[] => (status.conditions ?? []).filter(({ type }) => isOwnedCondition(type));

const isSame = (a: PodStatus, b: PodStatus): boolean =>
  a.phase === b.phase && deepEqual(ownConditions(a), ownConditions(b)) && deepEqual({ ...a, conditions: [] }, { ...b, conditions: [] });

const store = (turn: Turn, uid: string, cached: CachedStatus): void => {
  const state = writable(turn);
  state.statuses = state.statuses.set(uid, cached);
};

const enqueue = (turn: Turn, uid: string): void => {
  const state = writable(turn);
  state.statusQueue = state.statusQueue.push(uid);
  sendNext(turn);
};

/** Takes a new status of a pod; the same as before is ignored, unless the pod is finished with it. */
const update = (turn: Turn, pod: Pod, status: PodStatus, isForced: boolean): void => {
  const uid = pod.metadata.uid ?? '';
  const cached = turn.state.statuses.get(uid);
  const before = cached?.status ?? pod.status ?? {};
  const now = formatTime(turn.env.nowMs);
  const timed = withTransitions({ ...status, startTime: before.startTime ?? now }, before, now);
  if (cached !== undefined && !isForced && isSame(cached.status, timed)) {
    if (cached.pod !== pod) store(turn, uid, { ...cached, pod });
    return;
  }
  store(turn, uid, { pod, status: timed, version: (cached?.version ?? 0) + 1, sent: cached?.sent ?? 0, isFinished: isForced || cached?.isFinished === true });
  enqueue(turn, uid);
};

export const setPodStatus = (turn: Turn, pod: Pod, status: PodStatus): void => update(turn, pod, status, false);

export const statusOf = (state: KubeletState, uid: string): PodStatus | undefined => state.statuses.get(uid)?.status;

const lost = (status: ContainerStatus): ContainerStatus => (status.state?.terminated !== undefined ? status : {
  ...status,
  state: {
    terminated: { reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated', exitCode: 137 } as NonNullable<NonNullable<ContainerStatus['state']>['terminated']>,
  },
});

const hasInitialized = (pod: Pod, status: PodStatus): boolean => {
  if ((status.containerStatuses ?? []).some(({ state, lastState }) => state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined)) return true;
  const last = initContainersOf(pod).at(-1);
  if (last === undefined) return true;
  const found = status.initContainerStatuses?.find(({ name }) => name === last.name);
  return isSidecar(last) ? found?.started === true : found?.state?.terminated?.exitCode === 0 && found.ready === true;
};

/** The last word on a pod: what still has no end is given one, and the phase is terminal. */
export const terminatePod = (turn: Turn, pod: Pod): void => {
  const last = statusOf(turn.state, pod.metadata.uid ?? '') ?? pod.status ?? {};
  const containerStatuses = hasInitialized(pod, last) ? (last.containerStatuses ?? []).map(lost) : last.containerStatuses;
  const phase = last.phase === 'Succeeded' || last.phase === 'Failed' ? last.phase : 'Failed';
  update(turn, pod, { ...last, ...(containerStatuses === undefined ? {} : { containerStatuses }), phase }, true);
};

/** The API has forgotten the pod. */
export const forgetStatus = (turn: Turn, uid: string): void => {
  if (turn.state.statuses.has(uid)) set(turn, { statuses: turn.state.statuses.delete(uid) });
};

/** A pod that ended before it was deleted is waiting for its delete. */
export const deletionSeen = (turn: Turn, pod: Pod): void => {
  const uid = pod.metadata.uid ?? '';
  const cached = turn.state.statuses.get(uid);
  if (cached?.isFinished !== true || pod.metadata.deletionTimestamp === undefined) return;
  store(turn, uid, { ...cached, pod });
  enqueue(turn, uid);
};

const target = (pod: Pod): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> => ({ resource: 'pods', ...placeOf(pod) });

/** One status at a time, as one goroutine does it. */
const sendNext = (turn: Turn): void => {
  while (turn.state.statusBusy === undefined && turn.state.statusQueue.head !== undefined) {
    const uid = turn.state.statusQueue.head;
    const state = writable(turn);
    state.statusQueue = state.statusQueue.shift();
    const cached = turn.state.statuses.get(uid);
    if (cached === undefined || (cached.sent >= cached.version && !isDeletable(cached.pod, cached))) continue;
    state.statusBusy = uid;
    ask(turn, CHANNEL, { verb: 'get', ...target(cached.pod) }, { kind: 'status-get', uid });
  }
};

const finish = (turn: Turn): void => {
  writable(turn).statusBusy = undefined;
  sendNext(turn);
};

/** The next round comes by the timer. */
const giveUp = (turn: Turn): void => {
  setTimer(turn, STATUS_TIMER, STATUS_RETRY_MS);
  finish(turn);
};

/** Whether the API says otherwise than what was reported last: somebody else has written it, such as the node controller of a silent node. */
const isOverwritten = (cached: CachedStatus, pod: Pod): boolean => cached.sent >= cached.version && (pod.status?.phase !== cached.status.phase
  || ownConditions(cached.status).some(({ type, status }) => findCondition(pod.status?.conditions, type)?.status !== status));

/** A pod was seen in a watch: what it says of its status is looked at in the next round. Source: `needsReconcile`. */
export const statusSeen = (turn: Turn, pod: Pod): void => {
  const cached = turn.state.statuses.get(pod.metadata.uid ?? '');
  if (cached !== undefined && isOverwritten(cached, pod)) setTimer(turn, STATUS_TIMER, STATUS_RETRY_MS);
};

/** Source: `syncBatch`. `podOf`: as the kubelet's cache has it. */
export const retryStatuses = (turn: Turn, podOf: (pod: Pod) => Pod | undefined): void => {
  for (const [uid, cached] of turn.state.statuses.entries()) {
    const pod = podOf(cached.pod);
    const isStale = pod?.metadata.uid === uid && isOverwritten(cached, pod);
    if (isStale) store(turn, uid, { ...cached, sent: cached.version - 1 });
    if (isStale || cached.sent < cached.version || isDeletable(cached.pod, cached)) set(turn, { statusQueue: turn.state.statusQueue.push(uid) });
  }
  sendNext(turn);
};

const unready = (conditions: readonly PodCondition[], phase: 'Succeeded' | 'Failed', now: string): readonly PodCondition[] => conditions.map((condition) => {
  if ((condition.type !== 'Ready' && condition.type !== 'ContainersReady') || condition.status !== 'True') return condition;
  const { message: _message, ...rest } = condition;
  return { ...rest, status: 'False', reason: unreadyBecause(phase), lastTransitionTime: now };
});

/** While containers may still run, a terminal phase is held back. */
const isHeldBack = (turn: Turn, uid: string): boolean => {
  const worker = turn.state.workers.get(uid);
  return worker !== undefined && !isFinished(worker.phase) && turn.plan.policy.terminalPhase === 'containers-stopped';
};

const mergeStatus = (turn: Turn, uid: string, before: PodStatus, now: PodStatus): PodStatus => {
  const conditions = [...(before.conditions ?? []).filter(({ type }) => !isOwnedCondition(type)), ...ownConditions(now)];
  const wasTerminal = before.phase === 'Succeeded' || before.phase === 'Failed';
  if (now.phase !== 'Succeeded' && now.phase !== 'Failed') return { ...now, conditions };
  if (wasTerminal || !isHeldBack(turn, uid)) return { ...now, conditions: unready(conditions, now.phase, formatTime(turn.env.nowMs)) };
  const { reason: _reason, message: _message, ...rest } = now;
  return {
    ...rest, conditions, ...(before.phase === undefined ? {} : { phase: before.phase }),
    ...(before.reason === undefined ? {} : { reason: before.reason }), ...(before.message === undefined ? {} : { message: before.message }),
  };
};

const onFound = (turn: Turn, uid: string, answer: Answer): void => {
  const cached = turn.state.statuses.get(uid);
  const found = objectOf(answer) as Pod | undefined;
  if (found === undefined || cached === undefined) {
    // Why: a pod that does not exist is forgotten when its delete is seen; only other failures are tried again.
    const isAbsent = answer.kind === 'refused' && answer.code === 404;
    return isAbsent || cached === undefined ? finish(turn) : giveUp(turn);
  }
  if (found.metadata.uid !== uid) {
    forgetStatus(turn, uid);
    return finish(turn);
  }
  const patch = podStatusPatch(found.status, mergeStatus(turn, uid, found.status ?? {}, cached.status));
  if (patch === undefined) return onWritten(turn, uid, found, cached.version);
  return ask(turn, CHANNEL, { verb: 'patch', ...target(found), subresource: 'status', patchType: 'strategic', body: { metadata: { uid }, ...patch } },
    { kind: 'status-patch', uid, version: cached.version });
};

const isDeletable = (pod: Pod, cached: CachedStatus): boolean => pod.metadata.deletionTimestamp !== undefined && isPodTerminal(pod) && cached.isFinished;

const onWritten = (turn: Turn, uid: string, pod: Pod, version: number): void => {
  const cached = turn.state.statuses.get(uid);
  if (cached === undefined) return finish(turn);
  store(turn, uid, { ...cached, sent: Math.max(cached.sent, version) });
  if (!isDeletable(pod, cached)) {
    if (cached.version > version) set(turn, { statusQueue: turn.state.statusQueue.push(uid) });
    return finish(turn);
  }
  const preconditions = turn.plan.policy.finalDelete === 'with-uid' ? { preconditions: { uid } } : {};
  return ask(turn, CHANNEL, { verb: 'delete', ...target(pod), options: { gracePeriodSeconds: 0, ...preconditions } }, { kind: 'status-delete', uid });
};

export const statusAnswered = (
  turn: Turn, tag: { readonly kind: 'status-get' | 'status-delete'; readonly uid: string } | { readonly kind: 'status-patch'; readonly uid: string; readonly version: number }, answer: Answer,
): void => {
  switch (tag.kind) {
    case 'status-get': return onFound(turn, tag.uid, answer);
    case 'status-patch': {
      const pod = objectOf(answer) as Pod | undefined;
      return pod === undefined ? giveUp(turn) : onWritten(turn, tag.uid, pod, tag.version);
    }
    case 'status-delete':
      if (answer.kind === 'refused' || answer.kind === 'unknown-outcome') return giveUp(turn);
      forgetStatus(turn, tag.uid);
      return finish(turn);
  }
};
