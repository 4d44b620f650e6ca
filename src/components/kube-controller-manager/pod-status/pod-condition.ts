/**
 * How a controller writes a condition into a pod's status: by a patch that names the pod's UID.
 * Models: pkg/api/v1/pod/util.go UpdatePodCondition; pkg/util/pod/pod.go PatchPodStatus
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { twoWayMergePatch } from '../../../api/patch/three-way-merge.ts';
import { formatTime } from '../../../api/time.ts';
import type { Pod, PodCondition, PodStatus } from '../../../api/types.ts';
import { invariant } from '../../../base/assert.ts';
import type { ApiRequest } from '../../../protocol/api.ts';

export const DISRUPTION_TARGET = 'DisruptionTarget';

export const placeOf = (pod: Pod): Pick<ApiRequest, 'namespace' | 'name'> =>
  ({ name: pod.metadata.name, ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }) });

/** The status with the condition in it; undefined when it says so already. The time of transition moves with the condition's status only. */
export const withPodCondition = (status: PodStatus, condition: PodCondition, nowMs: number): PodStatus | undefined => {
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === condition.type);
  const hasMoved = before === undefined || before.status !== condition.status || before.lastTransitionTime === undefined;
  if (!hasMoved && before.reason === condition.reason && before.message === condition.message && before.observedGeneration === condition.observedGeneration) return undefined;
  const after: PodCondition = { ...condition, lastTransitionTime: hasMoved ? formatTime(nowMs) : before.lastTransitionTime as string };
  return { ...status, conditions: before === undefined ? [...conditions, after] : conditions.map((one) => (one === before ? after : one)) };
};

/** Which generation of the pod a condition is about. */
export const observedGenerationOf = (pod: Pod): { readonly observedGeneration?: number } =>
  (pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation });

export const patchPodStatus = (pod: Pod, status: PodStatus): ApiRequest => {
  const patch = twoWayMergePatch({ metadata: {}, status: pod.status ?? {} }, { metadata: { uid: pod.metadata.uid }, status }, 'Pod');
  invariant(!isLeft(patch), 'Expected two statuses of a pod that a patch can tell apart. Instead, received a refusal.');
  return { verb: 'patch', resource: 'pods', subresource: 'status', ...placeOf(pod), patchType: 'strategic', body: patch.right };
};
