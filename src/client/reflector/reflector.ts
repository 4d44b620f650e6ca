/**
 * Keeps a store up with the server: lists, watches from the list's resourceVersion, and says what changed.
 * Models: client-go/tools/cache/reflector.go
 * Not modelled: WatchList streaming, paginated lists, MaxInternalErrorRetryDuration (0 in every component).
 */
import type { KubeObject } from '../../api/object.ts';
import type { ResourceId } from '../../api/resources.ts';
import type { Status } from '../../api/status.ts';
import type { ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import { arm, cancel, noEffects, send } from '../../kernel/transition.ts';
import type { ApiAnswer, ApiRequest, FromApiServer, RequestOptions, ToApiServer, WatchEvent } from '../../protocol/api.ts';
import type { BackOffManager, BackOffManagerConfig } from '../back-off.ts';
import { fraction, nextBackOff, startBackOffManager } from '../back-off.ts';
import type { ApiClient } from '../requests.ts';
import { serverFor } from '../requests.ts';
import type { ReflectorAction, ReflectorEvent, ReflectorPhase } from './machine.ts';
import { reflectorChart } from './machine.ts';

export interface ReflectorSpec {
  /** Its own: list and watch go by it, and the events come back by it. */
  readonly channel: string;
  readonly timer: string;
  readonly resource: ResourceId;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Ids of requests count from here on; those of other owners in the process lie elsewhere. */
  readonly firstId: number;
}

export interface Reflector {
  readonly phase: ReflectorPhase;
  /** Of the last list, event or bookmark; '' before the first list. */
  readonly resourceVersion: string;
  /** The server could not list at that version; cleared by the next list. */
  readonly unavailable: boolean;
  /** How many requests were sent; the last one's id is `firstId + sent`. */
  readonly sent: number;
  readonly server: ActorId | undefined;
  readonly broken: ActorId | undefined;
  readonly backOff: BackOffManager;
  readonly watchedSinceMs: number;
  /** The present watch has brought something. */
  readonly lively: boolean;
}

/** What the store has to do. */
export type StoreChange =
  | { readonly kind: 'replace'; readonly objects: readonly KubeObject[]; readonly resourceVersion: string }
  | { readonly kind: 'add' | 'update' | 'delete'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string };

export interface Reflection {
  readonly reflector: Reflector;
  readonly change: StoreChange | undefined;
  readonly effects: readonly Effect[];
}

const REFLECTOR_BACK_OFF: BackOffManagerConfig = { durationMs: 800, factor: 2, jitter: 1, steps: 1_000, capMs: 30_000, resetMs: 120_000 };
const MIN_WATCH_TIMEOUT_SECONDS = 300;
const VERY_SHORT_WATCH_MS = 1000;

export const newReflector = (sent = 0): Reflector => ({
  phase: reflectorChart.initial, resourceVersion: '', unavailable: false, sent, server: undefined, broken: undefined,
  backOff: startBackOffManager(REFLECTOR_BACK_OFF), watchedSinceMs: 0, lively: false,
});

/** What an input means to the reflector, with what it carries. */
interface Cause {
  readonly event: ReflectorEvent;
  readonly change?: StoreChange;
}

const START: Cause = { event: { type: 'start' } };
const STOP: Cause = { event: { type: 'stop' } };
const TIMER: Cause = { event: { type: 'timer' } };
const ENDED: Cause = { event: { type: 'ended' } };
const REFUSED: Cause = { event: { type: 'refused' } };
const FAILED: Cause = { event: { type: 'failed' } };
const UNAVAILABLE: Cause = { event: { type: 'unavailable' } };
const ABSENT: Cause = { event: { type: 'absent' } };
const LISTED: ReflectorEvent = { type: 'listed' };
const EVENT: ReflectorEvent = { type: 'event' };

const isExpired = (status: Status): boolean => status.code === 410;

/** Source: `isTooLargeResourceVersionError`. */
const isTooLarge = ({ reason, details, message }: Status): boolean =>
  reason === 'Timeout' && (details?.causes?.some((cause) => cause.reason === 'ResourceVersionTooLarge') === true || message.includes('Too large resource version'));

const refusalOfList = (status: Status): Cause => (isExpired(status) || isTooLarge(status) ? UNAVAILABLE : status.code === 404 ? ABSENT : FAILED);
const refusalOfWatch = (status: Status): Cause => (status.code === 429 ? REFUSED : FAILED);

const CHANGES = { ADDED: 'add', MODIFIED: 'update', DELETED: 'delete' } as const;

const eventCause = (event: WatchEvent): Cause => {
  if (event.type === 'ERROR') return refusalOfWatch(event.status);
  const { object } = event;
  const resourceVersion = object.metadata.resourceVersion ?? '';
  return event.type === 'BOOKMARK'
    ? { event: EVENT, change: { kind: 'bookmark', resourceVersion } }
    : { event: EVENT, change: { kind: CHANGES[event.type], object, resourceVersion } };
};

const answerCause = (phase: ReflectorPhase, answer: ApiAnswer): Cause | undefined => {
  if (answer.kind === 'refused') return phase === 'watching' ? refusalOfWatch(answer.status) : refusalOfList(answer.status);
  if (answer.kind !== 'list') return undefined;
  const { items, metadata: { resourceVersion } } = answer.list;
  return { event: LISTED, change: { kind: 'replace', objects: items, resourceVersion } };
};

const isVeryShort = (reflector: Reflector, nowMs: number): boolean => !reflector.lively && nowMs - reflector.watchedSinceMs < VERY_SHORT_WATCH_MS;

/** A watch that was of no use at all counts as a refused connection when it broke, and as an error when the server ended it. */
const causeOf = (reflector: Reflector, spec: ReflectorSpec, input: Input, nowMs: number): Cause | undefined => {
  switch (input.kind) {
    case 'start': return START;
    case 'timer': return input.key === spec.timer ? TIMER : undefined;
    case 'disconnected':
      if (reflector.phase !== 'watching') return FAILED;
      return isVeryShort(reflector, nowMs) ? REFUSED : ENDED;
    case 'message': {
      const body = input.body as FromApiServer;
      if (body.id !== spec.firstId + reflector.sent) return undefined;
      if (body.kind === 'api-watch-event') return eventCause(body.event);
      return body.kind === 'api-answer' ? answerCause(reflector.phase, body.answer) : isVeryShort(reflector, nowMs) ? FAILED : ENDED;
    }
    default: return input satisfies never;
  }
};

const selectors = ({ labelSelector, fieldSelector }: ReflectorSpec): RequestOptions =>
  ({ ...(labelSelector === undefined ? {} : { labelSelector }), ...(fieldSelector === undefined ? {} : { fieldSelector }) });

const request = (spec: ReflectorSpec, verb: 'list' | 'watch', options: RequestOptions): ApiRequest => ({
  verb, resource: spec.resource, ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }), options: { ...options, ...selectors(spec) },
});

