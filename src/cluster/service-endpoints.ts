/**
 * Whether the EndpointSlices of a Service name exactly the ready pods that it selects, read off the objects in the store.
 * Models: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/reconciler.go
 * Not modelled: Services that publish what is not ready, have an external name, or select nothing: they are not judged.
 */
import { isPodReady } from '../api/pod-helpers.ts';
import { matchesSelector } from '../api/label-selector.ts';
import { selectorOfSet } from '../api/selector-cache.ts';
import type { EndpointSlice, Pod, Service } from '../api/types.ts';
import { compareStrings } from '../base/order.ts';
import type { ReadObjects } from './read-objects.ts';

export interface ServiceEndpoints {
  readonly service: Service;
  /** Addresses of the ready pods that it selects, sorted. */
  readonly pods: readonly string[];
  /** Ready addresses in its EndpointSlices, sorted. */
  readonly endpoints: readonly string[];
}

const SERVICE_NAME = 'kubernetes.io/service-name';

export const isJudged = ({ spec, metadata }: Service): boolean =>
  Object.values(spec.selector ?? {}).length > 0 && spec.type !== 'ExternalName' && spec.publishNotReadyAddresses !== true && metadata.deletionTimestamp === undefined;

const sorted = (addresses: Iterable<string>): readonly string[] => [...new Set(addresses)].sort(compareStrings);

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};

const readyAddresses = ({ endpoints }: EndpointSlice): readonly string[] =>
  endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => [...addresses]);

/** Every Service that can be judged, sorted by key. */
export const serviceEndpoints = (read: ReadObjects): readonly ServiceEndpoints[] => {
  const services = (read('services') as readonly Service[]).filter(isJudged);
  if (services.length === 0) return [];
  const pods = groupBy((read('pods') as readonly Pod[]).filter((pod) => pod.metadata.deletionTimestamp === undefined && isPodReady(pod)), (pod) => pod.metadata.namespace ?? '');
  const slices = groupBy(read('endpointslices.discovery.k8s.io') as readonly EndpointSlice[], ({ metadata }) => `${metadata.namespace}/${metadata.labels?.[SERVICE_NAME]}`);
  return services.map((service) => {
    const { namespace = '', name } = service.metadata;
    const selected = (pods.get(namespace) ?? []).filter((pod) => matchesSelector(selectorOfSet(service.spec.selector), pod.metadata.labels));
    return { service, pods: sorted(selected.map(({ status }) => status?.podIP ?? '')), endpoints: sorted((slices.get(`${namespace}/${name}`) ?? []).flatMap(readyAddresses)) };
  });
};

export const isInStep = ({ pods, endpoints }: ServiceEndpoints): boolean => pods.length === endpoints.length && pods.every((address, i) => address === endpoints[i]);
