/**
 * endpoints.converge: in the end the ready endpoints of a Service's EndpointSlices are exactly the addresses of the ready pods that it selects.
 * Models: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/reconciler.go; the race flipping-endpoint, #125638 #127417
 * Not modelled: Services that publish what is not ready, have an external name, or select nothing.
 */
import { isPodReady } from '../../api/pod-helpers.ts';
import { matchesSelector } from '../../api/label-selector.ts';
import { selectorOfSet } from '../../api/selector-cache.ts';
import type { EndpointSlice, Pod, Service } from '../../api/types.ts';
import { compareStrings } from '../../base/order.ts';
import { readStore } from '../../cluster/store-view.ts';
import type { World } from '../../kernel/world.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

const isJudged = ({ spec, metadata }: Service): boolean =>
  Object.values(spec.selector ?? {}).length > 0 && spec.type !== 'ExternalName' && spec.publishNotReadyAddresses !== true && metadata.deletionTimestamp === undefined;

const sorted = (addresses: Iterable<string>): string => [...new Set(addresses)].sort(compareStrings).join(', ');

const readyPods = (world: World, service: Service): string => sorted((readStore(world)('pods') as readonly Pod[])
  .filter((pod) => pod.metadata.namespace === service.metadata.namespace && pod.metadata.deletionTimestamp === undefined && isPodReady(pod))
  .filter((pod) => matchesSelector(selectorOfSet(service.spec.selector), pod.metadata.labels))
  .map(({ status }) => status?.podIP ?? ''));

const readyEndpoints = (world: World, service: Service): string => sorted((readStore(world)('endpointslices.discovery.k8s.io') as readonly EndpointSlice[])
  .filter(({ metadata }) => metadata.namespace === service.metadata.namespace && metadata.labels?.[SERVICE_NAME] === service.metadata.name)
  .flatMap(({ endpoints }) => endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses)));

export const endpointsConverge = eventually({
  id: 'endpoints.converge',
  statement: 'In the end the ready endpoints of a Service are exactly the ready pods that it selects.',
  source: 'https://github.com/kubernetes/kubernetes/issues/125638',
}, () => atEnd((world) => (readStore(world)('services') as readonly Service[]).filter(isJudged), (service, world) => {
  const [pods, endpoints] = [readyPods(world, service), readyEndpoints(world, service)];
  return pods === endpoints ? 'pass' : violation('differ', `Service ${nameOf(service)} selects the ready pods ${pods || 'none'}; its endpoints are ${endpoints || 'none'}.`);
}));
