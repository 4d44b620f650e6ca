/**
 * The watch cache of one resource: listed from etcd, kept up by a watch, read by everyone else.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/{cacher,watch_cache,watch_progress}.go, client-go/tools/cache/reflector.go
 * Not modelled: paging of the initial list.
 */
import { emptyFifo } from '../../../base/fifo.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { ResourceId } from '../../../api/resources.ts';
import { allResources } from '../../../api/resources.ts';
import type { EtcdAnswer, EtcdEvent, FromEtcd } from '../../../protocol/etcd.ts';
import { prefixEnd } from '../../../protocol/etcd.ts';
import type { CacherEvent } from '../machine.ts';
import { cacherChart } from '../machine.ts';
import type { CacheEvent, Cacher } from '../state.ts';
import { atRevision, decodeKeyValue, infoOf, storageKey, storedAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { armTimer, callEtcd, cacherOf, change, setCacher } from '../turn.ts';
import { askProgress, wakeReads, watchChannel } from './freshness.ts';
import { filled, isReady, objectIn, withEvent } from './store.ts';
import { noStreams } from './stream-index.ts';
import { dispatch, endStreams } from './streams.ts';

export const CACHER_TIMER = 'cacher/';
const INITIAL_BACKOFF_MS = 800;
const LONGEST_BACKOFF_MS = 30_000;

/** Resources that have a cache of their own. */
export const cachedResources: readonly ResourceId[] =
  allResources.filter((info) => info.storagePrefix !== '' && storedAs(info.id) === info.id).map((info) => info.id);

export const newCacher = (resource: ResourceId): Cacher => ({
  resource, phase: cacherChart.initial, revision: 0, listRevision: 0, objects: emptyMap(), size: 0, events: emptyFifo(), forgot: false,
  streams: noStreams, waiting: [], failures: 0,
});

const list = (turn: Turn, resource: ResourceId): void => {
  const key = storageKey(infoOf(resource), undefined);
  callEtcd(turn, { kind: 'range', key, rangeEnd: prefixEnd(key) }, { kind: 'cache-list', resource });
};

const openWatch = (turn: Turn, cacher: Cacher): void => {
  const key = storageKey(infoOf(cacher.resource), undefined);
  turn.effects.push({ kind: 'send', to: turn.settings.etcd, channel: watchChannel(cacher.resource), body: {
    kind: 'etcd-watch', watchId: cacher.resource, key, rangeEnd: prefixEnd(key), startRevision: cacher.revision + 1, progressNotify: true,
  } });
  if (cacher.waiting.length > 0) askProgress(turn, cacher.resource);
};

const armRetry = (turn: Turn, cacher: Cacher): void => {
  setCacher(turn, { ...cacher, failures: cacher.failures + 1 });
  armTimer(turn, CACHER_TIMER + cacher.resource, Math.min(LONGEST_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** Math.min(cacher.failures, 6)));
};

/** One cache's step through its statechart; `answer` is what a list brought. */
const drive = (turn: Turn, resource: ResourceId, event: CacherEvent, answer?: EtcdAnswer): void => {
  const before = cacherOf(turn, resource);
  const { state, actions } = cacherChart.next(before.phase, event);
  if (state !== before.phase) setCacher(turn, { ...before, phase: state });
  for (const action of actions) {
    switch (action) {
      case 'list': list(turn, resource); break;
      case 'openWatch': openWatch(turn, cacherOf(turn, resource)); break;
      case 'armRetry': armRetry(turn, cacherOf(turn, resource)); break;
      case 'endStreams': endStreams(turn, cacherOf(turn, resource)); break;
      case 'fill':
        if (answer?.kind === 'range') setCacher(turn, filled(cacherOf(turn, resource), answer.kvs, answer.revision));
        break;
      default: {
        const never: never = action;
        return never;
      }
    }
  }
};

/** Creates and starts all caches. */
export const startCaches = (turn: Turn): void => {
  let { cachers } = turn.state;
  for (const resource of cachedResources) cachers = cachers.set(resource, newCacher(resource));
  change(turn, { cachers, unready: cachedResources.length });
  for (const resource of cachedResources) drive(turn, resource, { type: 'START' });
};

/** A list came back, or did not. */
export const cacheListed = (turn: Turn, resource: ResourceId, answer: EtcdAnswer): void => {
  const first = cacherOf(turn, resource).listRevision === 0;
  drive(turn, resource, { type: answer.kind === 'range' ? 'LISTED' : 'LIST_FAILED' }, answer);
  const cacher = cacherOf(turn, resource);
  if (!isReady(cacher)) return;
  if (first) change(turn, { unready: turn.state.unready - 1 });
  wakeReads(turn, cacher);
};

export const retryCache = (turn: Turn, resource: ResourceId): void => drive(turn, resource, { type: 'RETRY' });

export const cacheDisconnected = (turn: Turn, resource: ResourceId): void => drive(turn, resource, { type: 'WATCH_BROKEN' });

const cacheEventOf = (cacher: Cacher, event: EtcdEvent, atMs: number): CacheEvent | undefined => {
  const revision = event.kv.modRevision;
  if (event.kind === 'put') {
    const object = decodeKeyValue(event.kv);
    const previous = objectIn(cacher, object.metadata.namespace, object.metadata.name);
    return { type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous, revision, atMs };
  }
  const path = event.kv.key.slice(infoOf(cacher.resource).storagePrefix.length + 1);
  const slash = path.indexOf('/');
  const previous = objectIn(cacher, slash < 0 ? undefined : path.slice(0, slash), path.slice(slash + 1));
  return previous === undefined ? undefined : { type: 'DELETED', object: atRevision(previous, revision), previous, revision, atMs };
};

/** Events of one revision, or a notice of progress. */
export const cacheAdvanced = (turn: Turn, message: Extract<FromEtcd, { readonly kind: 'etcd-events' }>): void => {
  const resource = message.watchId;
  const known = cacherOf(turn, resource).revision;
  for (const raw of message.events) {
    if (raw.kv.modRevision <= known) continue;
    const cacher = cacherOf(turn, resource);
    const event = cacheEventOf(cacher, raw, turn.env.nowMs);
    if (event === undefined) continue;
    const next = withEvent(cacher, event, turn.settings.watchCacheCapacity);
    setCacher(turn, next);
    dispatch(turn, next, event);
  }
  const cacher = cacherOf(turn, resource);
  if (message.revision > cacher.revision || cacher.failures > 0) {
    setCacher(turn, { ...cacher, revision: Math.max(cacher.revision, message.revision), failures: 0 });
  }
  if (cacher.waiting.length > 0) wakeReads(turn, cacherOf(turn, resource));
};

/** etcd ended the watch. */
export const cacheWatchEnded = (turn: Turn, message: Extract<FromEtcd, { readonly kind: 'etcd-watch-end' }>): void =>
  drive(turn, message.watchId, { type: message.code === 'compacted' ? 'WATCH_EXPIRED' : 'WATCH_BROKEN' });