const ask = (reflector: Reflector, spec: ReflectorSpec, client: ApiClient, asked: ApiRequest): readonly [Reflector, Effect] => {
  const server = serverFor(client.servers, reflector.server, reflector.broken);
  const sent = reflector.sent + 1;
  const body: ToApiServer = {
    kind: 'api-request', id: spec.firstId + sent, credential: client.credential, request: asked,
    ...(client.userAgent === undefined ? {} : { userAgent: client.userAgent }),
  };
  return [{ ...reflector, sent, server }, send(server, spec.channel, body)];
};

/** Source: `relistResourceVersion`: any version at first, then not older than the last one seen, and the newest when that is not to be had. */
const listVersion = ({ resourceVersion, unavailable }: Reflector): string => (unavailable ? '' : resourceVersion === '' ? '0' : resourceVersion);

const watchOptions = (reflector: Reflector, spec: ReflectorSpec, env: Env): RequestOptions => ({
  resourceVersion: reflector.resourceVersion,
  allowWatchBookmarks: true,
  timeoutSeconds: Math.floor(MIN_WATCH_TIMEOUT_SECONDS * (1 + fraction(env.random(`${spec.channel}/timeout`, reflector.sent)))),
});

/** Why spelled out: see mutable.ts. */
const applied = ({ phase, unavailable, sent, server, broken, backOff, watchedSinceMs }: Reflector, resourceVersion: string): Reflector =>
  ({ phase, resourceVersion, unavailable, sent, server, broken, backOff, watchedSinceMs, lively: true });

