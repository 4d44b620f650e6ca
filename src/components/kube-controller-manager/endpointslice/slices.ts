/**
 * How desired endpoints are laid out over slices with few writes: keep what stands, fill up, then make new ones.
 * Models: staging/src/k8s.io/endpointslice/reconciler.go reconcileByAddressType, reconcileByPortMapping, finalize;
 *   utils.go newEndpointSlice, setEndpointSliceLabels, addTriggerTimeAnnotation, getSliceToFill
 * Not modelled: IPv6. Where upstream takes endpoints and slices in a map's order, here it is that of their names.
 */
import { ownerReference } from '../../../api/pod-helpers.ts';
import type { Endpoint, EndpointSlice, Service } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import type { PortGroup } from './endpoints-of-pods.ts';
import { identityOf, isSameEndpoint, portsKey } from './endpoints-of-pods.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const CONTROLLER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
/** --max-endpoints-per-slice. */
const MAX_ENDPOINTS = 100;
/** A prefix longer than that leaves no room for the dash. */
const MAX_NAME = 253;

export interface SliceWrites {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

type Labels = Readonly<Record<string, string>>;

const isReserved = (key: string): boolean => key === SERVICE_NAME || key === MANAGED_BY || key === HEADLESS;

const ownLabels = (labels: Labels | undefined): Labels => Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !isReserved(key)));

const hasAddress = ({ spec: { clusterIP } }: Service): boolean => clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';

const labelsOf = (service: Service): Labels => ({
  ...ownLabels(service.metadata.labels), ...(hasAddress(service) ? {} : { [HEADLESS]: '' }), [MANAGED_BY]: CONTROLLER, [SERVICE_NAME]: service.metadata.name,
});

