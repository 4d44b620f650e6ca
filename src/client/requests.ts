/**
 * The API requests of a process that wait for their answers: which server they went to, who asked, and what became of them.
 * Models: client-go/rest/request.go `Request.Do`, with_retry.go `IsNextRetry`
 * Not modelled: client-side rate limits (--kube-api-qps).
 */
import type { PersistentMap } from '../base/persistent-map.ts';
import { emptyMap } from '../base/persistent-map.ts';
import { compareNumbers } from '../base/order.ts';
import type { ActorId, Effect, Input } from '../kernel/transition.ts';
import { arm, cancel, noEffects, send } from '../kernel/transition.ts';
import type { ApiAnswer, ApiRequest, Credential, FromApiServer, ToApiServer } from '../protocol/api.ts';
import type { Answer } from './controller.ts';
import { urlError } from './request-url.ts';

/** Who asks whom. */
export interface ApiClient {
  /** At least one. A process stays with one until its connection breaks, then goes on to the next. */
  readonly servers: readonly ActorId[];
  readonly credential: Credential;
  readonly userAgent?: string;
  /** Absent: waits for ever, as a rest.Config without Timeout does. */
  readonly timeoutMs?: number;
}

/** What kubectl-like clients set as rest.Config.Timeout. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export interface PendingRequest<Tag> {
  readonly id: number;
  readonly client: ApiClient;
  readonly server: ActorId;
  readonly channel: string;
  readonly request: ApiRequest;
  readonly tag: Tag;
  readonly retries: number;
}

export interface Requests<Tag> {
  readonly nextId: number;
  /** The server that the connection is to; undefined before the first request and after a break. */
  readonly server: ActorId | undefined;
  /** The server whose connection broke last. */
  readonly broken: ActorId | undefined;
  /** By id. */
  readonly pending: PersistentMap<PendingRequest<Tag>>;
}

export interface Settled<Tag> {
  readonly tag: Tag;
  readonly answer: Answer;
}

export interface Settlement<Tag> {
  readonly requests: Requests<Tag>;
  readonly settled: readonly Settled<Tag>[];
  readonly effects: readonly Effect[];
}

const MAX_RETRIES = 10;
const TIMER = 'requests/';
const TIMEOUT_TIMER = `${TIMER}timeout/`;
const RETRY_TIMER = `${TIMER}retry/`;

export const noRequests = <Tag>(): Requests<Tag> => ({ nextId: 1, server: undefined, broken: undefined, pending: emptyMap<PendingRequest<Tag>>() });

/** Whether a timer belongs to `settle`. */
export const isRequestTimer = (key: string): boolean => key.startsWith(TIMER);

/** The server that a request goes to now. */
export const serverFor = (servers: readonly ActorId[], current: ActorId | undefined, broken: ActorId | undefined): ActorId => {
  if (current !== undefined && servers.includes(current)) return current;
  const after = broken === undefined ? -1 : servers.indexOf(broken);
  return servers[(after + 1) % servers.length] as ActorId;
};

const transmit = <Tag>(requests: Requests<Tag>, asked: Omit<PendingRequest<Tag>, 'id' | 'server'>): readonly [Requests<Tag>, readonly Effect[]] => {
  const { client, channel, request, tag, retries } = asked;
  const id = requests.nextId;
  const server = serverFor(client.servers, requests.server, requests.broken);
  const body: ToApiServer = client.userAgent === undefined
    ? { kind: 'api-request', id, credential: client.credential, request }
    : { kind: 'api-request', id, credential: client.credential, request, userAgent: client.userAgent };
  const pending = { id, client, server, channel, request, tag, retries };
  const next = { nextId: id + 1, server, broken: requests.broken, pending: requests.pending.set(String(id), pending) };
  const sent = send(server, channel, body);
  return [next, client.timeoutMs === undefined ? [sent] : [sent, arm(`${TIMEOUT_TIMER}${id}`, client.timeoutMs)]];
};

/** Sends a request on a channel of the owner's. `tag` is the owner's plain data, handed back with the answer. */
export const issue = <Tag>(
  requests: Requests<Tag>, client: ApiClient, channel: string, request: ApiRequest, tag: Tag,
): readonly [Requests<Tag>, readonly Effect[]] => transmit(requests, { client, channel, request, tag, retries: 0 });

