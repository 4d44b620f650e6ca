/**
 * The patches that the scheduler makes to a pod's status.
 * Models: pkg/scheduler/util/utils.go PatchPodStatus, pkg/api/v1/pod/util.go UpdatePodCondition, CalculatePodConditionObservedGeneration
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { twoWayMergePatch } from '../../api/patch/three-way-merge.ts';
import { getPodCondition } from '../../api/pod-helpers.ts';
import { formatTime } from '../../api/time.ts';
import type { Pod, PodCondition, PodStatus } from '../../api/types.ts';
import type { ApiRequest } from '../../protocol/api.ts';

type NewCondition = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

const same = (a: PodCondition, b: PodCondition): boolean =>
  a.status === b.status && a.reason === b.reason && a.message === b.message && a.observedGeneration === b.observedGeneration;

/** The status with the condition; the same object when it says so already. The time of transition moves only with the status. */
export const withCondition = (pod: Pod, condition: NewCondition, nowMs: number): PodStatus => {
  const status: PodStatus = pod.status ?? {};
  const before = getPodCondition(status, condition.type);
  const next: PodCondition = {
    ...condition,
    lastTransitionTime: before?.status === condition.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : formatTime(nowMs),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  if (before !== undefined && same(before, next)) return status;
  const others = status.conditions ?? [];
  return { ...status, conditions: before === undefined ? [...others, next] : others.map((other) => (other.type === condition.type ? next : other)) };
};

export const withNomination = (status: PodStatus, nodeName: string): PodStatus => {
  if ((status.nominatedNodeName ?? '') === nodeName) return status;
  const { nominatedNodeName: _, ...rest } = status;
  return nodeName === '' ? rest : { ...rest, nominatedNodeName: nodeName };
};

/** undefined when there is nothing to change. */
export const statusPatch = (pod: Pod, status: PodStatus): ApiRequest | undefined => {
  if (status === (pod.status ?? status) && pod.status !== undefined) return undefined;
  const patch = twoWayMergePatch({ status: pod.status ?? {} }, { status }, 'Pod');
  if (isLeft(patch)) return undefined;
  return {
    verb: 'patch', resource: 'pods', subresource: 'status', name: pod.metadata.name, patchType: 'strategic', body: patch.right,
    ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
  };
};
