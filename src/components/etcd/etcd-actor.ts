/**
 * etcd as an actor: calls on channel `kv`, watches on channels `watch/<id>`, a log of its own, and the keyspace as that log's fold.
 * Models: etcd server/etcdserver/apply/apply.go, server/etcdserver/api/v3rpc (key.go, watch.go, lease.go)
 * Not modelled: raft and several members; one etcd is one linearizable store.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { unreachable } from '../../base/assert.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import { arm, noEffects } from '../../kernel/transition.ts';
import type { FromEtcd, ToEtcd } from '../../protocol/etcd.ts';
import { answerCall } from './calls.ts';
import { canonicalEtcd } from './canonical.ts';
import { expireLease, leaseOfTimer, recoverLeases } from './leases.ts';
import { record, recordNewest } from './records.ts';
import type { EtcdState } from './state.ts';
import { emptyState } from './state.ts';
import { closeWatch, notify, notifyProgress, openWatch, tellProgress, watchChannel } from './watch.ts';

export type EtcdBody = ToEtcd | FromEtcd;
type EtcdEffect = Effect<FromEtcd>;
type Moved = readonly [EtcdState, readonly EtcdEffect[]];

export interface EtcdOptions {
  readonly id?: ActorId;
  /** The state to begin with: `restoreEtcd(records)` or `preloadEtcd(objects)`. */
  readonly restored?: EtcdState;
  /** How often watches that ask for it are told how far the store is. Default: etcd's own ten minutes; kubeadm sets 5 s. */
  readonly progressNotifyMs?: number;
}

const PROGRESS_TIMER = 'watch-progress';
const TEN_MINUTES_MS = 600_000;

/** What survives a crash: all but the watches. */
const durablePart = (state: EtcdState): EtcdState => ({ ...state, watchers: [], progressRevision: state.revision });

const start = (state: EtcdState, durable: unknown): Moved => {
  const recovered = durable === undefined ? state : (durable as EtcdState);
  return [recovered, recoverLeases(recovered)];
};

const onMessage = (state: EtcdState, from: ActorId, body: EtcdBody, env: Env, progressNotifyMs: number): Moved => {
  switch (body.kind) {
    case 'etcd-call': return answerCall(state, from, body.id, body.call, env);
    case 'etcd-watch': {
      const [opened, effects] = openWatch(state, from, body);
      const isFirst = wantsProgress(opened) && !wantsProgress(state);
      return [opened, isFirst ? [...effects, arm(PROGRESS_TIMER, progressNotifyMs)] : effects];
    }
    case 'etcd-watch-cancel': return [closeWatch(state, from, body.watchId), noEffects];
    case 'etcd-watch-progress': return [state, tellProgress(state, from, body.watchId)];
    case 'etcd-answer':
    case 'etcd-events':
    case 'etcd-watch-end': return [state, noEffects];
    default: return unreachable(body);
  }
};

const wantsProgress = ({ watchers }: EtcdState): boolean => watchers.some((watcher) => watcher.progressNotify);

const onProgressTimer = (state: EtcdState, progressNotifyMs: number): Moved => {
  if (!wantsProgress(state)) return [state, noEffects];
  const [notified, effects] = notifyProgress(state);
  return [notified, [...effects, arm(PROGRESS_TIMER, progressNotifyMs)]];
};

const onLeaseTimer = (state: EtcdState, id: number): Moved => {
  const expired = expireLease(state, id);
  if (isLeft(expired)) return [state, noEffects];
  const gone = record({ kind: 'lease-gone', id });
  if (expired.right.state.revision === state.revision) return [expired.right.state, [gone]];
  const [told, events] = notify(expired.right.state);
  return [told, [recordNewest(told), gone, ...events]];
};

const onTimer = (state: EtcdState, key: string, progressNotifyMs: number): Moved => {
  const lease = leaseOfTimer(key);
  if (lease !== undefined) return onLeaseTimer(state, lease);
  return key === PROGRESS_TIMER ? onProgressTimer(state, progressNotifyMs) : [state, noEffects];
};

const onDisconnected = (state: EtcdState, peer: ActorId, channel: string): EtcdState => {
  const watcher = state.watchers.find(({ client, watchId }) => client === peer && watchChannel(watchId) === channel);
  return watcher === undefined ? state : closeWatch(state, peer, watcher.watchId);
};

export const etcdActor = (options: EtcdOptions = {}): Actor<EtcdState, EtcdBody> => {
  const { id = 'etcd', restored = emptyState, progressNotifyMs = TEN_MINUTES_MS } = options;
  const transition = (state: EtcdState, input: Input<EtcdBody>, env: Env): Moved => {
    switch (input.kind) {
      case 'start': return start(state, input.durable);
      case 'message': return onMessage(state, input.from, input.body, env, progressNotifyMs);
      case 'timer': return onTimer(state, input.key, progressNotifyMs);
      case 'disconnected': return [onDisconnected(state, input.peer, input.channel), noEffects];
      default: return unreachable(input);
    }
  };
  return { id, initial: restored, transition, durable: durablePart, canonical: canonicalEtcd };
};
