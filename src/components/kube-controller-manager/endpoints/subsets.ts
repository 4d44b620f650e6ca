/**
 * The subsets of an Endpoints object: addresses grouped by the ports that they all have.
 * Models: pkg/controller/endpoint/endpoints_controller.go podToEndpointAddressForService, addEndpointSubset, truncateEndpoints;
 *   pkg/api/v1/endpoints/util.go RepackSubsets, SortSubsets
 * Not modelled: IPv6. Ports and subsets are in the order of names, numbers and addresses, where upstream orders them by a hash.
 */
import { findPort, isPodReady, isPodTerminal } from '../../../api/pod-helpers.ts';
import type { DeepReadonly, EndpointAddress, EndpointSubset, Pod, Service } from '../../../api/types.ts';
import { compareNumbers, compareStrings } from '../../../base/order.ts';
import { hostnameOf } from '../endpointslice/endpoints-of-pods.ts';

type SubsetPort = NonNullable<DeepReadonly<EndpointSubset>['ports']>[number];

const MAX_CAPACITY = 1000;

const addressOf = (pod: Pod): string | undefined => pod.status?.podIPs?.[0]?.ip ?? (pod.status?.podIP === '' ? undefined : pod.status?.podIP);

const shouldBeIn = (pod: Pod, service: Service): boolean => !isPodTerminal(pod) && addressOf(pod) !== undefined
  && (service.spec.publishNotReadyAddresses === true || pod.metadata.deletionTimestamp === undefined);

const endpointAddress = (pod: Pod, service: Service): EndpointAddress => ({
  ip: addressOf(pod) ?? '',
  ...hostnameOf(pod, service),
  nodeName: pod.spec.nodeName ?? '',
  targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
});

/** The ports that a pod offers for a Service; `none` stands for a headless Service without ports. */
const portsOf = (pod: Pod, service: Service): readonly (SubsetPort | 'none')[] => {
  const ports = service.spec.ports ?? [];
  if (ports.length === 0) return service.spec.clusterIP === 'None' ? ['none'] : [];
  return ports.flatMap((port): readonly SubsetPort[] => {
    const target = findPort(pod, port.targetPort ?? port.port, port.protocol ?? 'TCP');
    if (target === undefined) return [];
    return [{
      ...(port.name === undefined || port.name === '' ? {} : { name: port.name }), port: target, protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    }];
  });
};

interface Offer {
  readonly port: SubsetPort | 'none';
  readonly members: { readonly address: EndpointAddress; readonly isReady: boolean }[];
}

const portKey = (port: SubsetPort | 'none'): string => (port === 'none' ? '' : `${port.name ?? ''}\n${port.port}\n${port.protocol ?? ''}\n${port.appProtocol ?? ''}`);

const compareAddresses = (a: EndpointAddress, b: EndpointAddress): number =>
  compareStrings(a.ip, b.ip) || compareStrings(a.targetRef?.uid ?? '', b.targetRef?.uid ?? '');

const comparePorts = (a: SubsetPort, b: SubsetPort): number =>
  compareStrings(a.name ?? '', b.name ?? '') || compareNumbers(a.port, b.port) || compareStrings(a.protocol ?? '', b.protocol ?? '');

const offersOf = (service: Service, pods: readonly Pod[]): readonly Offer[] => {
  const offers = new Map<string, Offer>();
  for (const pod of pods) {
    if (!shouldBeIn(pod, service)) continue;
    const member = { address: endpointAddress(pod, service), isReady: service.spec.publishNotReadyAddresses === true || isPodReady(pod) };
    for (const port of portsOf(pod, service)) {
      const key = portKey(port);
      const offer = offers.get(key) ?? { port, members: [] };
      offers.set(key, offer);
      offer.members.push(member);
    }
  }
  return [...offers.values()];
};

const subsetOf = (offers: readonly Offer[]): EndpointSubset => {
  const members = [...(offers[0] as Offer).members].sort((a, b) => compareAddresses(a.address, b.address));
  const ready = members.filter(({ isReady }) => isReady).map(({ address }) => address);
  const notReady = members.filter(({ isReady }) => !isReady).map(({ address }) => address);
  const ports = offers.flatMap(({ port }): readonly SubsetPort[] => (port === 'none' ? [] : [port])).sort(comparePorts);
  return {
    ...(ready.length === 0 ? {} : { addresses: ready }), ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }), ...(ports.length === 0 ? {} : { ports }),
  };
};

const memberKey = ({ members }: Offer): string => members.map(({ address, isReady }) => `${address.ip} ${address.targetRef?.uid ?? ''} ${isReady}`).sort(compareStrings).join('\n');

/** The subsets for a Service: ports that the very same addresses offer share one. */
export const subsetsOf = (service: Service, pods: readonly Pod[]): readonly EndpointSubset[] => {
  const byMembers = new Map<string, Offer[]>();
  for (const offer of offersOf(service, pods)) {
    const key = memberKey(offer);
    const offers = byMembers.get(key);
    if (offers === undefined) byMembers.set(key, [offer]);
    else offers.push(offer);
  }
  return [...byMembers].sort(([a], [b]) => compareStrings(a, b)).map(([, offers]) => subsetOf(offers));
};

const total = (subsets: readonly EndpointSubset[], which: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, subset) => sum + (subset[which]?.length ?? 0), 0);

export const isOverCapacity = (subsets: readonly EndpointSubset[]): boolean => total(subsets, 'addresses') + total(subsets, 'notReadyAddresses') > MAX_CAPACITY;

/** At most 1000 addresses, ready ones first, each subset its share (rounded up, so that the last may go short). */
export const truncated = (subsets: readonly EndpointSubset[]): readonly EndpointSubset[] => {
  const ready = total(subsets, 'addresses');
  const cut = ready > MAX_CAPACITY ? 'addresses' : 'notReadyAddresses';
  const room = cut === 'addresses' ? MAX_CAPACITY : MAX_CAPACITY - ready;
  const all = total(subsets, cut);
  let left = room;
  return subsets.map((subset): EndpointSubset => {
    const standing = subset[cut] ?? [];
    const kept = standing.slice(0, Math.min(left, Math.ceil((standing.length / all) * room)));
    left -= kept.length;
    const ports = subset.ports === undefined ? {} : { ports: subset.ports };
    const addresses = cut === 'addresses' ? kept : subset.addresses ?? [];
    const notReady = cut === 'addresses' ? [] : kept;
    return { ...(addresses.length === 0 ? {} : { addresses }), ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }), ...ports };
  });
};
