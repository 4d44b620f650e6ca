/**
 * Which watchers may want an event, without asking each: remembered per list of watchers and bucket of keys (such as `/registry/pods/`).
 * Models: etcd server/storage/mvcc/watcher_group.go (keyWatchers, ranges)
 */
import type { EtcdEvent } from '../../protocol/etcd.ts';
import { prefixEnd } from '../../protocol/etcd.ts';
import type { Watcher } from './state.ts';

type Routes = Map<string, readonly Watcher[]>;

const remembered = new WeakMap<readonly Watcher[], Routes>();

/** A key up to its third slash, or the whole key. */
const bucketOf = (key: string): string => {
  let at = -1;
  for (let slashes = 0; slashes < 3; slashes++) {
    at = key.indexOf('/', at + 1);
    if (at < 0) return key;
  }
  return key.slice(0, at + 1);
};

/** Whether the watcher's range and the keys that begin with the bucket can meet; a waiting watcher is told of every revision. */
const mayWant = ({ phase, key, rangeEnd }: Watcher, bucket: string): boolean => {
  if (phase === 'waiting') return true;
  if (rangeEnd === undefined || rangeEnd === '') return key.startsWith(bucket);
  return key < prefixEnd(bucket) && (rangeEnd === '\0' || rangeEnd > bucket);
};

const routed = (watchers: readonly Watcher[], bucket: string): readonly Watcher[] => {
  let routes = remembered.get(watchers);
  if (routes === undefined) remembered.set(watchers, (routes = new Map()));
  let found = routes.get(bucket);
  if (found === undefined) routes.set(bucket, (found = watchers.filter((watcher) => mayWant(watcher, bucket))));
  return found;
};

/** The watchers that may want one of the events: in their order, none left out that does want one. */
export const watchersOf = (watchers: readonly Watcher[], events: readonly EtcdEvent[]): readonly Watcher[] => {
  const bucket = bucketOf((events[0] as EtcdEvent).kv.key);
  for (let i = 1; i < events.length; i++) if (!(events[i] as EtcdEvent).kv.key.startsWith(bucket)) return watchers;
  return routed(watchers, bucket);
};
