/**
 * Which streams of a resource an event may concern.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go indexedWatchers, pkg/registry/core/pod/strategy.go NodeNameTriggerFunc
 */
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Pod } from '../../../api/types.ts';
import type { Stream, StreamIndex } from '../state.ts';

export const noStreams: StreamIndex = { all: [], byNamespace: emptyMap(), byName: emptyMap(), byNode: emptyMap() };

type Bucket = PersistentMap<readonly Stream[]>;
type Change = (streams: readonly Stream[]) => readonly Stream[];

const changed = (bucket: Bucket, key: string, change: Change): Bucket => {
  const streams = change(bucket.get(key) ?? []);
  return streams.length === 0 ? bucket.delete(key) : bucket.set(key, streams);
};

const nameKey = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const withChange = (index: StreamIndex, stream: Stream, change: Change): StreamIndex => {
  if (stream.name !== undefined) return { ...index, byName: changed(index.byName, nameKey(stream.namespace, stream.name), change) };
  if (stream.node !== undefined) return { ...index, byNode: changed(index.byNode, stream.node, change) };
  if (stream.namespace !== undefined) return { ...index, byNamespace: changed(index.byNamespace, stream.namespace, change) };
  return { ...index, all: change(index.all) };
};

export const withStream = (index: StreamIndex, stream: Stream): StreamIndex => withChange(index, stream, (streams) => [...streams, stream]);

export const withoutStream = (index: StreamIndex, stream: Stream): StreamIndex =>
  withChange(index, stream, (streams) => streams.filter((other) => other.key !== stream.key));

const nodeOf = (object: KubeObject | undefined): string | undefined => (object as Pod | undefined)?.spec?.nodeName;

/** Calls `visit` for every stream that may see a change from `previous` to `object`, in a fixed order. */
export const eachConcerned = (index: StreamIndex, object: KubeObject, previous: KubeObject | undefined, visit: (stream: Stream) => void): void => {
  for (const stream of index.all) visit(stream);
  const { name, namespace } = object.metadata;
  const visitKey = (bucket: Bucket, key: string | undefined): void => {
    if (key !== undefined && bucket.size > 0) for (const stream of bucket.get(key) ?? []) visit(stream);
  };
  visitKey(index.byNamespace, namespace);
  if (index.byName.size > 0) {
    if (namespace !== undefined) visitKey(index.byName, nameKey(namespace, name));
    visitKey(index.byName, nameKey(undefined, name));
  }
  if (index.byNode.size === 0) return;
  const node = nodeOf(object);
  const before = nodeOf(previous);
  visitKey(index.byNode, node);
  if (before !== node) visitKey(index.byNode, before);
};
