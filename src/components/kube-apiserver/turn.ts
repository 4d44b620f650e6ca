/**
 * One transition at work: the state so far and the effects so far. Nothing outlives the transition but what it returns.
 * Why it is changed in place: a request passes through a dozen small functions, and a pair returned by each would be most of its cost.
 */
import type { Effect, Env } from '../../kernel/transition.ts';
import { arm, cancel } from '../../kernel/transition.ts';
import type { ApiAnswer, FromApiServer } from '../../protocol/api.ts';
import type { EtcdCall, ToEtcd } from '../../protocol/etcd.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceId } from '../../api/resources.ts';
import type { Status } from '../../api/status.ts';
import { invariant } from '../../base/assert.ts';
import type { Mutable } from '../../base/mutable.ts';
import type { ApiserverState, Cacher, Client, Parked, Pending } from './state.ts';
import { copyOf } from './state.ts';

export type ApiserverEffect = Effect<ToEtcd | FromApiServer>;

/** What an API server is started with; see `kubeApiserverActor`. */
export interface Settings {
  readonly etcd: string;
  readonly watchCacheCapacity: number;
  readonly eventTtlSeconds: number;
  readonly minRequestTimeoutSeconds: number;
  readonly compactionIntervalMs: number;
}

export interface Turn {
  state: ApiserverState;
  /** The state itself, once this turn has made a copy of its own to write into. */
  own: Mutable<ApiserverState> | undefined;
  readonly effects: ApiserverEffect[];
  readonly env: Env;
  readonly settings: Settings;
}

export const KV = 'kv';

/** This turn's own copy of the state. */
const writable = (turn: Turn): Mutable<ApiserverState> => {
  if (turn.own === undefined || turn.own !== turn.state) turn.state = turn.own = copyOf(turn.state);
  return turn.own;
};

/** Changes some fields of the state. */
export const change = (turn: Turn, fields: Partial<ApiserverState>): void => {
  Object.assign(writable(turn), fields);
};

/** Takes back what an answer of etcd is for; undefined when it was taken before. */
export const takePending = (turn: Turn, key: string): Pending | undefined => {
  const pending = turn.state.pending.get(key);
  if (pending === undefined) return undefined;
  const state = writable(turn);
  state.pending = state.pending.delete(key);
  return pending;
};

/** Asks etcd; the answer resumes `pending`. */
export const callEtcd = (turn: Turn, call: EtcdCall, pending: Pending): void => {
  const id = turn.state.nextId;
  const state = writable(turn);
  state.nextId = id + 1;
  state.pending = state.pending.set(String(id), pending);
  turn.effects.push({ kind: 'send', to: turn.settings.etcd, channel: KV, body: { kind: 'etcd-call', id, call } });
};

/** Puts a request off until it is woken by its key. */
export const park = (turn: Turn, parked: Parked): string => {
  const key = String(turn.state.nextId);
  change(turn, { nextId: turn.state.nextId + 1, parked: turn.state.parked.set(key, parked) });
  return key;
};

/** Takes a parked request back; undefined when it was taken before. */
export const unpark = (turn: Turn, key: string): Parked | undefined => {
  const parked = turn.state.parked.get(key);
  if (parked !== undefined) change(turn, { parked: turn.state.parked.delete(key) });
  return parked;
};

const connectionKey = (actor: string, channel: string): string => `${actor} ${channel}`;

/** The connection that a client's messages on a channel come by now. */
export const connectionOf = (turn: Turn, actor: string, channel: string): number =>
  (turn.state.breaks.size === 0 ? 0 : turn.state.breaks.get(connectionKey(actor, channel)) ?? 0);

export const connectionBroken = (turn: Turn, actor: string, channel: string): void =>
  change(turn, { breaks: turn.state.breaks.set(connectionKey(actor, channel), connectionOf(turn, actor, channel) + 1) });

/** Why it matters: the next incarnation of a client counts its requests from 1 again, and must not be told of those of the last. */
export const isGone = (turn: Turn, { actor, channel, connection }: Client): boolean => connectionOf(turn, actor, channel) !== connection;

/** An answer goes by the connection that the request came by; when that has broken, nobody is told. */
export const answer = (turn: Turn, client: Client, given: ApiAnswer): void => {
  if (isGone(turn, client)) return;
  turn.effects.push({ kind: 'send', to: client.actor, channel: client.channel, body: { kind: 'api-answer', id: client.id, answer: given } });
};

export const answerObject = (turn: Turn, client: Client, object: KubeObject, code: 200 | 201 = 200): void =>
  answer(turn, client, { kind: 'object', code, object });

export const refuse = (turn: Turn, client: Client, status: Status): void =>
  answer(turn, client, { kind: 'refused', code: status.code, status });

export const armTimer = (turn: Turn, key: string, afterMs: number): void => {
  turn.effects.push(arm(key, afterMs));
};

export const cancelTimer = (turn: Turn, key: string): void => {
  turn.effects.push(cancel(key));
};

export const cacherOf = (turn: Turn, resource: ResourceId): Cacher => {
  const cacher = turn.state.cachers.get(resource);
  invariant(cacher !== undefined, () => `kube-apiserver has no cache of ${resource}`);
  return cacher;
};

export const setCacher = (turn: Turn, cacher: Cacher): void => {
  const state = writable(turn);
  state.cachers = state.cachers.set(cacher.resource, cacher);
};

/** The n of the next draw under a label, which counts the label's own draws. */
export const nextDraw = (turn: Turn, label: string): number => {
  const state = writable(turn);
  const n = state.draws.get(label) ?? 0;
  state.draws = state.draws.set(label, n + 1);
  return n;
};
