/**
 * Watch streams: opened, fed, and ended.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/{cacher,cache_watcher}.go, endpoints/handlers/get.go ListResource (timeouts)
 */
import type { KubeObject } from '../../../api/object.ts';
import { expired, isStatus, tooManyRequests } from '../../../api/status.ts';
import type { WatchEvent } from '../../../protocol/api.ts';
import type { StreamEvent } from '../machine.ts';
import { streamChart } from '../machine.ts';
import type { CacheEvent, Cacher, Client, Job, Stream } from '../state.ts';
import { atRevision, infoOf, shownAs, storedAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { armTimer, cacherOf, cancelTimer, change, refuse, setCacher, isGone } from '../turn.ts';
import { namespaceOf } from './cache-reads.ts';
import type { Selection } from './selection.ts';
import { nameDemanded, nodeDemanded, selectionOf, selects } from './selection.ts';
import { eachConcerned, withStream, withoutStream } from './stream-index.ts';
import { eventsAfter, isReady, objectsIn, oldestKnown } from './store.ts';

const BOOKMARK_MS = 60_000;
const BOOKMARKS = 'bookmarks';
export const STREAM_TIMER = 'stream/';

const keyOf = (client: Omit<Client, 'connection'>): string => `${client.actor} ${client.channel} ${client.id}`;

const sendEvent = (turn: Turn, client: Client, event: WatchEvent): void => {
  turn.effects.push({ kind: 'send', to: client.actor, channel: client.channel, body: { kind: 'api-watch-event', id: client.id, event } });
};

/** One stream's step through its statechart; what it says is done. */
const drive = (turn: Turn, stream: Stream, event: StreamEvent): void => {
  const { state, actions } = streamChart.next(stream.phase, event);
  const moved = { ...stream, phase: state };
  for (const action of actions) {
    switch (action) {
      case 'register': register(turn, moved); break;
      case 'armTimeout': armTimeout(turn, moved); break;
      case 'replay': replay(turn, moved); break;
      case 'sendExpired': sendExpired(turn, moved); break;
      case 'unregister': unregister(turn, stream); break;
      case 'cancelTimeout': cancelTimer(turn, STREAM_TIMER + stream.key); break;
      case 'sendEnd':
        turn.effects.push({ kind: 'send', to: stream.client.actor, channel: stream.client.channel, body: { kind: 'api-watch-end', id: stream.client.id } });
        break;
      default: {
        const never: never = action;
        return never;
      }
    }
  }
};

const register = (turn: Turn, stream: Stream): void => {
  const cacher = cacherOf(turn, storedAs(stream.resource));
  setCacher(turn, { ...cacher, streams: withStream(cacher.streams, stream) });
  change(turn, { streams: turn.state.streams.set(stream.key, stream) });
  if (stream.bookmarks && !turn.state.bookmarkArmed) {
    change(turn, { bookmarkArmed: true });
    armTimer(turn, BOOKMARKS, BOOKMARK_MS);
  }
};

const unregister = (turn: Turn, stream: Stream): void => {
  const cacher = cacherOf(turn, storedAs(stream.resource));
  setCacher(turn, { ...cacher, streams: withoutStream(cacher.streams, stream) });
  change(turn, { streams: turn.state.streams.delete(stream.key) });
};

/** Between minRequestTimeout and twice that, unless the client said. */
const armTimeout = (turn: Turn, stream: Stream): void => {
  const { timeoutSeconds } = stream;
  const base = turn.settings.minRequestTimeoutSeconds * 1000;
  const afterMs = timeoutSeconds > 0 ? timeoutSeconds * 1000
    : base + turn.env.random(`watch-timeout/${stream.key}`, 0) % Math.max(1, base);
  armTimer(turn, STREAM_TIMER + stream.key, afterMs);
};

/** The first events of a stream: the state as ADDED when it starts anywhere, else what the cache remembers since. */
const replay = (turn: Turn, stream: Stream): void => {
  const cacher = cacherOf(turn, storedAs(stream.resource));
  if (stream.afterRevision === 0) {
    for (const object of candidates(cacher, stream)) {
      if (selects(stream.resource, stream, object)) sendEvent(turn, stream.client, { type: 'ADDED', object: shownAs(stream.resource, object) });
    }
    return;
  }
  for (const event of eventsAfter(cacher, stream.afterRevision)) feed(turn, stream, event, formsOf(event));
};

const candidates = (cacher: Cacher, stream: Stream): readonly KubeObject[] => {
  if (stream.name === undefined || (stream.namespace === undefined && infoOf(cacher.resource).namespaced)) return objectsIn(cacher, stream.namespace);
  const object = cacher.objects.get(stream.namespace ?? '')?.get(stream.name);
  return object === undefined ? [] : [object];
};

const sendExpired = (turn: Turn, stream: Stream): void => {
  const oldest = oldestKnown(cacherOf(turn, storedAs(stream.resource)));
  sendEvent(turn, stream.client, { type: 'ERROR', status: expired(`too old resource version: ${stream.afterRevision} (${oldest - 1})`) });
};

/** What streams are told of one change, made at most once and shared by all of them. */
interface Forms {
  readonly event: CacheEvent;
  added?: WatchEvent;
  modified?: WatchEvent;
  gone?: WatchEvent;
}

const formsOf = (event: CacheEvent): Forms => ({ event });

/** An object that left a selector is told as deleted: its last matching state, at the revision of the change. */
const goneForm = (forms: Forms): WatchEvent => {
  const { event } = forms;
  forms.gone ??= { type: 'DELETED', object: event.type === 'DELETED' ? event.object : atRevision(event.previous ?? event.object, event.revision) };
  return forms.gone;
};

const formFor = (forms: Forms, now: boolean, before: boolean): WatchEvent | undefined => {
  if (now && before) return (forms.modified ??= { type: 'MODIFIED', object: forms.event.object });
  if (now) return (forms.added ??= { type: 'ADDED', object: forms.event.object });
  return before ? goneForm(forms) : undefined;
};

const inResource = (stream: Stream, event: WatchEvent): WatchEvent => {
  if (event.type === 'ERROR') return event;
  const object = shownAs(stream.resource, event.object);
  return object === event.object ? event : { type: event.type, object };
};

/** Tells one stream of a change, if its selection concerns it now or did before. */
const feed = (turn: Turn, stream: Stream, event: CacheEvent, forms: Forms): void => {
  if (event.revision <= stream.afterRevision) return;
  if (stream.namespace !== undefined && stream.namespace !== event.object.metadata.namespace) return;
  const now = event.type !== 'DELETED' && selects(stream.resource, stream, event.object);
  const before = event.previous !== undefined && selects(stream.resource, stream, event.previous);
  const form = formFor(forms, now, before);
  if (form !== undefined) sendEvent(turn, stream.client, inResource(stream, form));
};

/** Tells all streams of a resource that the change may concern. */
export const dispatch = (turn: Turn, cacher: Cacher, event: CacheEvent): void => {
  const forms = formsOf(event);
  eachConcerned(cacher.streams, event.object, event.previous, (stream) => feed(turn, stream, event, forms));
};

const newStream = (job: Job, selection: Selection): Stream => {
  const { client, request } = job;
  const namespace = namespaceOf(job);
  return {
    key: keyOf(client), phase: streamChart.initial, client, resource: request.resource, namespace, ...selection,
    name: request.name ?? nameDemanded(selection),
    node: request.resource === 'pods' ? nodeDemanded(selection) : undefined,
    bookmarks: request.options?.allowWatchBookmarks === true,
    timeoutSeconds: request.options?.timeoutSeconds ?? 0,
    afterRevision: Number(request.options?.resourceVersion ?? 0),
  };
};

/** Serves a watch request, or says why not. */
export const openStream = (turn: Turn, job: Job): void => {
  const { request, client } = job;
  if (isGone(turn, client)) return undefined;
  const selection = selectionOf(request.resource, request.options);
  if (isStatus(selection)) return refuse(turn, client, selection);
  const cacher = cacherOf(turn, storedAs(request.resource));
  if (!isReady(cacher)) return refuse(turn, client, tooManyRequests('storage is (re)initializing', 1));
  const stream = newStream(job, selection);
  const known = stream.afterRevision === 0 || stream.afterRevision >= oldestKnown(cacher) - 1;
  return drive(turn, stream, { type: known ? 'OPENED' : 'EXPIRED' });
};

export const timeOutStream = (turn: Turn, key: string): void => {
  const stream = turn.state.streams.get(key);
  if (stream !== undefined) drive(turn, stream, { type: 'TIMEOUT' });
};

export const stopStream = (turn: Turn, client: Omit<Client, 'connection'>): void => {
  const stream = turn.state.streams.get(keyOf(client));
  if (stream !== undefined) drive(turn, stream, { type: 'CLIENT_GONE' });
};

/** All streams of a client's broken connection. */
export const dropStreams = (turn: Turn, actor: string, channel: string): void => {
  const prefix = `${actor} ${channel} `;
  for (const stream of turn.state.streams.values()) if (stream.key.startsWith(prefix)) drive(turn, stream, { type: 'CLIENT_GONE' });
};

const streamsOf = (cacher: Cacher): readonly Stream[] => {
  const { all, byName, byNamespace, byNode } = cacher.streams;
  return [...all, ...[byNamespace, byName, byNode].flatMap((bucket) => bucket.values().flat())];
};

/** The cache lists anew: its clients have to start over, from where they stood. */
export const endStreams = (turn: Turn, cacher: Cacher): void => {
  for (const stream of streamsOf(cacher)) drive(turn, stream, { type: 'CACHE_RESET' });
};

const bookmarkOf = (resource: string, revision: number): WatchEvent => {
  const { apiVersion, kind } = infoOf(resource);
  return { type: 'BOOKMARK', object: { apiVersion, kind, metadata: { name: '', resourceVersion: String(revision) } } };
};

/** Once a minute: tells every stream that allows it how far its cache has come. */
export const sendBookmarks = (turn: Turn): void => {
  let armed = false;
  for (const cacher of turn.state.cachers.values()) {
    for (const stream of streamsOf(cacher)) {
      if (!stream.bookmarks) continue;
      armed = true;
      if (cacher.revision >= stream.afterRevision) sendEvent(turn, stream.client, bookmarkOf(stream.resource, cacher.revision));
    }
  }
  change(turn, { bookmarkArmed: armed });
  if (armed) armTimer(turn, BOOKMARKS, BOOKMARK_MS);
};