const perform = (
  reflector: Reflector, action: ReflectorAction, change: StoreChange | undefined, spec: ReflectorSpec, client: ApiClient, env: Env, effects: Effect[],
): Reflector => {
  switch (action) {
    case 'list': {
      const [next, effect] = ask(reflector, spec, client, request(spec, 'list', { resourceVersion: listVersion(reflector) }));
      effects.push(effect);
      return next;
    }
    case 'watch': {
      const [next, effect] = ask(reflector, spec, client, request(spec, 'watch', watchOptions(reflector, spec, env)));
      effects.push(effect);
      return { ...next, watchedSinceMs: env.nowMs, lively: false };
    }
    case 'replace': return { ...reflector, resourceVersion: change?.resourceVersion ?? '', unavailable: false };
    case 'apply': return applied(reflector, change?.resourceVersion ?? '');
    case 'markUnavailable': return { ...reflector, unavailable: true };
    case 'replaceWithNothing': return reflector;
    case 'stopWatch':
      if (reflector.server !== undefined) effects.push(send(reflector.server, spec.channel, { kind: 'api-watch-stop', id: spec.firstId + reflector.sent } satisfies ToApiServer));
      return reflector;
    case 'cancelTimer':
      effects.push(cancel(spec.timer));
      return reflector;
    case 'backOff': {
      const u = fraction(env.random(`${spec.channel}/back-off`, reflector.sent));
      const [delayMs, backOff] = nextBackOff(REFLECTOR_BACK_OFF, reflector.backOff, env.nowMs, u);
      effects.push(arm(spec.timer, delayMs));
      return { ...reflector, backOff };
    }
    default: return action satisfies never;
  }
};

const NOTHING: StoreChange = { kind: 'replace', objects: [], resourceVersion: '' };

const follow = (reflector: Reflector, { event, change }: Cause, spec: ReflectorSpec, client: ApiClient, env: Env): Reflection => {
  const { state, actions } = reflectorChart.next(reflector.phase, event);
  const effects: Effect[] = [];
  let next = state === reflector.phase ? reflector : { ...reflector, phase: state };
  for (const action of actions) next = perform(next, action, change, spec, client, env, effects);
  return { reflector: next, change: actions.includes('replaceWithNothing') ? NOTHING : actions.length === 0 ? undefined : change, effects };
};

const unmoved = (reflector: Reflector): Reflection => ({ reflector, change: undefined, effects: noEffects });

/** Takes an input on the reflector's own channel or timer (any other changes nothing). `start` begins. */
export const reflect = (reflector: Reflector, spec: ReflectorSpec, client: ApiClient, input: Input, env: Env): Reflection => {
  if (input.kind === 'disconnected') {
    if (input.channel !== spec.channel || input.peer !== reflector.server) return unmoved(reflector);
    // Why no stop: the watch went with its connection.
    const moved = { ...reflector, server: undefined, broken: input.peer };
    const cause = causeOf(reflector, spec, input, env.nowMs);
    return cause === undefined ? unmoved(moved) : follow(moved, cause, spec, client, env);
  }
  if (input.kind === 'message' && input.channel !== spec.channel) return unmoved(reflector);
  const cause = causeOf(reflector, spec, input, env.nowMs);
  return cause === undefined ? unmoved(reflector) : follow(reflector, cause, spec, client, env);
};

export const stopReflector = (reflector: Reflector, spec: ReflectorSpec, client: ApiClient, env: Env): Reflection => follow(reflector, STOP, spec, client, env);
