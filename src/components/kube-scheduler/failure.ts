/**
 * What follows when a pod could not be scheduled or bound: back to the queues, an Event, a condition.
 * Models: pkg/scheduler/schedule_one.go handleSchedulingFailure, updatePod, truncateMessage
 */
import { observedGenerationOf, withPodCondition } from '../../api/pod-status.ts';
import type { Pod } from '../../api/types.ts';
import { podInfo, podUid } from './framework/pod-info.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { statusPatch, withNomination } from './pod-status.ts';
import { abandon, addUnschedulable } from './queue/moves.ts';
import { nominate } from './queue/nominator.ts';
import type { Turn } from './state.ts';
import { ask, channelFor, latestPod, recordEvent, updateQueue } from './turn.ts';

export interface Failed {
  readonly message: string;
  /** `Unschedulable`: plugins said no. `SchedulerError`: something went wrong. */
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly unschedulablePlugins: readonly string[];
  readonly pendingPlugins: readonly string[];
  /** undefined: leave the nomination as it is; '' clears it. */
  readonly nominatedNodeName: string | undefined;
}

const NOTE_LIMIT = 1024;
const ELLIPSIS = ' ...';
const truncated = (message: string): string => (message.length <= NOTE_LIMIT ? message : message.slice(0, NOTE_LIMIT - ELLIPSIS.length) + ELLIPSIS);

const requeued = (turn: Turn, pod: PodInfo, latest: Pod | undefined, failure: Failed): void => {
  const elsewhere = latest === undefined || podUid(latest) !== pod.uid || (latest.spec.nodeName ?? '') !== '';
  if (elsewhere) return updateQueue(turn, (queue, context) => abandon(queue, pod.uid, context));
  updateQueue(turn, (queue, context) => addUnschedulable(queue, pod.uid, latest, failure, context));
};

export const fail = (turn: Turn, pod: PodInfo, failure: Failed): void => {
  const latest = latestPod(turn, pod.pod);
  requeued(turn, pod, latest, failure);
  if (latest !== undefined && (latest.spec.nodeName ?? '') === '') {
    const remembered = turn.plan.policy.nomination === 'remembered' ? failure.nominatedNodeName : undefined;
    updateQueue(turn, (queue) => ({ ...queue, nominator: nominate(queue.nominator, podInfo(latest), remembered) }));
  }
  recordEvent(turn, { regarding: pod.pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: truncated(failure.message) });
  const condition = { type: 'PodScheduled', status: 'False', reason: failure.reason, message: failure.message, ...observedGenerationOf(pod.pod) };
  const status = withPodCondition(pod.pod.status ?? {}, condition, turn.env.nowMs);
  const patch = statusPatch(pod.pod, failure.nominatedNodeName === undefined ? status : withNomination(status, failure.nominatedNodeName));
  if (patch !== undefined) ask(turn, channelFor('status', pod.key), patch, { kind: 'status' });
};
