/**
 * The patches that the scheduler makes to a pod's status.
 * Models: pkg/scheduler/util/utils.go PatchPodStatus
 */
import { podStatusPatch } from '../../api/pod-status.ts';
import type { Pod, PodStatus } from '../../api/types.ts';
import { placeOf } from '../../client/caches.ts';
import type { ApiRequest } from '../../protocol/api.ts';

export const withNomination = (status: PodStatus, nodeName: string): PodStatus => {
  if ((status.nominatedNodeName ?? '') === nodeName) return status;
  const { nominatedNodeName: _, ...rest } = status;
  return nodeName === '' ? rest : { ...rest, nominatedNodeName: nodeName };
};

/** undefined when there is nothing to change. */
export const statusPatch = (pod: Pod, status: PodStatus): ApiRequest | undefined => {
  const body = podStatusPatch(pod.status, status);
  return body === undefined ? undefined : { verb: 'patch', resource: 'pods', subresource: 'status', ...placeOf(pod), patchType: 'strategic', body };
};
