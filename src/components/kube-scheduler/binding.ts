/**
 * The binding cycle of an assumed pod: wait for Permit, send what comes before, bind, and what follows from the answer. Many run at once.
 * Models: pkg/scheduler/schedule_one.go bindingCycle, bind, finishBinding, handleBindingCycleError; framework WaitOnPermit
 */
import type { Answer } from '../../client/controller.ts';
import { errorOf } from '../../client/controller.ts';
import { arm, cancel } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { finishBinding, forgetPod } from './cache/cache.ts';
import { fail } from './failure.ts';
import { EVENT } from './framework/cluster-event.ts';
import { fitMessage, absentByDefault, rejectors } from './framework/diagnosis.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { moveAll } from './queue/moves.ts';
import { dispatch } from './queue/queue.ts';
import { isRejected } from './framework/status.ts';
import type { Status } from './framework/status.ts';
import type { PodEvent } from './machine.ts';
import type { Binding, Turn } from './state.ts';
import { ask, channelFor, recordEvent, set, updateQueue } from './turn.ts';

const PERMIT_TIMER = 'permit/';
export const permitTimer = (uid: string): string => `${PERMIT_TIMER}${uid}`;
export const permitTimerUid = (key: string): string | undefined => (key.startsWith(PERMIT_TIMER) ? key.slice(PERMIT_TIMER.length) : undefined);

const tell = (turn: Turn, uid: string, event: PodEvent): void => updateQueue(turn, (queue, context) => {
  const pod = queue.pods.get(uid);
  return pod === undefined ? queue : dispatch(queue, pod, event, context);
});

const bindRequest = (turn: Turn, { pod }: PodInfo, node: string): { readonly request: ApiRequest; readonly plugin: string } | undefined => {
  for (const plugin of turn.plan.profile.bind) {
    const request = plugin.bind?.(pod, node);
    if (request !== undefined) return { request, plugin: plugin.name };
  }
  return undefined;
};

const sendNext = (turn: Turn, uid: string, { requests, info }: Binding): void => {
  const request = requests[0];
  if (request !== undefined) ask(turn, channelFor('bind', info.key), request, { kind: 'bind', uid });
};

/** The pod has been assumed to run on the node. */
export const beginBinding = (turn: Turn, info: PodInfo, node: string, waitMs: number | undefined): void => {
  const { uid } = info;
  const bind = bindRequest(turn, info, node);
  const requests = [...turn.plan.profile.preBind.flatMap((plugin) => plugin.preBind?.(info.pod, node) ?? []), ...(bind === undefined ? [] : [bind.request])];
  const binding: Binding = { info, node, requests, plugin: bind?.plugin ?? '' };
  set(turn, { bindings: turn.state.bindings.set(uid, binding) });
  tell(turn, uid, { type: 'ASSUME', wait: waitMs !== undefined });
  if (waitMs !== undefined) turn.effects.push(arm(permitTimer(uid), waitMs));
  else sendNext(turn, uid, binding);
};

export const isWaiting = (turn: Turn, uid: string): boolean => turn.state.queue.pods.get(uid)?.phase === 'inFlight.waiting';

/** A waiting pod may go on. */
export const permit = (turn: Turn, uid: string): void => {
  const binding = turn.state.bindings.get(uid);
  if (binding === undefined || !isWaiting(turn, uid)) return;
  turn.effects.push(cancel(permitTimer(uid)));
  tell(turn, uid, { type: 'PERMIT' });
  sendNext(turn, uid, binding);
};

const drop = (turn: Turn, uid: string): void => set(turn, { bindings: turn.state.bindings.delete(uid) });

/** A waiting pod is turned away; it gives its room back. Source: the rejected half of handleBindingCycleError. */
export const rejectWaiting = (turn: Turn, uid: string, status: Status): void => {
  const binding = turn.state.bindings.get(uid);
  if (binding === undefined || !isWaiting(turn, uid)) return;
  turn.effects.push(cancel(permitTimer(uid)));
  drop(turn, uid);
  set(turn, { cache: forgetPod(turn.state.cache, uid) });
  const { unschedulable, pending } = rejectors([status]);
  const message = fitMessage(1, { nodes: new Map([[binding.node, status]]), absent: absentByDefault, preFilterMessage: '', postFilterMessage: '' });
  fail(turn, binding.info, {
    message: isRejected(status) ? message : status.reasons.join(', '), reason: isRejected(status) ? 'Unschedulable' : 'SchedulerError',
    unschedulablePlugins: unschedulable, pendingPlugins: pending, nominatedNodeName: '',
  });
  // Why after: as an event of its own it would wake the very pod.
  released(turn, binding, (other) => other !== uid);
};

const released = (turn: Turn, binding: Binding, only?: (uid: string) => boolean): void => updateQueue(turn, (queue, context) =>
  moveAll(queue, EVENT.assignedPodDelete, { before: binding.info.pod, after: undefined }, context, only === undefined ? undefined : ({ info }) => only(info.uid)));

const bindingFailed = (turn: Turn, uid: string, binding: Binding, message: string): void => {
  drop(turn, uid);
  const assumed = turn.state.cache.pods.get(uid)?.assumed === true;
  set(turn, { cache: forgetPod(turn.state.cache, uid) });
  if (assumed) released(turn, binding);
  fail(turn, binding.info, { message, reason: 'SchedulerError', unschedulablePlugins: [], pendingPlugins: [], nominatedNodeName: '' });
};

const bound = (turn: Turn, uid: string, { info, node }: Binding): void => {
  drop(turn, uid);
  recordEvent(turn, { regarding: info.pod, type: 'Normal', reason: 'Scheduled', action: 'Binding', note: `Successfully assigned ${info.key} to ${node}` });
  tell(turn, uid, { type: 'BOUND' });
};

/** An answer to one of a binding's requests. */
export const bindingAnswered = (turn: Turn, uid: string, answer: Answer): void => {
  const binding = turn.state.bindings.get(uid);
  if (binding === undefined) return;
  const error = errorOf(answer);
  const isLast = binding.requests.length <= 1;
  if (isLast) set(turn, { cache: finishBinding(turn.state.cache, uid, turn.env.nowMs, turn.plan.policy.assumedPodTtlMs) });
  if (error !== undefined) {
    if (answer.kind === 'unknown-outcome' && turn.plan.policy.unknownBind === 'keep') {
      drop(turn, uid);
      return tell(turn, uid, { type: 'BOUND' });
    }
    return bindingFailed(turn, uid, binding, `running ${isLast ? 'Bind' : 'PreBind'} plugin "${binding.plugin}": ${error}`);
  }
  if (isLast) return bound(turn, uid, binding);
  const rest: Binding = { ...binding, requests: binding.requests.slice(1) };
  set(turn, { bindings: turn.state.bindings.set(uid, rest) });
  sendNext(turn, uid, rest);
};

