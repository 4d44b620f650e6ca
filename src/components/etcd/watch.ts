/**
 * Watches: opened at a revision, told of every revision from there on, each revision's events in one message.
 * Models: etcd server/storage/mvcc/watchable_store.go, watcher_group.go, server/etcdserver/api/v3rpc/watch.go
 * Not modelled: filters, fragments; a second watch with the same id takes the place of the first (etcd refuses it, kube-apiserver never asks for it).
 */
import { entryAt, foldLog } from '../../log/append-log.ts';
import { compareStrings } from '../../base/order.ts';
import { invariant } from '../../base/assert.ts';
import type { ActorId, Effect } from '../../kernel/transition.ts';
import { send } from '../../kernel/transition.ts';
import type { EtcdEvent, FromEtcd, ToEtcd } from '../../protocol/etcd.ts';
import { compacted } from './errors.ts';
import type { WatchStart } from './machine.ts';
import { watcherChart } from './machine.ts';
import { isInRange } from './range.ts';
import type { EtcdState, Revision, Store, Watcher } from './state.ts';
import { watchersOf } from './watch-routes.ts';

type EtcdEffect = Effect<FromEtcd>;
type WatchRequest = Extract<ToEtcd, { readonly kind: 'etcd-watch' }>;
type Moved = readonly [EtcdState, readonly EtcdEffect[]];

export const watchChannel = (watchId: string): string => `watch/${watchId}`;

const tell = ({ client, watchId }: Watcher, revision: number, events: readonly EtcdEvent[]): EtcdEffect =>
  send(client, watchChannel(watchId), { kind: 'etcd-events', watchId, revision, events });

/** The events of one revision that a watcher asked for; the very same array when it is all of them. */
const eventsFor = (watcher: Watcher, events: Revision): Revision => {
  const isWanted = ({ kv }: EtcdEvent): boolean => isInRange(kv.key, watcher.key, watcher.rangeEnd);
  if (events.length === 1) return isWanted(events[0] as EtcdEvent) ? events : [];
  return events.every(isWanted) ? events : events.filter(isWanted);
};

const startOf = (store: Store, startRevision: number): WatchStart => {
  if (startRevision <= 0 || startRevision === store.revision + 1) return 'next';
  if (startRevision > store.revision) return 'future';
  // Ref: etcd watcherGroup.chooseAll. The compacted revision itself can still be watched.
  return startRevision < store.compactRevision ? 'compacted' : 'past';
};

/** Why: etcd reads the value before an event at the revision before it, which is gone when that one was compacted. */
const withoutPrev = (event: EtcdEvent): EtcdEvent => (event.prevKv === undefined ? event : { ...event, prevKv: undefined });

const pastOf = (store: Store, watcher: Watcher): readonly EtcdEffect[] =>
  foldLog<Revision, EtcdEffect[]>(store.log, watcher.startRevision, (effects, events, revision) => {
    const wanted = eventsFor(watcher, events);
    if (wanted.length > 0) effects.push(tell(watcher, revision, revision === store.compactRevision ? wanted.map(withoutPrev) : wanted));
    return effects;
  }, []);

const compareWatchers = (a: Watcher, b: Watcher): number => compareStrings(a.client, b.client) || compareStrings(a.watchId, b.watchId);

/** Opens a watch: at once told of what lies between its start and now. */
export const openWatch = (state: EtcdState, client: ActorId, request: WatchRequest): Moved => {
  const { watchId, key, rangeEnd, progressNotify } = request;
  const start = startOf(state, request.startRevision);
  const { state: phase, actions } = watcherChart.next(watcherChart.initial, { type: 'open', start });
  const rest = closeWatch(state, client, watchId);
  if (actions.includes('sendCompacted')) return [rest, [compactedEnd(state, client, watchId)]];
  invariant(phase === 'waiting' || phase === 'synced', 'Expected an opened watcher to wait or to be synced.');
  const startRevision = start === 'next' ? state.revision + 1 : request.startRevision;
  const watcher: Watcher = { client, watchId, key, rangeEnd, startRevision, phase, progressNotify };
  const watchers = [...rest.watchers, watcher].sort(compareWatchers);
  return [{ ...rest, watchers }, actions.includes('sendPast') ? pastOf(state, watcher) : []];
};

const compactedEnd = ({ compactRevision }: Store, client: ActorId, watchId: string): EtcdEffect =>
  send(client, watchChannel(watchId), { kind: 'etcd-watch-end', watchId, ...compacted, compactRevision });

/** Ends a watch, if there is one, without a word to its client: it asked, or it is gone. */
export const closeWatch = (state: EtcdState, client: ActorId, watchId: string): EtcdState => {
  const isLeft = (watcher: Watcher): boolean =>
    watcher.client !== client || watcher.watchId !== watchId || watcherChart.next(watcher.phase, { type: 'close' }).state !== 'ended';
  const watchers = state.watchers.filter(isLeft);
  return watchers.length === state.watchers.length ? state : { ...state, watchers };
};

/** Tells the watchers of the newest revision. */
export const notify = (state: EtcdState): Moved => {
  if (state.watchers.length === 0) return [state, []];
  const { revision } = state;
  const events = entryAt(state.log, revision) as Revision;
  const effects: EtcdEffect[] = [];
  let hasMoved = false;
  for (const watcher of watchersOf(state.watchers, events)) {
    const { state: phase, actions } = watcherChart.next(watcher.phase, { type: 'revision', isReached: revision >= watcher.startRevision });
    hasMoved ||= phase !== watcher.phase;
    const wanted = actions.includes('sendEvents') ? eventsFor(watcher, events) : [];
    if (wanted.length > 0) effects.push(tell(watcher, revision, wanted));
  }
  return [hasMoved ? { ...state, watchers: state.watchers.map((watcher) => reached(watcher, revision)) } : state, effects];
};

const reached = (watcher: Watcher, revision: number): Watcher => {
  const { state: phase } = watcherChart.next(watcher.phase, { type: 'revision', isReached: revision >= watcher.startRevision });
  return phase === watcher.phase ? watcher : { ...watcher, phase: phase as Watcher['phase'] };
};

const progressOf = (state: EtcdState, watcher: Watcher): readonly EtcdEffect[] =>
  (watcherChart.next(watcher.phase, { type: 'ask-progress' }).actions.includes('sendProgress') ? [tell(watcher, state.revision, [])] : []);

/** Answers a client that asks how far a watch has come. */
export const tellProgress = (state: EtcdState, client: ActorId, watchId: string): readonly EtcdEffect[] =>
  state.watchers.filter((watcher) => watcher.client === client && watcher.watchId === watchId).flatMap((watcher) => progressOf(state, watcher));

/** The periodic notification: to those that want it and were told nothing since the last. */
export const notifyProgress = (state: EtcdState): Moved => {
  const told = new Set<Watcher>();
  foldLog<Revision, undefined>(state.log, state.progressRevision + 1, (_, events, revision) => {
    for (const watcher of watchersOf(state.watchers, events)) {
      if (!told.has(watcher) && revision >= watcher.startRevision && eventsFor(watcher, events).length > 0) told.add(watcher);
    }
    return undefined;
  }, undefined);
  const effects = state.watchers.filter((watcher) => watcher.progressNotify && !told.has(watcher)).flatMap((watcher) => progressOf(state, watcher));
  return [state.progressRevision === state.revision ? state : { ...state, progressRevision: state.revision }, effects];
};
