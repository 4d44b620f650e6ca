/**
 * Carrying a preemption out: nominations of lesser pods are cleared, victims are marked and deleted, all but one at once, the last one after them.
 * Models: pkg/scheduler/framework/preemption/preemption.go prepareCandidateAsync, PreemptPod
 * Why the preemptor is let go before the last victim: that victim's delete must be able to wake it.
 */
import { observedGenerationOf, withPodCondition } from '../../api/pod-status.ts';
import type { Answer } from '../../client/controller.ts';
import { errorOf } from '../../client/controller.ts';
import type { PodInfo } from './framework/pod-info.ts';
import { unschedulable } from './framework/status.ts';
import { isWaiting, rejectWaiting } from './binding.ts';
import { statusPatch, withNomination } from './pod-status.ts';
import { activate } from './queue/moves.ts';
import { nominatedOn } from './queue/nominator.ts';
import type { Preemption, Turn } from './state.ts';
import { ask, channelFor, recordEvent, set, updateQueue } from './turn.ts';

const isMissing = (answer: Answer): boolean => answer.kind === 'refused' && answer.code === 404;

const put = (turn: Turn, preemption: Preemption): void => set(turn, { preemptions: turn.state.preemptions.set(preemption.preemptor.uid, preemption) });

const clearLesserNominations = (turn: Turn, preemptor: PodInfo, node: string): void => {
  for (const pod of nominatedOn(turn.state.queue.nominator, node)) {
    if (pod.priority >= preemptor.priority || (pod.pod.status?.nominatedNodeName ?? '') === '') continue;
    const patch = statusPatch(pod.pod, withNomination(pod.pod.status ?? {}, ''));
    if (patch !== undefined) ask(turn, channelFor('status', pod.key), patch, { kind: 'status' });
  }
};

const deleteVictim = (turn: Turn, preemptor: PodInfo, victim: PodInfo): void => {
  const { name, namespace } = victim.pod.metadata;
  ask(turn, channelFor('victims', victim.key), { verb: 'delete', resource: 'pods', name, ...(namespace === undefined ? {} : { namespace }) },
    { kind: 'victim', preemptor: preemptor.uid, victim, stage: 'delete' });
};

/** A victim that still waits for its own binding is turned away instead; answers whether a request was sent. */
const evict = (turn: Turn, { preemptor, node }: Preemption, victim: PodInfo): boolean => {
  if (isWaiting(turn, victim.uid)) {
    rejectWaiting(turn, victim.uid, unschedulable('DefaultPreemption', 'preempted'));
    recordPreempted(turn, preemptor, victim, node);
    return false;
  }
  const message = `${preemptor.pod.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`;
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message, ...observedGenerationOf(victim.pod) };
  const patch = statusPatch(victim.pod, withPodCondition(victim.pod.status ?? {}, condition, turn.env.nowMs));
  if (patch === undefined) deleteVictim(turn, preemptor, victim);
  else ask(turn, channelFor('victims', victim.key), patch, { kind: 'victim', preemptor: preemptor.uid, victim, stage: 'patch' });
  return true;
};

const recordPreempted = (turn: Turn, preemptor: PodInfo, victim: PodInfo, node: string): void => recordEvent(turn, {
  regarding: victim.pod, related: preemptor.pod, type: 'Normal', reason: 'Preempted', action: 'Preempting', note: `Preempted by pod ${preemptor.uid} on node ${node}`,
});

const finish = (turn: Turn, preemption: Preemption): void => {
  const { uid } = preemption.preemptor;
  set(turn, { preemptions: turn.state.preemptions.delete(uid) });
  if (preemption.failed) updateQueue(turn, (queue, context) => activate(queue, uid, context));
};

const evictLast = (turn: Turn, preemption: Preemption): void => {
  const last: Preemption = { ...preemption, phase: 'last', outstanding: 1 };
  put(turn, last);
  if (!evict(turn, last, last.last)) finish(turn, last);
};

/** The victims that are not leaving already. */
export const beginPreemption = (turn: Turn, preemptor: PodInfo, node: string, victims: readonly PodInfo[]): void => {
  const staying = victims.filter(({ pod }) => pod.metadata.deletionTimestamp === undefined);
  const last = staying.at(-1);
  if (last === undefined) return;
  const preemption: Preemption = { preemptor, node, phase: 'victims', outstanding: staying.length - 1, failed: false, last };
  put(turn, preemption);
  clearLesserNominations(turn, preemptor, node);
  const turnedAway = staying.slice(0, -1).filter((victim) => !evict(turn, preemption, victim)).length;
  const left: Preemption = { ...preemption, outstanding: preemption.outstanding - turnedAway };
  if (left.outstanding === 0) evictLast(turn, left);
  else put(turn, left);
};

const victimDone = (turn: Turn, preemption: Preemption, failed: boolean): void => {
  const next: Preemption = { ...preemption, outstanding: preemption.outstanding - 1, failed: preemption.failed || failed };
  if (next.outstanding > 0) return put(turn, next);
  if (next.phase === 'last' || next.failed) return finish(turn, next);
  evictLast(turn, next);
};

/** An answer to a victim's patch or delete. A victim that is gone already is as good as evicted. */
export const victimAnswered = (turn: Turn, preemptor: string, victim: PodInfo, stage: 'patch' | 'delete', answer: Answer): void => {
  const preemption = turn.state.preemptions.get(preemptor);
  if (preemption === undefined) return;
  if (errorOf(answer) !== undefined) return victimDone(turn, preemption, !isMissing(answer));
  if (stage === 'patch') return deleteVictim(turn, preemption.preemptor, victim);
  recordPreempted(turn, preemption.preemptor, victim, preemption.node);
  victimDone(turn, preemption, false);
};
