/**
 * Writes, for every Service with a selector, one Endpoints object with all its addresses: the older form of what EndpointSlices say.
 * Models: pkg/controller/endpoint/endpoints_controller.go, endpoints_tracker.go
 * Not modelled: IPv6.
 */
import type { ObjectMeta } from '../../../api/object.ts';
import type { Endpoints, EndpointSubset, Pod, Service } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Answer, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import { serviceSelector, servicesConcerned } from '../endpointslice/service-memberships.ts';
import type { TriggerTimes } from '../endpointslice/trigger-times.ts';
import { lastChange } from '../endpointslice/trigger-times.ts';
import { isNamespaceTerminating, isNotFound } from '../pod-control/errors.ts';
import { isOverCapacity, subsetsOf, truncated } from './subsets.ts';

interface Memory {
  /** By Service key. */
  readonly triggers: PersistentMap<TriggerTimes>;
  /** By key: the resourceVersion that this controller has replaced, and a cache may still show. */
  readonly stale: PersistentMap<string>;
}

type Stage =
  | { readonly kind: 'deleted' }
  /** `replaced`: the resourceVersion before an update; undefined for a create. */
  | { readonly kind: 'written'; readonly endpoints: Endpoints; readonly replaced: string | undefined };

type EndpointsPlan = Plan<Memory, Stage>;

const HEADLESS = 'service.kubernetes.io/headless';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const CONTROLLER = 'endpoint-controller';
const MAX_RETRIES = 15;

type Strings = Readonly<Record<string, string>>;

const add = (key: string): Op => ({ op: 'add', key });

const without = (strings: Strings | undefined, ...dropped: readonly string[]): Strings =>
  Object.fromEntries(Object.entries(strings ?? {}).filter(([key]) => !dropped.includes(key)));

const isHeadless = ({ spec: { clusterIP } }: Service): boolean => clusterIP === undefined || clusterIP === '' || clusterIP === 'None';

const isUpToDate = (current: Endpoints, service: Service, subsets: readonly EndpointSubset[]): boolean =>
  hashOf(current.subsets ?? []) === hashOf(subsets)
  && hashOf(without(current.metadata.labels, HEADLESS, MANAGED_BY)) === hashOf(service.metadata.labels ?? {})
  && !isOverCapacity(current.subsets ?? []) && current.metadata.annotations?.[OVER_CAPACITY] === undefined;

const desired = (current: Endpoints | undefined, service: Service, subsets: readonly EndpointSubset[], at: string | undefined): Endpoints => {
  const isOver = isOverCapacity(subsets);
  const annotations: Strings = {
    ...without(current?.metadata.annotations, TRIGGER_TIME, OVER_CAPACITY), ...(at === undefined ? {} : { [TRIGGER_TIME]: at }), ...(isOver ? { [OVER_CAPACITY]: 'truncated' } : {}),
  };
  const labels: Strings = { ...without(service.metadata.labels, HEADLESS), ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: CONTROLLER };
  const { annotations: _replaced, ...standing }: ObjectMeta = current?.metadata ?? { name: service.metadata.name };
  const endpoints: Omit<Endpoints, 'subsets'> = {
    apiVersion: 'v1', kind: 'Endpoints',
    metadata: { ...standing, labels, ...(hashOf(annotations) === hashOf({}) ? {} : { annotations }) },
  };
  // Why the assertion: no subsets are no field, as on the wire.
  return (subsets.length === 0 ? endpoints : { ...endpoints, subsets: isOver ? truncated(subsets) : subsets }) as Endpoints;
};

const remove = (memory: Memory, key: string): EndpointsPlan =>
  ({ kind: 'ask', memory, ops: [], requests: [{ verb: 'delete', resource: 'endpoints', ...splitKey(key) }], mode: 'parallel', stage: { kind: 'deleted' } });

