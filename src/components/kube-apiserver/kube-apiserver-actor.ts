/**
 * kube-apiserver: the only component that clients talk to, and the only one that talks to etcd.
 * Models: cmd/kube-apiserver, staging/src/k8s.io/apiserver
 * Not modelled: webhooks, custom resources, aggregation, audit, priority and fairness, server-side apply, exec and logs.
 */
import type { ActorId, Actor, Env, Input } from '../../kernel/transition.ts';
import { noEffects } from '../../kernel/transition.ts';
import type { FromApiServer, ToApiServer } from '../../protocol/api.ts';
import type { EtcdAnswer, FromEtcd, ToEtcd } from '../../protocol/etcd.ts';
import { CACHER_TIMER, cacheAdvanced, cacheDisconnected, cacheListed, cacheWatchEnded, retryCache, startCaches } from './cacher/cacher.ts';
import { FRESH_TIMER } from './cacher/freshness.ts';
import { dropStreams, sendBookmarks, stopStream, STREAM_TIMER, timeOutStream } from './cacher/streams.ts';
import { canonicalState } from './canonical.ts';
import { COMPACT_TIMER, compactionAnswered, scheduleCompaction, startCompaction } from './compaction.ts';
import { create, createAnswered } from './handlers/create.ts';
import { LOOKUP_TIMER, lookedUp, lookUp } from './handlers/lookup.ts';
import { getAnswered, listRangeAnswered, listRevisionAnswered, readTimedOut } from './handlers/reads.ts';
import { receive } from './handlers/requests.ts';
import { storageFailure } from './handlers/refusals.ts';
import { failWrite } from './handlers/finish.ts';
import { chargeAnswered, collected, putAnswered, removeAnswered, rereadAnswered, write } from './handlers/write.ts';
import type { ServerEvent } from './machine.ts';
import { serverChart } from './machine.ts';
import type { ApiserverState, Held, Pending, WriteJob } from './state.ts';
import { initialState } from './state.ts';
import { leaseGranted } from './storage/event-lease.ts';
import type { ApiserverEffect, Settings, Turn } from './turn.ts';
import { change, connectionBroken, KV, takePending, unpark } from './turn.ts';

type Body = ToApiServer | FromApiServer | ToEtcd | FromEtcd;

export interface ApiserverOptions {
  /** `kube-apiserver`. */
  readonly id: ActorId;
  /** The etcd actor. */
  readonly etcd: ActorId;
  /** Events that each watch cache remembers at least. Upstream starts at 100. */
  readonly watchCacheCapacity?: number;
  /** 3600, as `--event-ttl`. */
  readonly eventTtlSeconds?: number;
  /** 1800, as `--min-request-timeout`: watches end between this and twice this. */
  readonly minRequestTimeoutSeconds?: number;
  /** 300,000, as `--etcd-compaction-interval`; 0: never. */
  readonly compactionIntervalMs?: number;
}

const settingsOf = (options: ApiserverOptions): Settings => ({
  etcd: options.etcd,
  watchCacheCapacity: options.watchCacheCapacity ?? 100,
  eventTtlSeconds: options.eventTtlSeconds ?? 3600,
  minRequestTimeoutSeconds: options.minRequestTimeoutSeconds ?? 1800,
  compactionIntervalMs: options.compactionIntervalMs ?? 300_000,
});

const drive = (turn: Turn, event: ServerEvent): void => {
  const { state, actions } = serverChart.next(turn.state.phase, event);
  if (state !== turn.state.phase) change(turn, { phase: state });
  for (const action of actions) act(turn, action);
};

const act = (turn: Turn, action: 'startCaches' | 'answerBacklog'): void => {
  if (action === 'startCaches') return startCaches(turn);
  const { backlog } = turn.state;
  change(turn, { backlog: [] });
  for (const held of backlog) take(turn, held);
  return undefined;
};

const take = (turn: Turn, { from, channel, message }: Held): void => {
  switch (message.kind) {
    case 'api-request': return receive(turn, from, channel, message);
    case 'api-watch-stop': return stopStream(turn, { actor: from, channel, id: message.id });
    default: {
      const never: never = message;
      return never;
    }
  }
};

/** Goes on with a write from its beginning. */
const resume = (turn: Turn, job: WriteJob): void =>
  (job.job.request.verb === 'create' && job.job.request.subresource === undefined ? create(turn, job) : write(turn, job));

const lookupAnswered = (turn: Turn, job: WriteJob, fact: 'namespace' | 'serviceAccount', answer: EtcdAnswer): void => {
  if (answer.kind !== 'range') return failWrite(turn, job, storageFailure(answer));
  const next = lookedUp(turn, job, fact, answer);
  return next === undefined ? undefined : resume(turn, next);
};

const leaseAnswered = (turn: Turn, answer: EtcdAnswer): void => {
  for (const job of leaseGranted(turn, answer)) {
    if (answer.kind === 'lease') resume(turn, job);
    else failWrite(turn, job, storageFailure(answer));
  }
};

