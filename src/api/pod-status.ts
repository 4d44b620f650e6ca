/**
 * How whoever writes to a pod's status changes it: a condition, and the patch from one status to the next.
 * Models: pkg/api/v1/pod/util.go `UpdatePodCondition`, `CalculatePodConditionObservedGeneration`; pkg/util/pod/pod.go `PatchPodStatus`
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { invariant } from '../base/assert.ts';
import { findCondition, transitionTime, withCondition } from './conditions.ts';
import { twoWayMergePatch } from './patch/three-way-merge.ts';
import { formatTime } from './time.ts';
import type { Pod, PodCondition, PodStatus } from './types.ts';

/** Which generation of the pod a condition is about. */
export const observedGenerationOf = (pod: Pod): { readonly observedGeneration?: number } =>
  (pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation });

const isSame = (a: PodCondition, b: PodCondition): boolean =>
  a.status === b.status && a.reason === b.reason && a.message === b.message && a.observedGeneration === b.observedGeneration;

/** The status with the condition; the same object when it says so already. */
export const withPodCondition = (status: PodStatus, condition: PodCondition, nowMs: number): PodStatus => {
  const before = findCondition(status.conditions, condition.type);
  if (before !== undefined && isSame(before, condition)) return status;
  return { ...status, conditions: withCondition(status.conditions, { ...condition, lastTransitionTime: transitionTime(before, condition.status, formatTime(nowMs)) }) };
};

/** A strategic merge patch; undefined when nothing changes. */
export const podStatusPatch = (before: PodStatus | undefined, after: PodStatus): { readonly status: unknown } | undefined => {
  if (before === after) return undefined;
  const patch = twoWayMergePatch({ status: before ?? {} }, { status: after }, 'Pod');
  invariant(!isLeft(patch), 'Expected two statuses of a pod that a patch can tell apart. Instead, received a refusal.');
  const { status } = patch.right as { readonly status?: unknown };
  return status === undefined ? undefined : { status };
};
