/**
 * Between objects and etcd's keys and values: a value is the object without its resourceVersion, which is the key's modRevision.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go, storage/api_object_versioner.go, registry/generic/registry/store.go NamespaceKeyFunc
 */
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceId, ResourceInfo } from '../../../api/resources.ts';
import { resourceById, resourceByKind } from '../../../api/resources.ts';
import { invariant } from '../../../base/assert.ts';
import type { EtcdValue, KeyValue } from '../../../protocol/etcd.ts';
import { asCoreEvent, asEventsV1 } from './event-groups.ts';

export const EVENTS_V1: ResourceId = 'events.events.k8s.io';
const CORE_EVENTS: ResourceId = 'events';

/** The resource whose cache and keys hold the objects of `id`. */
export const storedAs = (id: ResourceId): ResourceId => (id === EVENTS_V1 ? CORE_EVENTS : id);

/** A stored object as the resource `id` shows it. */
export const shownAs = (id: ResourceId, object: KubeObject): KubeObject => (id === EVENTS_V1 ? asEventsV1(object) : object);

export const infoOf = (id: ResourceId): ResourceInfo => {
  const info = resourceById(id);
  invariant(info !== undefined, () => `unknown resource ${id}`);
  return info;
};

/** The key of one object; of all objects of a resource or namespace, with a trailing slash, when the name is left out. */
export const storageKey = (info: ResourceInfo, namespace: string | undefined, name?: string): string => {
  const base = info.namespaced && namespace !== undefined && namespace !== '' ? `${info.storagePrefix}/${namespace}` : info.storagePrefix;
  return `${base}/${name ?? ''}`;
};

const RECENT = 1024;
/** What was decoded lately, by revision. Why no WeakMap: an entry for each new value costs more than decoding it again. */
const recent: ({ readonly value: EtcdValue; readonly object: KubeObject } | undefined)[] = Array.from({ length: RECENT }, () => undefined);

/** The object at a revision. The same value at the same revision is, while it is new, the same object for every cache and every watcher. */
export const decodeValue = (value: EtcdValue, modRevision: number): KubeObject => {
  const stored = value as KubeObject;
  const resourceVersion = String(modRevision);
  const known = recent[modRevision % RECENT];
  if (known !== undefined && known.value === value && known.object.metadata.resourceVersion === resourceVersion) return known.object;
  const object = { ...stored, metadata: { ...stored.metadata, resourceVersion } };
  recent[modRevision % RECENT] = { value, object };
  return object;
};

export const decodeKeyValue = (kv: KeyValue): KubeObject => decodeValue(kv.value, kv.modRevision);

/** Metadata without its resourceVersion: the very metadata that was stored, where that was decoded lately and a write has left it alone. */
const storedMetadata = ({ metadata }: KubeObject): KubeObject['metadata'] => {
  const known = recent[Number(metadata.resourceVersion) % RECENT];
  if (known !== undefined && known.object.metadata === metadata) return (known.value as KubeObject).metadata;
  const { resourceVersion: _dropped, ...stored } = metadata;
  return stored;
};

/** The object as it is stored. */
export const encodeValue = (object: KubeObject): EtcdValue =>
  (object.metadata.resourceVersion === undefined ? object : { ...object, metadata: storedMetadata(object) });

/** The same object at another revision, as the last word about a deleted one. */
export const atRevision = (object: KubeObject, revision: number): KubeObject =>
  ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });

export const revisionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion ?? 0);

/** An object as a key and value to load etcd with. */
export const encodeObject = (object: KubeObject): { readonly key: string; readonly value: EtcdValue } => {
  const info = resourceByKind(object.apiVersion, object.kind);
  invariant(info !== undefined && info.storagePrefix !== '', () => `${object.apiVersion} ${object.kind} is not stored`);
  const stored = storedAs(info.id) === info.id ? object : asCoreEvent(object);
  return { key: storageKey(info, object.metadata.namespace, object.metadata.name), value: encodeValue(stored) };
};
