/**
 * What a change of the store means to those who listen: the store after it, and the notifications in order.
 * Models: client-go/tools/cache/delta_fifo.go `Replace`, `Delete`; shared_informer.go `processDeltas`, `OnAdd`, `OnUpdate`, `OnDelete`
 * Not modelled: deltas that pile up before they are popped; resync periods that differ between the listeners of one informer.
 */
import type { ResourceId } from '../api/resources.ts';
import type { KubeObject } from '../api/object.ts';
import type { Notification } from './caches.ts';
import { keyOf } from './caches.ts';
import type { Indexer, IndexSchema } from './indexer.ts';
import { buildIndexer, moveTo, remove, upsert } from './indexer.ts';
import type { StoreChange } from './reflector/reflector.ts';

export interface Applied {
  readonly indexer: Indexer;
  readonly notifications: readonly Notification[];
}

const NONE: readonly Notification[] = [];

const present = (resource: ResourceId, before: KubeObject | undefined, object: KubeObject, initial: boolean): Notification =>
  (before === undefined ? { kind: 'add', resource, object, initial } : { kind: 'update', resource, before, object });

/** All that is listed, in the list's order, then a tombstone for each object that vanished unseen. */
const replace = (indexer: Indexer, schema: IndexSchema, resource: ResourceId, objects: readonly KubeObject[], resourceVersion: string, initial: boolean): Applied => {
  const next = buildIndexer(schema, objects, resourceVersion);
  const notifications = objects.map((object) => present(resource, indexer.objects.get(keyOf(object)), object, initial));
  if (indexer.objects.size > 0) {
    for (const [key, object] of indexer.objects.entries()) {
      if (!next.objects.has(key)) notifications.push({ kind: 'delete', resource, object, tombstone: true });
    }
  }
  return { indexer: next, notifications };
};

/** `initial`: the first list of the informer's life. */
export const applyChange = (indexer: Indexer, schema: IndexSchema, resource: ResourceId, change: StoreChange, initial: boolean): Applied => {
  switch (change.kind) {
    case 'replace': return replace(indexer, schema, resource, change.objects, change.resourceVersion, initial);
    case 'bookmark': return { indexer: moveTo(indexer, change.resourceVersion), notifications: NONE };
    case 'add':
    case 'update': {
      const key = keyOf(change.object);
      const before = indexer.objects.get(key);
      return { indexer: upsert(indexer, schema, key, change.object, change.resourceVersion), notifications: [present(resource, before, change.object, false)] };
    }
    case 'delete': {
      const key = keyOf(change.object);
      const known = indexer.objects.has(key);
      return {
        indexer: remove(indexer, schema, key, change.resourceVersion),
        notifications: known ? [{ kind: 'delete', resource, object: change.object, tombstone: false }] : NONE,
      };
    }
    default: return change satisfies never;
  }
};

/** Every object once more, as an update to itself. Source: `DeltaFIFO.Resync`. */
export const resyncOf = (indexer: Indexer, resource: ResourceId): readonly Notification[] =>
  indexer.objects.values().map((object) => ({ kind: 'update', resource, before: object, object }));
