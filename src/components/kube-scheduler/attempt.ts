/**
 * One scheduling attempt: pop a pod and fix the snapshot; then decide, assume, and hand over to the binding cycle.
 * Models: pkg/scheduler/schedule_one.go ScheduleOne, schedulingCycle, skipPodSchedule, assume
 */
import { send } from '../../kernel/transition.ts';
import { schedulePod } from './algorithm/schedule-pod.ts';
import type { Placement } from './algorithm/schedule-pod.ts';
import { filterNode, shiftStates } from './algorithm/filters.ts';
import { beginBinding, isWaiting, permit, rejectWaiting } from './binding.ts';
import { assumePod, forgetPod, isAssumed, refresh } from './cache/cache.ts';
import { nodeByName, numNodes } from './cache/snapshot.ts';
import { beginPreemption } from './eviction.ts';
import { fail } from './failure.ts';
import { absentByDefault, fitMessage, rejectors } from './framework/diagnosis.ts';
import type { NodeInfo } from './framework/node-info.ts';
import type { Cycle, PermitResult, PostFilterResult, PostFilterTools } from './framework/plugin.ts';
import { allow } from './framework/plugin.ts';
import { placedOn } from './framework/pod-info.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { isRejected, statusMessage } from './framework/status.ts';
import type { Status } from './framework/status.ts';
import { abandon } from './queue/moves.ts';
import { unnominate } from './queue/nominator.ts';
import { isPoppable, pop } from './queue/queue.ts';
import type { QueuedPod } from './queue/queue.ts';
import type { Attempt, ScheduleBody, Turn } from './state.ts';
import { SCHEDULE_CHANNEL } from './state.ts';
import { cachesIn, queueContext, recordEvent, set, updateQueue } from './turn.ts';

const later = (turn: Turn, kind: 'schedule-one' | 'decide'): void => {
  const body: ScheduleBody = { kind, life: turn.state.life };
  turn.effects.push(send(turn.env.self, SCHEDULE_CHANNEL, body));
};

/** Calls the scheduling loop if it rests and there is something to do. */
export const wakeScheduler = (turn: Turn): void => {
  const { called, attempt, phase, queue } = turn.state;
  if (called || attempt !== undefined || phase !== 'scheduling' || !isPoppable(queue)) return;
  set(turn, { called: true });
  later(turn, 'schedule-one');
};

const cycleOf = (turn: Turn, { info, attempts }: QueuedPod, { snapshot }: Pick<Attempt, 'snapshot'>): Cycle => ({
  pod: info, snapshot, caches: cachesIn(turn), nowMs: turn.env.nowMs,
  random: (label, n) => turn.env.random(`${label}/${info.key}/${attempts}`, n),
});

/** A pod that is being deleted, or is assumed already, needs no attempt. */
const skips = (turn: Turn, { info }: QueuedPod): boolean => {
  if (info.pod.metadata.deletionTimestamp === undefined) return isAssumed(turn.state.cache, info.uid);
  recordEvent(turn, { regarding: info.pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: `skip schedule deleting pod: ${info.key}` });
  return true;
};

export const scheduleOne = (turn: Turn): void => {
  set(turn, { called: false });
  const next = pop(turn.state.queue, queueContext(turn));
  if (next === undefined) return;
  set(turn, { queue: next.queue });
  if (skips(turn, next.pod)) return updateQueue(turn, (queue, context) => abandon(queue, next.pod.info.uid, context));
  const cache = refresh(turn.state.cache);
  set(turn, { cache, attempt: { uid: next.pod.info.uid, snapshot: cache.snapshot } });
  if (turn.plan.policy.attempt === 'one-step') decide(turn);
  else later(turn, 'decide');
};

export const decide = (turn: Turn): void => {
  const { attempt } = turn.state;
  if (attempt === undefined) return;
  set(turn, { attempt: undefined });
  const pod = turn.state.queue.pods.get(attempt.uid);
  if (pod === undefined) return;
  const cycle = cycleOf(turn, pod, attempt);
  conclude(turn, cycle, schedulePod(turn.plan.profile, turn.state.queue.nominator, cycle, turn.state.nextStart));
};

const error = (turn: Turn, pod: PodInfo, message: string): void =>
  fail(turn, pod, { message, reason: 'SchedulerError', unschedulablePlugins: [], pendingPlugins: [], nominatedNodeName: '' });

const conclude = (turn: Turn, cycle: Cycle, placement: Placement): void => {
  switch (placement.kind) {
    case 'no-nodes':
      return fail(turn, cycle.pod, {
        message: 'no nodes available to schedule pods', reason: 'Unschedulable', unschedulablePlugins: [], pendingPlugins: [], nominatedNodeName: '',
      });
    case 'error':
      set(turn, { nextStart: placement.nextStart });
      return error(turn, cycle.pod, placement.message);
    case 'unfit':
      set(turn, { nextStart: placement.nextStart });
      return unfit(turn, cycle, placement);
    case 'placed':
      set(turn, { nextStart: placement.nextStart });
      return assume(turn, cycle, placement.node);
    default: return placement satisfies never;
  }
};

interface PostFiltered { readonly message: string; readonly result: PostFilterResult | undefined }

