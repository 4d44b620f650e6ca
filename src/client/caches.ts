/**
 * What a reconciler may read: the caches of its process, never the API server.
 * Models: client-go/tools/cache/{index,store}.go, client-go/listers
 */
import type { KubeObject } from '../api/object.ts';
import type { Selector } from '../api/label-selector.ts';
import type { ResourceId } from '../api/resources.ts';

export interface Lister<T extends KubeObject = KubeObject> {
  /** `namespace` is '' for cluster-scoped resources. */
  readonly get: (namespace: string, name: string) => T | undefined;
  /** Sorted by namespace/name. `namespace` undefined: all. */
  readonly list: (namespace?: string, selector?: Selector) => readonly T[];
  /** The objects for which the index function named `index` gave `value`, sorted by namespace/name. */
  readonly byIndex: (index: string, value: string) => readonly T[];
  readonly size: number;
  /** The resourceVersion at which the cache stands: that of its last list, event or bookmark. '' before the first list. */
  readonly resourceVersion: string;
}

export interface Caches {
  /** Throws (broken invariant) when the process has no informer for the resource. */
  readonly lister: <T extends KubeObject>(resource: ResourceId) => Lister<T>;
}

/** What a listener (one `AddEventHandler`) is told, in the order its informer's store changed; it may lag behind the store. */
export type Notification =
  | { readonly kind: 'add'; readonly resource: ResourceId; readonly object: KubeObject; readonly initial: boolean }
  /** Also sent on resync, with the same object twice. */
  | { readonly kind: 'update'; readonly resource: ResourceId; readonly before: KubeObject; readonly object: KubeObject }
  /** `tombstone`: the delete itself was missed (DeletedFinalStateUnknown); `object` is the last state known. */
  | { readonly kind: 'delete'; readonly resource: ResourceId; readonly object: KubeObject; readonly tombstone: boolean };

/** Values of one index for an object; none when it is not indexed. */
export type IndexFunction = (object: KubeObject) => readonly string[];

export interface InformerSpec {
  readonly resource: ResourceId;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Readonly<Record<string, IndexFunction>>;
  /** 0 or absent: no resync. */
  readonly resyncMs?: number;
}

/** The cache key of an object: `namespace/name`, or `name` when it has no namespace. */
export const keyOf = (object: KubeObject): string =>
  (object.metadata.namespace === undefined || object.metadata.namespace === '' ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`);

/** Where a request finds the object. */
export const placeOf = (object: KubeObject): { readonly namespace: string; readonly name: string } =>
  ({ namespace: object.metadata.namespace ?? '', name: object.metadata.name });

/** The inverse of `keyOf`; `namespace` is '' for cluster-scoped objects. */
export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};
