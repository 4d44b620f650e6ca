/** How an object stands, in a few words for a newcomer: `no node yet`, `Running, ready`, `1 of 2 ready`. */
import type { KubeObject } from '../../api/object.ts';
import { getPodCondition, isPodReady } from '../../api/pod-helpers.ts';
import type { Deployment, EndpointSlice, Endpoints, Pod, ReplicaSet, Service } from '../../api/types.ts';

/** Without a node: the first sentence of why, once the scheduler has said it. */
const ofUnscheduled = (pod: Pod): string => {
  const condition = getPodCondition(pod.status, 'PodScheduled');
  return condition?.status === 'False' ? `no node: ${(condition.message ?? condition.reason ?? '').split('. ')[0] as string}` : 'no node yet';
};

const ofPod = (pod: Pod): string => {
  const phase = pod.status?.phase ?? 'Pending';
  if (pod.metadata.deletionTimestamp !== undefined) return 'being deleted';
  if (pod.spec.nodeName === undefined) return ofUnscheduled(pod);
  if (phase === 'Running') return isPodReady(pod) ? 'Running, ready' : 'Running, not ready';
  return phase === 'Pending' ? `on ${pod.spec.nodeName}, not running yet` : phase;
};

const ofReplicas = (object: Deployment | ReplicaSet): string => {
  const { spec: { replicas: desired = 1 }, status } = object;
  return `${desired} desired, ${status?.replicas ?? 0} created, ${status?.readyReplicas ?? 0} ready`;
};

const ofService = ({ spec }: Service): string => (spec.clusterIP === undefined || spec.clusterIP === 'None' ? 'no cluster address' : `cluster address ${spec.clusterIP}`);

const addresses = (ready: readonly string[], unready: readonly string[]): string => {
  const parts = [...ready.length > 0 ? [`${ready.join(', ')} ready`] : [], ...unready.length > 0 ? [`${unready.join(', ')} not ready`] : []];
  return parts.length === 0 ? 'no addresses' : parts.join(', ');
};

const ofSlice = ({ endpoints = [] }: EndpointSlice): string => {
  const of = (isReady: boolean): readonly string[] => endpoints.filter(({ conditions }) => (conditions?.ready !== false) === isReady).flatMap((endpoint) => endpoint.addresses);
  return addresses(of(true), of(false));
};

const ofEndpoints = ({ subsets }: Endpoints): string => addresses(
  (subsets ?? []).flatMap((subset) => (subset.addresses ?? []).map(({ ip }) => ip)),
  (subsets ?? []).flatMap((subset) => (subset.notReadyAddresses ?? []).map(({ ip }) => ip)),
);

/** '' where there is nothing to say. */
export const standingOf = (object: KubeObject): string => {
  switch (object.kind) {
    case 'Pod': return ofPod(object as Pod);
    case 'Deployment': return ofReplicas(object as Deployment);
    case 'ReplicaSet': return ofReplicas(object as ReplicaSet);
    case 'Service': return ofService(object as Service);
    case 'EndpointSlice': return ofSlice(object as EndpointSlice);
    case 'Endpoints': return ofEndpoints(object as Endpoints);
    default: return '';
  }
};

/** `, Running, ready`: put after the object's name. */
export const withStanding = (object: KubeObject, mark: ',' | ':'): string => {
  const standing = standingOf(object);
  return standing === '' ? '' : `${mark} ${standing}`;
};