const without = <Tag>({ nextId, server, broken, pending }: Requests<Tag>, id: number): Requests<Tag> =>
  ({ nextId, server, broken, pending: pending.delete(String(id)) });

const NOTHING: readonly never[] = [];
const unsettled = <Tag>(requests: Requests<Tag>): Settlement<Tag> => ({ requests, settled: NOTHING, effects: noEffects });

const disarm = (pending: PendingRequest<unknown>): readonly Effect[] =>
  (pending.client.timeoutMs === undefined ? noEffects : [cancel(`${TIMEOUT_TIMER}${pending.id}`)]);

/** The server asked to come again later, by a Retry-After header: 429 and 5xx with `retryAfterSeconds`. */
const retryAfterMs = (answer: ApiAnswer): number | undefined => {
  if (answer.kind !== 'refused' || (answer.code !== 429 && answer.code < 500)) return undefined;
  const seconds = answer.status.details?.retryAfterSeconds;
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
};

const answered = <Tag>(requests: Requests<Tag>, id: number, answer: ApiAnswer): Settlement<Tag> => {
  const pending = requests.pending.get(String(id));
  if (pending === undefined) return unsettled(requests);
  const afterMs = retryAfterMs(answer);
  if (afterMs !== undefined && pending.retries < MAX_RETRIES) {
    // Why: while it sleeps, a request is on no connection and no break can touch it.
    const asleep = { ...requests, pending: requests.pending.set(String(id), { ...pending, server: '' }) };
    return { requests: asleep, settled: [], effects: [...disarm(pending), arm(`${RETRY_TIMER}${id}`, afterMs)] };
  }
  return { requests: without(requests, id), settled: [{ tag: pending.tag, answer }], effects: disarm(pending) };
};

const lost = <Tag>(pending: PendingRequest<Tag>, why: string): Settled<Tag> =>
  ({ tag: pending.tag, answer: { kind: 'unknown-outcome', message: urlError(pending.server, pending.request, why) } });

const retried = <Tag>(requests: Requests<Tag>, id: number): Settlement<Tag> => {
  const pending = requests.pending.get(String(id));
  if (pending === undefined) return unsettled(requests);
  const { client, channel, request, tag, retries } = pending;
  const [next, effects] = transmit(without(requests, id), { client, channel, request, tag, retries: retries + 1 });
  return { requests: next, settled: [], effects };
};

const timedOut = <Tag>(requests: Requests<Tag>, id: number): Settlement<Tag> => {
  const pending = requests.pending.get(String(id));
  if (pending === undefined) return unsettled(requests);
  const settled = [lost(pending, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)')];
  return { requests: without(requests, id), settled, effects: noEffects };
};

const disconnected = <Tag>(requests: Requests<Tag>, peer: ActorId, channel: string): Settlement<Tag> => {
  const broken: PendingRequest<Tag>[] = [];
  requests.pending.forEach((pending) => { if (pending.server === peer && pending.channel === channel) broken.push(pending); });
  const moved = requests.server === peer ? { ...requests, server: undefined, broken: peer } : requests;
  if (broken.length === 0) return unsettled(moved);
  broken.sort((a, b) => compareNumbers(a.id, b.id));
  return {
    requests: broken.reduce((left, pending) => without(left, pending.id), moved),
    settled: broken.map((pending) => lost(pending, 'http2: client connection lost')),
    effects: broken.flatMap(disarm),
  };
};

/** Takes an input that may concern pending requests; any other leaves `requests` as it is. */
export const settle = <Tag>(requests: Requests<Tag>, input: Input): Settlement<Tag> => {
  switch (input.kind) {
    case 'message': {
      const body = input.body as FromApiServer;
      return body.kind === 'api-answer' ? answered(requests, body.id, body.answer) : unsettled(requests);
    }
    case 'disconnected': return disconnected(requests, input.peer, input.channel);
    case 'timer':
      if (input.key.startsWith(RETRY_TIMER)) return retried(requests, Number(input.key.slice(RETRY_TIMER.length)));
      return input.key.startsWith(TIMEOUT_TIMER) ? timedOut(requests, Number(input.key.slice(TIMEOUT_TIMER.length))) : unsettled(requests);
    case 'start': return unsettled(requests);
    default: return input satisfies never;
  }
};