/** Source: `RunPostFilterPlugins`: the first that helps ends it; else the reasons of all are told. */
const postFilter = (turn: Turn, cycle: Cycle, { diagnosis, states }: Placement & { readonly kind: 'unfit' }): PostFiltered => {
  const { profile } = turn.plan;
  const tools: PostFilterTools = {
    states,
    passesFilters: (now, node) => filterNode(profile, turn.state.queue.nominator, now, cycle, node),
    addPod: (now, pod, node) => shiftStates(profile.filter, now, cycle, pod, node, 'add'),
    removePod: (now, pod, node) => shiftStates(profile.filter, now, cycle, pod, node, 'remove'),
  };
  const refusals: Status[] = [];
  let kept: PostFilterResult | undefined;
  for (const plugin of profile.postFilter) {
    const result = plugin.postFilter?.(cycle, diagnosis, tools);
    if (result === undefined) continue;
    if (result.status === undefined) return { message: '', result };
    if (!isRejected(result.status)) return { message: statusMessage(result.status), result: undefined };
    refusals.push(result.status);
    if (result.nominatedNodeName !== undefined) kept = result;
  }
  return { message: refusals.map(statusMessage).join(', '), result: kept };
};

const unfit = (turn: Turn, cycle: Cycle, placement: Placement & { readonly kind: 'unfit' }): void => {
  const { diagnosis } = placement;
  const { message, result } = postFilter(turn, cycle, placement);
  if (result?.victims !== undefined && result.nominatedNodeName !== undefined) beginPreemption(turn, cycle.pod, result.nominatedNodeName, result.victims);
  fail(turn, cycle.pod, {
    message: fitMessage(numNodes(cycle.snapshot), { ...diagnosis, postFilterMessage: message }), reason: 'Unschedulable',
    unschedulablePlugins: diagnosis.unschedulablePlugins, pendingPlugins: diagnosis.pendingPlugins, nominatedNodeName: result?.nominatedNodeName,
  });
};

/** Reserve or Permit said no. */
const turnedDown = (turn: Turn, cycle: Cycle, info: PodInfo, node: NodeInfo, status: Status): void => {
  set(turn, { cache: forgetPod(turn.state.cache, info.uid) });
  if (!isRejected(status)) return error(turn, cycle.pod, statusMessage(status));
  const { unschedulable, pending } = rejectors([status]);
  const message = fitMessage(1, { nodes: new Map([[node.name, status]]), absent: absentByDefault, preFilterMessage: '', postFilterMessage: '' });
  fail(turn, cycle.pod, { message, reason: 'Unschedulable', unschedulablePlugins: unschedulable, pendingPlugins: pending, nominatedNodeName: '' });
};

const reserve = (turn: Turn, cycle: Cycle, node: NodeInfo): Status | undefined => {
  for (const plugin of turn.plan.profile.reserve) {
    const status = plugin.reserve?.(cycle, node);
    if (status !== undefined) return status;
  }
  return undefined;
};

/** Any plugin that rejects wins; else the longest wait. */
const permitted = (turn: Turn, cycle: Cycle, node: NodeInfo): PermitResult => {
  let verdict: PermitResult = allow;
  for (const plugin of turn.plan.profile.permit) {
    const result = plugin.permit?.(cycle, node) ?? allow;
    if (result.kind === 'reject') return result;
    if (result.kind === 'wait' && (verdict.kind !== 'wait' || result.timeoutMs > verdict.timeoutMs)) verdict = result;
  }
  return verdict;
};

const assume = (turn: Turn, cycle: Cycle, node: NodeInfo): void => {
  const info = placedOn(cycle.pod, node.name);
  const assumed = assumePod(turn.state.cache, info, node.name);
  if (assumed.kind === 'error') return error(turn, cycle.pod, assumed.message);
  set(turn, { cache: assumed.cache, queue: { ...turn.state.queue, nominator: unnominate(turn.state.queue.nominator, info.uid) } });
  const { profile } = turn.plan;
  if (profile.reserve.length === 0 && profile.permit.length === 0) return beginBinding(turn, info, node.name, undefined);
  const refused = reserve(turn, cycle, node);
  if (refused !== undefined) return turnedDown(turn, cycle, info, node, refused);
  const verdict = permitted(turn, withPresent(turn, cycle), node);
  if (verdict.kind === 'reject') return turnedDown(turn, cycle, info, node, verdict.status);
  beginBinding(turn, info, node.name, verdict.kind === 'wait' ? verdict.timeoutMs : undefined);
  reviewWaiting(turn);
};

/** Permit looks at what is assumed by now, not at the attempt's snapshot. */
const withPresent = (turn: Turn, cycle: Cycle): Cycle => {
  const cache = refresh(turn.state.cache);
  set(turn, { cache });
  return { ...cycle, snapshot: cache.snapshot };
};

/** Asks Permit again for every pod that waits. */
export const reviewWaiting = (turn: Turn): void => {
  if (turn.plan.profile.permit.length === 0) return;
  for (const { info, node } of turn.state.bindings.values()) {
    const pod = turn.state.queue.pods.get(info.uid);
    if (pod === undefined || !isWaiting(turn, info.uid)) continue;
    const cycle = withPresent(turn, cycleOf(turn, pod, { snapshot: turn.state.cache.snapshot }));
    const target = nodeByName(cycle.snapshot, node);
    if (target === undefined) continue;
    const verdict = permitted(turn, cycle, target);
    if (verdict.kind === 'allow') permit(turn, info.uid);
    else if (verdict.kind === 'reject') rejectWaiting(turn, info.uid, verdict.status);
  }
};
