/**
 * How a controller writes a pod's status: by a patch that names the pod's UID.
 * Models: pkg/util/pod/pod.go PatchPodStatus
 */
import { podStatusPatch } from '../../../api/pod-status.ts';
import type { Pod, PodStatus } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { ApiRequest } from '../../../protocol/api.ts';

export const DISRUPTION_TARGET = 'DisruptionTarget';

export const patchPodStatus = (pod: Pod, status: PodStatus): ApiRequest => ({
  verb: 'patch', resource: 'pods', subresource: 'status', ...placeOf(pod), patchType: 'strategic',
  body: { metadata: { uid: pod.metadata.uid }, ...podStatusPatch(pod.status, status) },
});