const ownedBy = (slice: EndpointSlice, service: Service): boolean =>
  (slice.metadata.ownerReferences ?? []).some(({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1');

/** Without a name, which the server generates. */
const newSlice = (service: Service, { ports }: Pick<PortGroup, 'ports'>, endpoints: readonly Endpoint[]): EndpointSlice => {
  const { name, namespace = '' } = service.metadata;
  const generateName = name.length < MAX_NAME ? `${name}-` : name;
  const metadata = { generateName, namespace, labels: labelsOf(service), ownerReferences: [ownerReference(service, { apiVersion: 'v1', kind: 'Service' })] };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: metadata as unknown as EndpointSlice['metadata'], addressType: 'IPv4', endpoints, ports };
};

interface Kept {
  readonly slice: EndpointSlice;
  readonly endpoints: readonly Endpoint[];
  /** The endpoints are not what they were. */
  readonly isMoved: boolean;
  /** It is to be written, because of its endpoints or of the Service's labels. */
  readonly isChanged: boolean;
}

/** A slice without the endpoints that are not wanted any more, and with those that have changed; takes what it keeps from `wanted`. */
const keep = (slice: EndpointSlice, service: Service, wanted: Map<string, Endpoint>): Kept => {
  let isMoved = false;
  const endpoints = slice.endpoints.flatMap((standing): readonly Endpoint[] => {
    const identity = identityOf(standing);
    const desired = wanted.get(identity);
    wanted.delete(identity);
    isMoved ||= desired === undefined || !isSameEndpoint(desired, standing);
    return desired === undefined ? [] : [desired];
  });
  return { slice, endpoints, isMoved, isChanged: isMoved || hashOf(ownLabels(slice.metadata.labels)) !== hashOf(ownLabels(service.metadata.labels)) };
};

const fullestFirst = (kept: readonly Kept[]): readonly Kept[] => [...kept].sort((a, b) => b.endpoints.length - a.endpoints.length);

const updated = ({ slice, endpoints, isChanged }: Kept, service: Service): EndpointSlice =>
  ({ ...slice, metadata: isChanged ? { ...slice.metadata, labels: labelsOf(service) } : slice.metadata, endpoints });

/** Lays one group of ports over the slices that stand for it. */
const layOut = (service: Service, group: PortGroup, standing: readonly EndpointSlice[]): SliceWrites => {
  const wanted = new Map(group.endpoints.map((endpoint) => [identityOf(endpoint), endpoint]));
  const kept = standing.map((slice) => keep(slice, service, wanted));
  const rest = [...wanted.values()];
  const isEmptied = ({ isMoved, endpoints }: Kept): boolean => isMoved && endpoints.length === 0;
  // Slices that are written anyway are filled first; then, when what is left fits into one, the fullest that has room; then new ones.
  const filled = fullestFirst(kept.filter((one) => one.isChanged && !isEmptied(one)))
    .map((one): Kept => ({ ...one, endpoints: [...one.endpoints, ...rest.splice(0, MAX_ENDPOINTS - one.endpoints.length)] }));
  const unchanged = kept.filter(({ isChanged }) => !isChanged);
  const create: EndpointSlice[] = [];
  while (rest.length > 0) {
    const room = rest.length >= MAX_ENDPOINTS ? undefined : fullestFirst(unchanged).find(({ endpoints }) => endpoints.length + rest.length <= MAX_ENDPOINTS);
    if (room === undefined) create.push(newSlice(service, group, rest.splice(0, MAX_ENDPOINTS)));
    else filled.push({ ...room, endpoints: [...room.endpoints, ...rest.splice(0)] });
  }
  return { create, update: filled.map((one) => updated(one, service)), remove: kept.filter(isEmptied).map(({ slice }) => slice) };
};

/** A Service without endpoints has one slice all the same, without ports. */
const isPlaceholder = (slice: EndpointSlice, service: Service): boolean =>
  slice.endpoints.length === 0 && (slice.ports ?? []).length === 0 && slice.addressType === 'IPv4' && hashOf(slice.metadata.labels ?? {}) === hashOf(labelsOf(service));

/** A slice to be made takes the place of one to be removed: an update is cheaper for everybody who watches. */
const reuse = ({ create, update, remove }: SliceWrites, service: Service): SliceWrites => {
  const made = [...create];
  const replaced: EndpointSlice[] = [];
  const removed = remove.filter((slice) => {
    const last = made.at(-1);
    if (last === undefined || !ownedBy(slice, service)) return true;
    made.pop();
    replaced.push({ ...last, metadata: { ...last.metadata, name: slice.metadata.name } });
    return false;
  });
  return { create: made, update: [...update, ...replaced], remove: removed };
};

const withTriggerTime = (slice: EndpointSlice, at: string | undefined): EndpointSlice => {
  const { annotations, ...metadata } = slice.metadata;
  const { [TRIGGER_TIME]: _before, ...others } = annotations ?? {};
  const all = at === undefined ? others : { ...others, [TRIGGER_TIME]: at };
  return { ...slice, metadata: hashOf(all) === hashOf({}) ? metadata : { ...metadata, annotations: all } };
};

/** The writes after which the standing slices say what is desired. `at`: what brought them about. */
export const planSlices = (service: Service, groups: ReadonlyMap<string, PortGroup>, standing: readonly EndpointSlice[], at: string | undefined): SliceWrites => {
  const owned = standing.filter((slice) => ownedBy(slice, service));
  const laid = [...groups].map(([key, group]) => layOut(service, group, owned.filter((slice) => portsKey(slice.ports) === key)));
  const create = laid.flatMap((writes) => writes.create);
  const remove = [
    ...standing.filter((slice) => !ownedBy(slice, service)), ...laid.flatMap((writes) => writes.remove), ...owned.filter((slice) => !groups.has(portsKey(slice.ports))),
  ];
  const isNothingLeft = remove.length === standing.length && create.length === 0;
  const [only] = remove;
  const isAlreadyPlaceholder = isNothingLeft && remove.length === 1 && only !== undefined && ownedBy(only, service) && isPlaceholder(only, service);
  const writes = reuse({
    create: isNothingLeft && !isAlreadyPlaceholder ? [newSlice(service, { ports: [] }, [])] : create,
    update: laid.flatMap((one) => one.update), remove: isAlreadyPlaceholder ? [] : remove,
  }, service);
  return {
    // Why: what is made for a Service on its way out, the garbage collector would have to take away again.
    create: service.metadata.deletionTimestamp === undefined ? writes.create.map((slice) => withTriggerTime(slice, at)) : [],
    update: writes.update.map((slice) => withTriggerTime(slice, at)), remove: writes.remove,
  };
};
