/**
 * Which Services a pod belongs to, and which of them a change of a pod concerns.
 * Models: staging/src/k8s.io/endpointslice/util/controller_utils.go GetPodServiceMemberships, GetServicesToUpdateOnPodChange, podEndpointsChanged
 */
import type { Selector } from '../../../api/label-selector.ts';
import { matchesSelector } from '../../../api/label-selector.ts';
import { isPodReady } from '../../../api/pod-helpers.ts';
import type { Pod, Service } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import type { Lister, Notification } from '../../../client/caches.ts';
import { keyOf } from '../../../client/caches.ts';
import { selectorOfSet } from '../../../api/selector-cache.ts';

/** Undefined: a Service without a selector, whose endpoints somebody else writes. */
export const serviceSelector = ({ spec: { selector } }: Service): Selector | undefined => (selector === undefined ? undefined : selectorOfSet(selector));

const membershipsOf = (services: Lister<Service>, pod: Pod): readonly string[] => services.list(pod.metadata.namespace).filter((service) => {
  const selector = serviceSelector(service);
  return selector !== undefined && matchesSelector(selector, pod.metadata.labels);
}).map(keyOf);

const addressesOf = (pod: Pod): string => (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(' ');

/** Whether an endpoint of the pod may change. */
const podChanged = (before: Pod, pod: Pod): boolean => before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp
  || isPodReady(before) !== isPodReady(pod) || (before.status?.podIPs !== pod.status?.podIPs && addressesOf(before) !== addressesOf(pod));

/** Whether it may belong to other Services now. */
const labelsChanged = (before: Pod, pod: Pod): boolean => before.spec.hostname !== pod.spec.hostname || before.spec.subdomain !== pod.spec.subdomain
  || (before.metadata.labels !== pod.metadata.labels && hashOf(before.metadata.labels ?? {}) !== hashOf(pod.metadata.labels ?? {}));

/** The keys of the Services that a notification of a pod concerns. */
export const servicesConcerned = (services: Lister<Service>, notification: Notification): readonly string[] => {
  const pod = notification.object as Pod;
  if (notification.kind !== 'update') return membershipsOf(services, pod);
  const before = notification.before as Pod;
  if (before.metadata.resourceVersion === pod.metadata.resourceVersion) return [];
  const hasChanged = podChanged(before, pod);
  if (!labelsChanged(before, pod)) return hasChanged ? membershipsOf(services, pod) : [];
  const now = membershipsOf(services, pod);
  const then = membershipsOf(services, before);
  // Why: of a pod that only moved between Services, those that it stays in need no new look.
  return hasChanged ? [...new Set([...now, ...then])] : [...now.filter((key) => !then.includes(key)), ...then.filter((key) => !now.includes(key))];
};