const sync = (memory: Memory, key: string, { caches }: ControllerContext): EndpointsPlan => {
  const { namespace, name } = splitKey(key);
  const service = caches.lister<Service>('services').get(namespace, name);
  if (service === undefined) return remove(memory, key);
  const selector = serviceSelector(service);
  if (service.spec.type === 'ExternalName' || selector === undefined) return done(memory);
  const pods = caches.lister<Pod>('pods').list(namespace, selector);
  const { at, times } = lastChange(memory.triggers.get(key), service, pods);
  const next: Memory = { ...memory, triggers: memory.triggers.set(key, times) };
  const subsets = subsetsOf(service, pods);
  const current = caches.lister<Endpoints>('endpoints').get(namespace, name);
  const replaced = current?.metadata.resourceVersion;
  if (current !== undefined && memory.stale.get(key) === replaced) {
    return failed(next, `endpoints informer cache is out of date, resource version ${replaced} already processed for endpoints ${key}`);
  }
  if (current !== undefined && isUpToDate(current, service, subsets)) return done(next);
  const endpoints = desired(current, service, subsets, at);
  const request = current === undefined ? { verb: 'create', resource: 'endpoints', namespace, body: endpoints } as const
    : { verb: 'update', resource: 'endpoints', namespace, name, body: endpoints } as const;
  return { kind: 'ask', memory: next, ops: [], requests: [request], mode: 'parallel', stage: { kind: 'written', endpoints, replaced } };
};

const deleted = (memory: Memory, key: string, answer: Answer): EndpointsPlan => {
  const error = errorOf(answer);
  if (error !== undefined && !isNotFound(answer)) return failed(memory, error);
  return done({ triggers: memory.triggers.delete(key), stale: memory.stale.delete(key) });
};

const written = (memory: Memory, key: string, { endpoints, replaced }: Stage & { kind: 'written' }, answer: Answer): EndpointsPlan => {
  const error = errorOf(answer);
  if (error === undefined) {
    const isReplaced = replaced !== undefined && objectOf(answer)?.metadata.resourceVersion !== replaced;
    return done(isReplaced ? { ...memory, stale: memory.stale.set(key, replaced) } : memory);
  }
  if (replaced === undefined && isNamespaceTerminating(answer)) return done(memory);
  const [reason, message] = replaced === undefined ? ['FailedToCreateEndpoint', `Failed to create endpoint for service ${key}: ${error}`]
    : ['FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${error}`];
  return failed(memory, error, [{ op: 'event', regarding: endpoints, type: 'Warning', reason, message }]);
};

/** The controller with its types, for specs. */
export const typedEndpointsController: ControllerOf<Memory, Stage> = {
  name: CONTROLLER,
  queues: [{ name: 'endpoint', workers: 5, maxRetries: MAX_RETRIES }],
  informers: [{ resource: 'services', handles: true }, { resource: 'pods', handles: true }, { resource: 'endpoints', handles: true }],
  initial: { triggers: emptyMap<TriggerTimes>(), stale: emptyMap<string>() },
  // Endpoints without a Service, left behind while no controller was there to see it go; those that hold a leader's lock are not ours.
  start: (memory, { caches }) => ({
    memory, ops: caches.lister<Endpoints>('endpoints').list().filter(({ metadata }) => metadata.annotations?.[LEADER] === undefined).map(keyOf).map(add),
  }),
  handle: (memory, notification, { caches }) => {
    switch (notification.resource) {
      case 'services': return { memory, ops: [add(keyOf(notification.object))] };
      case 'pods': return { memory, ops: servicesConcerned(caches.lister<Service>('services'), notification).map(add) };
      default: return { memory, ops: notification.kind === 'delete' ? [add(keyOf(notification.object))] : [] };
    }
  },
  reconcile: (memory, _queue, key, context) => sync(memory, key, context),
  resume: (memory, _queue, key, stage, answers) =>
    (stage.kind === 'deleted' ? deleted(memory, key, answers[0] as Answer) : written(memory, key, stage, answers[0] as Answer)),
};

export const endpointsController = (): Controller => erase(typedEndpointsController);
