/**
 * The endpoints that a Service's pods make, grouped by the ports they resolve to.
 * Models: staging/src/k8s.io/endpointslice/{reconciler,utils}.go podToEndpoint, getEndpointPorts;
 *   endpointslice/util/{controller_utils,endpointset}.go ShouldPodBeInEndpoints, hashEndpoint, EndpointsEqualBeyondHash
 * Not modelled: IPv6 and dual stack, topology hints, traffic distribution.
 */
import { findPort, isPodReady, isPodTerminal } from '../../../api/pod-helpers.ts';
import type { Endpoint, EndpointPort, Node, Pod, Service } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import type { Lister } from '../../../client/caches.ts';

export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface DesiredEndpoints {
  /** By `portsKey`. */
  readonly groups: ReadonlyMap<string, PortGroup>;
  /** Pods whose node is not in the cache: left out now, asked for again. */
  readonly errors: readonly string[];
}

const portText = (port: EndpointPort): string => `${port.name ?? ''} ${port.port ?? ''} ${port.protocol ?? ''} ${port.appProtocol ?? ''}`;

/** The same for the same ports in any order. */
export const portsKey = (ports: readonly EndpointPort[] | undefined): string => (ports ?? []).map(portText).sort(compareStrings).join('\n');

/** The same pod at the same address, whatever its conditions. */
export const identityOf = ({ addresses, hostname, targetRef }: Endpoint): string =>
  `${addresses.join(',')} ${hostname ?? ''} ${targetRef?.namespace ?? ''}/${targetRef?.name ?? ''}`;

/** Of two endpoints of one identity. */
export const isSameEndpoint = (a: Endpoint, b: Endpoint): boolean =>
  a.nodeName === b.nodeName && a.zone === b.zone && a.targetRef?.uid === b.targetRef?.uid && a.conditions?.ready === b.conditions?.ready
  && a.conditions?.serving === b.conditions?.serving && a.conditions?.terminating === b.conditions?.terminating;

/** Terminating pods are in, finished ones and those without an address are not. */
const shouldBeInEndpoints = (pod: Pod): boolean => !isPodTerminal(pod) && (pod.status?.podIP ?? '') !== '';

/** The ports as a slice has them; ports that this pod does not have are left out. */
const portsOf = (service: Service, pod: Pod): readonly EndpointPort[] => (service.spec.ports ?? []).flatMap((port): readonly EndpointPort[] => {
  const protocol = port.protocol ?? 'TCP';
  const target = findPort(pod, port.targetPort ?? port.port, protocol);
  if (target === undefined) return [];
  return [{ name: port.name ?? '', port: target, protocol, ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) }];
});

export const hostnameOf = (pod: Pod, service: Service): { readonly hostname?: string } =>
  ((pod.spec.hostname ?? '') !== '' && pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace ? { hostname: pod.spec.hostname as string } : {});

const endpointOf = (pod: Pod, node: Node | undefined, service: Service): Endpoint => {
  const isServing = isPodReady(pod);
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (isServing && !isTerminating), serving: isServing, terminating: isTerminating },
    ...hostnameOf(pod, service),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
    ...(pod.spec.nodeName === undefined || pod.spec.nodeName === '' ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined || zone === '' ? {} : { zone }),
  };
};

/** What the slices of a Service should say. */
export const desiredEndpoints = (service: Service, pods: readonly Pod[], nodes: Lister<Node>): DesiredEndpoints => {
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  const errors: string[] = [];
  for (const pod of pods) {
    if (!shouldBeInEndpoints(pod)) continue;
    const ports = portsOf(service, pod);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    const node = nodes.get('', pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      errors.push(`skipping Pod ${pod.metadata.name} for Service ${service.metadata.namespace}/${service.metadata.name}: Node ${pod.spec.nodeName} Not Found`);
      continue;
    }
    group.endpoints.push(endpointOf(pod, node, service));
  }
  return { groups, errors };
};
