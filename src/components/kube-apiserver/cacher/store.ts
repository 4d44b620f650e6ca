/**
 * The objects of a watch cache and the events it remembers.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/watch_cache.go
 * Not modelled: the doubling and halving of the capacity: events younger than 75 s are kept beyond it, up to 1,024 times as many.
 */
import { compareStrings } from '../../../base/order.ts';
import type { Fifo } from '../../../base/fifo.ts';
import { emptyFifo } from '../../../base/fifo.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { KeyValue } from '../../../protocol/etcd.ts';
import type { CacheEvent, Cacher } from '../state.ts';
import { decodeKeyValue } from '../storage/codec.ts';

type Objects = PersistentMap<PersistentMap<KubeObject>>;

const EVENT_FRESH_MS = 75_000;
const LARGEST_GROWTH = 1024;

export const isReady = (cacher: Cacher): boolean => cacher.phase === 'ready.watching' || cacher.phase === 'ready.resuming';

export const objectIn = (cacher: Cacher, namespace: string | undefined, name: string): KubeObject | undefined =>
  cacher.objects.get(namespace ?? '')?.get(name);

const withObject = (objects: Objects, object: KubeObject): Objects => {
  const namespace = object.metadata.namespace ?? '';
  return objects.set(namespace, (objects.get(namespace) ?? emptyMap<KubeObject>()).set(object.metadata.name, object));
};

const withoutObject = (objects: Objects, namespace: string, name: string): Objects => {
  const rest = objects.get(namespace)?.delete(name);
  if (rest === undefined) return objects;
  return rest.size === 0 ? objects.delete(namespace) : objects.set(namespace, rest);
};

/** The cache as a list of etcd's leaves it. */
export const filled = (cacher: Cacher, kvs: readonly KeyValue[], revision: number): Cacher => {
  let objects: Objects = emptyMap();
  for (const kv of kvs) objects = withObject(objects, decodeKeyValue(kv));
  return { ...cacher, objects, size: kvs.length, revision, listRevision: revision, events: emptyFifo(), forgot: false, failures: 0 };
};

const remembered = (events: Fifo<CacheEvent>, event: CacheEvent, capacity: number): Fifo<CacheEvent> => {
  let kept = events.push(event);
  while (kept.size > capacity) {
    const oldest = kept.head;
    if (oldest === undefined || (event.atMs - oldest.atMs < EVENT_FRESH_MS && kept.size <= capacity * LARGEST_GROWTH)) return kept;
    kept = kept.shift();
  }
  return kept;
};

/** The cache after one event. */
export const withEvent = (cacher: Cacher, event: CacheEvent, capacity: number): Cacher => {
  const { object } = event;
  const deleted = event.type === 'DELETED';
  const events = remembered(cacher.events, event, capacity);
  // Why spelled out: see mutable.ts.
  return {
    resource: cacher.resource, phase: cacher.phase, revision: event.revision, listRevision: cacher.listRevision,
    objects: deleted ? withoutObject(cacher.objects, object.metadata.namespace ?? '', object.metadata.name) : withObject(cacher.objects, object),
    size: cacher.size + (deleted ? -1 : event.previous === undefined ? 1 : 0),
    events,
    forgot: cacher.forgot || events.size <= cacher.events.size,
    streams: cacher.streams, waiting: cacher.waiting, failures: cacher.failures,
  };
};

const inKeyOrder = (cacher: Cacher): readonly string[] =>
  [...cacher.objects.keys()].sort((a, b) => compareStrings(`${a}/`, `${b}/`));

/** All objects, or those of one namespace, in the order of their keys in etcd. */
export const objectsIn = (cacher: Cacher, namespace: string | undefined): readonly KubeObject[] => {
  if (namespace !== undefined) return cacher.objects.get(namespace)?.values() ?? [];
  const namespaces = inKeyOrder(cacher);
  const only = namespaces.length === 1 ? cacher.objects.get(namespaces[0] ?? '') : undefined;
  return only === undefined ? namespaces.flatMap((name) => [...(cacher.objects.get(name)?.values() ?? [])]) : only.values();
};

/** The first revision whose events are all still remembered. */
export const oldestKnown = (cacher: Cacher): number => {
  if (!cacher.forgot) return cacher.listRevision + 1;
  return cacher.events.head?.revision ?? cacher.revision + 1;
};

const arrays = new WeakMap<Fifo<CacheEvent>, readonly CacheEvent[]>();

/** The remembered events after a revision, oldest first. */
export const eventsAfter = (cacher: Cacher, revision: number): readonly CacheEvent[] => {
  if (revision >= cacher.revision) return [];
  const known = arrays.get(cacher.events) ?? cacher.events.toArray();
  arrays.set(cacher.events, known);
  const first = known.findIndex((event) => event.revision > revision);
  return first < 0 ? [] : known.slice(first);
};