/** etcd answered, or never will. */
const answered = (turn: Turn, pending: Pending, answer: EtcdAnswer): void => {
  switch (pending.kind) {
    case 'cache-list': return listed(turn, pending.resource, answer);
    case 'get': return getAnswered(turn, pending.job, answer);
    case 'list-revision': return listRevisionAnswered(turn, pending.job, answer);
    case 'list-range': return listRangeAnswered(turn, pending.job, pending.plan, answer);
    case 'lookup': return lookupAnswered(turn, pending.write, pending.fact, answer);
    case 'reread': return rereadAnswered(turn, pending.write, answer);
    case 'create': return createAnswered(turn, pending.write, pending.object, answer);
    case 'put': return putAnswered(turn, pending.write, pending.value, pending.answer, answer);
    case 'remove': return removeAnswered(turn, pending.write, pending.final, answer);
    case 'charge': return chargeAnswered(turn, pending.write, pending.pod, answer);
    case 'collect': return collected(turn, pending.job, pending.selection, answer);
    case 'lease': return leaseAnswered(turn, answer);
    case 'compact-claim': return compactionAnswered(turn, pending.revision, answer);
    case 'compact': return undefined;
    default: {
      const never: never = pending;
      return never;
    }
  }
};

const listed = (turn: Turn, resource: string, answer: EtcdAnswer): void => {
  cacheListed(turn, resource, answer);
  if (turn.state.unready === 0) drive(turn, { type: 'CACHES_READY' });
};

const fromEtcd = (turn: Turn, message: FromEtcd): void => {
  switch (message.kind) {
    case 'etcd-answer': {
      const pending = takePending(turn, String(message.id));
      return pending === undefined ? undefined : answered(turn, pending, message.answer);
    }
    case 'etcd-events': return cacheAdvanced(turn, message);
    case 'etcd-watch-end': return cacheWatchEnded(turn, message);
    default: {
      const never: never = message;
      return never;
    }
  }
};

const received = (turn: Turn, from: ActorId, channel: string, body: Body): void => {
  if (from === turn.settings.etcd) return fromEtcd(turn, body as FromEtcd);
  const held: Held = { from, channel, message: body as ToApiServer };
  if (turn.state.phase === 'serving') return take(turn, held);
  change(turn, { backlog: [...turn.state.backlog, held] });
  return undefined;
};

const UNAVAILABLE: EtcdAnswer = { kind: 'error', revision: 0, code: 'unavailable', message: 'etcdserver: request timed out' };

/** Whether calls under way took effect is unknown; those who asked are told so. */
const etcdCallsLost = (turn: Turn): void => {
  const lost = [...turn.state.pending.entries()].sort(([a], [b]) => Number(a) - Number(b));
  for (const [key] of lost) takePending(turn, key);
  for (const [, pending] of lost) answered(turn, pending, UNAVAILABLE);
};

const WATCH = 'watch/';

const disconnected = (turn: Turn, peer: ActorId, channel: string): void => {
  if (peer !== turn.settings.etcd) {
    const backlog = turn.state.backlog.filter((held) => held.from !== peer || held.channel !== channel);
    if (backlog.length !== turn.state.backlog.length) change(turn, { backlog });
    connectionBroken(turn, peer, channel);
    return dropStreams(turn, peer, channel);
  }
  if (channel === KV) return etcdCallsLost(turn);
  return channel.startsWith(WATCH) ? cacheDisconnected(turn, channel.slice(WATCH.length)) : undefined;
};

const lookAgain = (turn: Turn, key: string): void => {
  const parked = unpark(turn, key);
  if (parked?.kind === 'lookup') lookUp(turn, parked.write, 'serviceAccount');
};

const timedOut = (turn: Turn, key: string): void => {
  if (key.startsWith(STREAM_TIMER)) return timeOutStream(turn, key.slice(STREAM_TIMER.length));
  if (key.startsWith(CACHER_TIMER)) return retryCache(turn, key.slice(CACHER_TIMER.length));
  if (key.startsWith(FRESH_TIMER)) return readTimedOut(turn, key);
  if (key.startsWith(LOOKUP_TIMER)) return lookAgain(turn, key.slice(LOOKUP_TIMER.length));
  return key === COMPACT_TIMER ? startCompaction(turn) : sendBookmarks(turn);
};

const start = (turn: Turn): void => {
  for (const action of serverChart.initialActions) act(turn, action);
  scheduleCompaction(turn);
};

const handle = (turn: Turn, input: Input<Body>): void => {
  switch (input.kind) {
    case 'start': return start(turn);
    case 'message': return received(turn, input.from, input.channel, input.body);
    case 'timer': return timedOut(turn, input.key);
    case 'disconnected': return disconnected(turn, input.peer, input.channel);
    default: {
      const never: never = input;
      return never;
    }
  }
};

export const kubeApiserverActor = (options: ApiserverOptions): Actor<ApiserverState, Body> => {
  const settings = settingsOf(options);
  return {
    id: options.id,
    initial: initialState,
    transition: (state: ApiserverState, input: Input<Body>, env: Env): readonly [ApiserverState, readonly ApiserverEffect[]] => {
      const turn: Turn = { state, own: undefined, effects: [], env, settings };
      handle(turn, input);
      return [turn.state, turn.effects.length === 0 ? noEffects : turn.effects];
    },
    canonical: canonicalState,
  };
};
