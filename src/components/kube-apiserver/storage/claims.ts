/**
 * Addresses and ports that a Service holds, as keys of their own: they are written and removed in the Service's own transaction, so no two
 * services can hold the same one, whichever API server they came by.
 * Models: pkg/registry/core/service/ipallocator, portallocator, storage/alloc.go; upstream keeps IPAddress objects and a bitmap instead, and
 *   repairs what a crash between two writes leaves behind
 * Not modelled: IPv6, dual stack, health check node ports, the pool of load balancers.
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Service, ServicePort } from '../../../api/types.ts';
import type { Turn } from '../turn.ts';
import { nextDraw } from '../turn.ts';

const IP_PREFIX = '/registry/ipaddresses/';
const PORT_PREFIX = '/registry/ranges/servicenodeports/';

/** 10.96.0.0/12. */
const FIRST_OCTET = 10;
const NETWORK = 96 * 2 ** 16;
const HOSTS = 2 ** 20;
/** Addresses below are left to those who ask for one by name. */
const STATIC_BAND = 256;
const FIRST_PORT = 30_086;
const LAST_PORT = 32_767;

const addressAt = (offset: number): string => {
  const value = NETWORK + offset;
  return `${FIRST_OCTET}.${value >>> 16}.${value >>> 8 & 255}.${value & 255}`;
};

const isVirtual = (service: Service): boolean => service.spec.type !== 'ExternalName';
const needsPorts = (service: Service): boolean => service.spec.type === 'NodePort'
  || (service.spec.type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts !== false);

const isService = (object: KubeObject): object is Service => object.kind === 'Service' && object.apiVersion === 'v1';

const portsOf = (service: Service): readonly number[] =>
  [...new Set((service.spec.ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port > 0))];

/** The keys that an object holds besides its own. */
export const claimsOf = (object: KubeObject | undefined): readonly string[] => {
  if (object === undefined || !isService(object)) return [];
  const ip = object.spec?.clusterIP ?? '';
  return [...(ip === '' || ip === 'None' ? [] : [IP_PREFIX + ip]), ...portsOf(object).map((port) => `${PORT_PREFIX}${port}`)];
};

const scopeOf = (service: Service): string => `${service.metadata.namespace ?? ''}/${service.metadata.name}`;

const drawAddress = (turn: Turn, service: Service): string => {
  const label = `clusterIP/${scopeOf(service)}`;
  return addressAt(STATIC_BAND + 1 + turn.env.random(label, nextDraw(turn, label)) % (HOSTS - STATIC_BAND - 2));
};

const drawPort = (turn: Turn, service: Service, port: ServicePort): number => {
  const label = `nodePort/${scopeOf(service)}/${port.protocol ?? 'TCP'}/${port.port}`;
  return FIRST_PORT + turn.env.random(label, nextDraw(turn, label)) % (LAST_PORT - FIRST_PORT + 1);
};

const withAddress = (turn: Turn, service: Service): Service => {
  if (!isVirtual(service)) return service;
  const clusterIP = (service.spec.clusterIP ?? '') === '' ? drawAddress(turn, service) : service.spec.clusterIP ?? '';
  return { ...service, spec: {
    ...service.spec, clusterIP, clusterIPs: [clusterIP], ipFamilies: service.spec.ipFamilies ?? ['IPv4'], ipFamilyPolicy: service.spec.ipFamilyPolicy ?? 'SingleStack',
  } };
};

const withPorts = (turn: Turn, service: Service): Service => {
  const ports = service.spec.ports ?? [];
  if (!needsPorts(service) || ports.every((port) => (port.nodePort ?? 0) > 0)) return service;
  return { ...service, spec: { ...service.spec, ports: ports.map((port) => ((port.nodePort ?? 0) > 0 ? port : { ...port, nodePort: drawPort(turn, service, port) })) } };
};

/** The object with every address and port it needs; the same object when it is no Service. */
export const allocate = (turn: Turn, object: KubeObject): KubeObject =>
  (isService(object) ? withPorts(turn, withAddress(turn, object)) : object);

/** What a taken claim of a given value reads like in an Invalid status. */
export const takenMessage = (claim: string, object: KubeObject): { readonly field: string; readonly message: string } => {
  if (claim.startsWith(IP_PREFIX)) {
    const ip = claim.slice(IP_PREFIX.length);
    return { field: 'spec.clusterIPs', message: `Invalid value: ${JSON.stringify([ip])}: failed to allocate IP ${ip}: provided IP is already allocated` };
  }
  const port = Number(claim.slice(PORT_PREFIX.length));
  const index = ((object as Service).spec.ports ?? []).findIndex((p) => p.nodePort === port);
  return { field: `spec.ports[${index}].nodePort`, message: `Invalid value: ${port}: provided port is already allocated` };
};

/** The value under a claim: who holds it. */
export const claimValue = (object: KubeObject): unknown =>
  ({ resource: 'services', namespace: object.metadata.namespace ?? '', name: object.metadata.name, uid: object.metadata.uid ?? '' });
