/**
 * Writes, for every Service with a selector, the slices that say which of its pods are where and whether they are ready.
 * Models: pkg/controller/endpointslice/endpointslice_controller.go
 * Not modelled: topology-aware hints, IPv6.
 */
import { SECOND_MS } from '../../../api/time.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../../api/types.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Notification } from '../../../client/caches.ts';
import type { Answer, Change, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { aggregate, isNamespaceTerminating } from '../pod-control/errors.ts';
import { desiredEndpoints } from './endpoints-of-pods.ts';
import { serviceSelector, servicesConcerned } from './service-memberships.ts';
import type { SliceWrites } from './slices.ts';
import { CONTROLLER, MANAGED_BY, SERVICE_NAME, planSlices } from './slices.ts';
import type { Tracker } from './tracker.ts';
import { emptyTracker, expectDeletion, handleDeletion, hasSlice, isStale, shouldSync, trackWrite } from './tracker.ts';
import type { TriggerTimes } from './trigger-times.ts';
import { lastChange } from './trigger-times.ts';

interface Memory {
  readonly tracker: Tracker;
  /** By Service key. */
  readonly triggers: PersistentMap<TriggerTimes>;
}

type Stage = { readonly kind: 'written'; readonly service: Service; readonly writes: SliceWrites; readonly errors: readonly string[] };
type SlicePlan = Plan<Memory, Stage>;

const SLICES = 'endpointslices.discovery.k8s.io';
const BY_SERVICE = 'service';
/** defaultSyncBackOff, maxSyncBackOff, maxRetries. */
const BASE_DELAY_MS = SECOND_MS;
const MAX_DELAY_MS = 1000 * SECOND_MS;
const MAX_RETRIES = 15;
/** endpointSliceChangeMinSyncDelay. */
const SLICE_CHANGE_DELAY_MS = SECOND_MS;

const serviceOf = (slice: EndpointSlice): string => `${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[SERVICE_NAME] ?? ''}`;
const isOurs = (slice: EndpointSlice): boolean => slice.metadata.labels?.[MANAGED_BY] === CONTROLLER;

const nothing = (memory: Memory): Change<Memory> => ({ memory, ops: [] });
const add = (key: string): Op => ({ op: 'add', key });
/** Why later: a burst of changes of slices is looked at once. */
const addLater = (key: string): Op => ({ op: 'add-after', key, afterMs: SLICE_CHANGE_DELAY_MS });

const handleSlice = (memory: Memory, notification: Notification): Change<Memory> => {
  const slice = notification.object as EndpointSlice;
  const service = serviceOf(slice);
  if (notification.kind === 'delete') {
    if (!isOurs(slice) || !hasSlice(memory.tracker, service, slice)) return nothing(memory);
    const { tracker, wasExpected } = handleDeletion(memory.tracker, service, slice);
    return { memory: { ...memory, tracker }, ops: wasExpected ? [] : [addLater(service)] };
  }
  const before = notification.kind === 'update' ? notification.before as EndpointSlice : slice;
  if (serviceOf(before) !== service) return { memory, ops: [addLater(service), addLater(serviceOf(before))] };
  return isOurs(before) !== isOurs(slice) || (isOurs(slice) && shouldSync(memory.tracker, service, slice)) ? { memory, ops: [addLater(service)] } : nothing(memory);
};

const requestsOf = (namespace: string, { create, update, remove }: SliceWrites): readonly ApiRequest[] => [
  ...create.map((body): ApiRequest => ({ verb: 'create', resource: SLICES, namespace, body })),
  ...update.map((body): ApiRequest => ({ verb: 'update', resource: SLICES, namespace, name: body.metadata.name, body })),
  ...remove.map((slice): ApiRequest => ({ verb: 'delete', resource: SLICES, namespace, name: slice.metadata.name })),
];

/** What a variant may replace. */
export interface EndpointSlicePolicy {
  /** Whether the cached slices lag behind what was written, so that they must not be compared with. */
  readonly isStale: (tracker: Tracker, service: string, standing: readonly EndpointSlice[]) => boolean;
}

export const upstreamEndpointSlicePolicy: EndpointSlicePolicy = { isStale };

const sync = (memory: Memory, key: string, { caches }: ControllerContext, policy: EndpointSlicePolicy): SlicePlan => {
  const { namespace, name } = splitKey(key);
  const service = caches.lister<Service>('services').get(namespace, name);
  if (service === undefined) return done({ tracker: memory.tracker.delete(key), triggers: memory.triggers.delete(key) });
  const selector = serviceSelector(service);
  if (service.spec.type === 'ExternalName' || selector === undefined) return done(memory);
  const pods = caches.lister<Pod>('pods').list(namespace, selector);
  const standing = caches.lister<EndpointSlice>(SLICES).byIndex(BY_SERVICE, key).filter((slice) => isOurs(slice) && slice.metadata.deletionTimestamp === undefined);
  if (policy.isStale(memory.tracker, key, standing)) return failed(memory, 'EndpointSlice informer cache is out of date');
  const { at, times } = lastChange(memory.triggers.get(key), service, pods);
  const next = { ...memory, triggers: memory.triggers.set(key, times) };
  const { groups, errors } = desiredEndpoints(service, pods, caches.lister<Node>('nodes'));
  const writes = planSlices(service, groups, standing, at);
  const requests = requestsOf(namespace, writes);
  if (requests.length === 0) return conclude(next, service, errors);
  return { kind: 'ask', memory: next, ops: [], requests, mode: 'in-order', stage: { kind: 'written', service, writes, errors } };
};

const conclude = (memory: Memory, service: Service, errors: readonly string[]): SlicePlan => {
  const error = aggregate(errors);
  if (error === undefined) return done(memory);
  const message = `Error updating Endpoint Slices for Service ${keyOf(service)}: ${error}`;
  return failed(memory, error, [{ op: 'event', regarding: service, type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message }]);
};

const trackAnswer = (tracker: Tracker, key: string, slice: EndpointSlice, isRemoved: boolean, answer: Answer): Tracker => {
  if (errorOf(answer) !== undefined) return tracker;
  return isRemoved ? expectDeletion(tracker, key, slice) : trackWrite(tracker, key, objectOf(answer) as EndpointSlice);
};

/** Of the writes in order, creates first; the first that failed was the last that was sent. */
const written = (memory: Memory, key: string, { service, writes, errors }: Stage, answers: readonly Answer[]): SlicePlan => {
  const { create, update, remove } = writes;
  const slices = [...create, ...update, ...remove];
  const removedFrom = create.length + update.length;
  const tracker = answers.reduce((all, answer, i) => trackAnswer(all, key, slices[i] as EndpointSlice, i >= removedFrom, answer), memory.tracker);
  const next = tracker === memory.tracker ? memory : { ...memory, tracker };
  const last = answers.length - 1;
  const answer = answers[last] as Answer;
  const error = errorOf(answer);
  const isCreate = last < create.length;
  if (error === undefined || (isCreate && isNamespaceTerminating(answer))) return conclude(next, service, errors);
  const what = isCreate ? 'create' : `${last < removedFrom ? 'update' : 'delete'} ${(slices[last] as EndpointSlice).metadata.name}`;
  return conclude(next, service, [...errors, `failed to ${what} EndpointSlice for Service ${key}: ${error}`]);
};

/** The controller with its types, for specs. */
export const typedEndpointSliceController: ControllerOf<Memory, Stage> = {
  name: 'endpointslice-controller',
  queues: [{ name: 'endpoint_slice', workers: 5, baseDelayMs: BASE_DELAY_MS, maxDelayMs: MAX_DELAY_MS, maxRetries: MAX_RETRIES }],
  informers: [
    { resource: 'services', handles: true },
    { resource: 'pods', handles: true },
    { resource: 'nodes', handles: false },
    { resource: SLICES, handles: true, indexes: { [BY_SERVICE]: (object) => [serviceOf(object as EndpointSlice)] } },
  ],
  initial: { tracker: emptyTracker, triggers: emptyMap<TriggerTimes>() },
  handle: (memory, notification, { caches }) => {
    switch (notification.resource) {
      case 'services': return { memory, ops: [add(keyOf(notification.object))] };
      case 'pods': return { memory, ops: servicesConcerned(caches.lister<Service>('services'), notification).map(add) };
      default: return handleSlice(memory, notification);
    }
  },
  reconcile: (memory, _queue, key, context) => sync(memory, key, context, upstreamEndpointSlicePolicy),
  resume: (memory, _queue, key, stage, answers) => written(memory, key, stage, answers),
};

export const endpointSliceController = (policy: Partial<EndpointSlicePolicy> = {}): Controller => erase({
  ...typedEndpointSliceController,
  reconcile: (memory, _queue, key, context) => sync(memory, key, context, { ...upstreamEndpointSlicePolicy, ...policy }),
});
