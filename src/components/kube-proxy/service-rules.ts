/**
 * The rules that a node needs for Services, from Services and EndpointSlices: pure decisions.
 * Models: pkg/proxy/topology.go CategorizeEndpoints, pkg/proxy/serviceport.go, pkg/proxy/endpointslicecache.go, pkg/proxy/util/utils.go ShouldSkipService
 * Not modelled: topology hints, session affinity timeouts, load balancer addresses, health check node ports.
 */
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../api/types.ts';
import { compareStrings } from '../../base/order.ts';
import type { ServicePortRule, ServiceRules } from '../../protocol/network.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Why: a headless Service has no address, and an ExternalName one is only a DNS record. */
const isSkipped = (service: Service): boolean =>
  service.spec.type === 'ExternalName' || service.spec.clusterIP === undefined || service.spec.clusterIP === '' || service.spec.clusterIP === 'None';

interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly node: string | undefined;
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
}

const backendOf = (endpoint: Endpoint, ip: string, port: number): Backend => ({
  ip, port,
  node: endpoint.nodeName,
  isReady: endpoint.conditions?.ready ?? true,
  isServing: endpoint.conditions?.serving ?? endpoint.conditions?.ready ?? true,
  isTerminating: endpoint.conditions?.terminating ?? false,
});

const backendsOf = (slices: readonly EndpointSlice[], servicePort: ServicePort): readonly Backend[] => {
  const byAddress = new Map<string, Backend>();
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === (servicePort.name ?? '') && (candidate.protocol ?? 'TCP') === (servicePort.protocol ?? 'TCP'));
    if (port?.port === undefined) continue;
    for (const endpoint of slice.endpoints) {
      const ip = endpoint.addresses[0];
      if (ip === undefined) continue;
      const backend = backendOf(endpoint, ip, port.port);
      const known = byAddress.get(`${ip}:${port.port}`);
      // Why: while an endpoint moves between slices it stands in two of them; the one that is ready wins.
      if (known === undefined || (!known.isReady && backend.isReady)) byAddress.set(`${ip}:${port.port}`, backend);
    }
  }
  return [...byAddress.values()].sort((a, b) => compareStrings(a.ip, b.ip));
};

/** Ready endpoints; when there are none, those that still serve while they terminate. */
const usable = (backends: readonly Backend[], localTo: string | undefined): readonly Backend[] => {
  const near = localTo === undefined ? backends : backends.filter((backend) => backend.node === localTo);
  const ready = near.filter((backend) => backend.isReady);
  return ready.length > 0 ? ready : near.filter((backend) => backend.isServing && backend.isTerminating);
};

const ruleOf = (service: Service, port: ServicePort, slices: readonly EndpointSlice[], node: string): ServicePortRule => {
  const local = service.spec.internalTrafficPolicy === 'Local' ? node : undefined;
  return {
    name: `${service.metadata.namespace}/${service.metadata.name}${port.name === undefined || port.name === '' ? '' : `:${port.name}`}`,
    clusterIps: service.spec.clusterIPs ?? [service.spec.clusterIP ?? ''],
    externalIps: service.spec.externalIPs ?? [],
    port: port.port,
    nodePort: port.nodePort ?? 0,
    protocol: (port.protocol ?? 'TCP') as ServicePortRule['protocol'],
    endpoints: usable(backendsOf(slices, port), local).map(({ ip, port: target }) => ({ ip, port: target })),
    sessionAffinity: service.spec.sessionAffinity === 'ClientIP' ? 'ClientIP' : 'None',
  };
};

/** The rules of one Service on a node, in the order of its ports. `slices` are those labelled with its name. */
export const rulesOfService = (service: Service, slices: readonly EndpointSlice[], node: string): ServiceRules =>
  (isSkipped(service) ? [] : (service.spec.ports ?? []).map((port) => ruleOf(service, port, slices, node)));

/** `namespace/name` of the Service that a slice belongs to; undefined for a slice without the label. */
export const serviceOfSlice = (slice: EndpointSlice): string | undefined => {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace}/${name}`;
};
