/** A server that answers a kubelet as kube-apiserver would, kept in one map: enough to watch a kubelet work without the rest of the control plane. */
import { isRight } from 'fp-ts/lib/Either.js';
import { applyStrategicMergePatch } from '../../src/api/patch/strategic-merge-patch.ts';
import { formatTime } from '../../src/api/time.ts';
import { notFound, alreadyExists, conflict } from '../../src/api/status.ts';
import type { Status } from '../../src/api/status.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Pod } from '../../src/api/types.ts';
import type { PersistentMap } from '../../src/base/persistent-map.ts';
import { emptyMap } from '../../src/base/persistent-map.ts';
import type { Actor, ActorId, Effect, Input } from '../../src/kernel/transition.ts';
import { send } from '../../src/kernel/transition.ts';
import type { ApiAnswer, ApiRequest, FromApiServer, ToApiServer, WatchEvent } from '../../src/protocol/api.ts';

export interface Written {
  readonly verb: string;
  readonly what: string;
  readonly body: unknown;
}

interface Watch {
  readonly to: ActorId;
  readonly channel: string;
  readonly id: number;
  readonly resource: string;
}

export interface FakeState {
  /** By `resource/namespace/name`. */
  readonly objects: PersistentMap<KubeObject>;
  readonly watches: readonly Watch[];
  readonly revision: number;
  readonly written: readonly Written[];
  /** All that watches are told, so that one may begin at any revision. */
  readonly log: readonly { readonly revision: number; readonly resource: string; readonly event: WatchEvent }[];
}

/** From the outside: put an object, ask for a pod's graceful deletion, or forget it. */
export type FromOutside =
  | { readonly kind: 'put'; readonly resource: string; readonly object: KubeObject }
  | { readonly kind: 'delete-pod'; readonly namespace: string; readonly name: string; readonly graceSeconds: number }
  | { readonly kind: 'forget'; readonly resource: string; readonly namespace: string; readonly name: string };

const keyFor = (resource: string, namespace: string | undefined, name: string): string => `${resource}/${namespace ?? ''}/${name}`;

const logged = (state: FakeState, resource: string, event: WatchEvent): FakeState => ({ ...state, log: [...state.log, { revision: state.revision, resource, event }] });

const notify = (state: FakeState, resource: string, event: WatchEvent): readonly Effect[] => state.watches.filter((watch) => watch.resource === resource)
  .map((watch) => send(watch.to, watch.channel, { kind: 'api-watch-event', id: watch.id, event } satisfies FromApiServer));

const put = (state: FakeState, resource: string, object: KubeObject, nowMs: number): readonly [FakeState, KubeObject, readonly Effect[]] => {
  const key = keyFor(resource, object.metadata.namespace, object.metadata.name);
  const revision = state.revision + 1;
  const before = state.objects.get(key);
  const kept = { uid: before?.metadata.uid ?? object.metadata.uid ?? `uid-${object.metadata.name}-${revision}`, creationTimestamp: before?.metadata.creationTimestamp ?? formatTime(nowMs) };
  const stored = { ...object, metadata: { ...object.metadata, ...kept, resourceVersion: String(revision) } };
  const next = { ...state, revision, objects: state.objects.set(key, stored) };
  const event: WatchEvent = { type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored };
  return [logged(next, resource, event), stored, notify(next, resource, event)];
};

const forget = (state: FakeState, resource: string, key: string): readonly [FakeState, readonly Effect[]] => {
  const object = state.objects.get(key);
  if (object === undefined) return [state, []];
  const revision = state.revision + 1;
  const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  const event: WatchEvent = { type: 'DELETED', object: last };
  return [logged({ ...state, revision, objects: state.objects.delete(key) }, resource, event), notify(state, resource, event)];
};

const ok = (object: KubeObject): ApiAnswer => ({ kind: 'object', code: 200, object });
const refused = (status: Status): ApiAnswer => ({ kind: 'refused', code: status.code ?? 500, status });

const patched = (object: KubeObject, request: ApiRequest): KubeObject => {
  const result = applyStrategicMergePatch(object, request.body, object);
  if (!isRight(result)) throw new Error(String(result.left));
  return result.right as KubeObject;
};

const answer = (state: FakeState, request: ApiRequest, nowMs: number): readonly [FakeState, ApiAnswer, readonly Effect[]] => {
  const { resource, namespace, name = '' } = request;
  const key = keyFor(resource, namespace, name);
  const found = state.objects.get(key);
  const body = request.body as KubeObject;
  switch (request.verb) {
    case 'create': {
      if (state.objects.has(keyFor(resource, namespace, body.metadata.name))) return [state, refused(alreadyExists('', resource, body.metadata.name)), []];
      const [next, object, effects] = put(state, resource, namespace === undefined ? body : { ...body, metadata: { ...body.metadata, namespace } }, nowMs);
      return [next, ok(object), effects];
    }
    case 'update': case 'patch': {
      if (found === undefined) return [state, refused(notFound('', resource, name)), []];
      const next = request.verb === 'update' ? body : patched(found, request);
      if ((next.metadata.uid ?? found.metadata.uid) !== found.metadata.uid) return [state, refused(conflict('', resource, name, 'uid mismatch')), []];
      const [after, object, effects] = put(state, resource, next, nowMs);
      return [after, ok(object), effects];
    }
    case 'get': return [state, found === undefined ? refused(notFound('', resource, name)) : ok(found), []];
    case 'delete': {
      const [after, effects] = forget(state, resource, key);
      return [after, { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } }, effects];
    }
    case 'list': {
      const items = state.objects.entries().filter(([at]) => at.startsWith(`${resource}/`)).map(([, object]) => object);
      return [state, { kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: String(state.revision) }, items } }, []];
    }
    default: throw new Error(`the fake server does not know ${request.verb}`);
  }
};

const isWrite = (verb: string): boolean => verb !== 'get' && verb !== 'list' && verb !== 'watch';

const describeWrite = (request: ApiRequest): string =>
  [request.resource, request.subresource].filter((part) => part !== undefined).join('/') + (request.name === undefined ? '' : ` ${request.name}`);

const serve = (state: FakeState, from: ActorId, channel: string, { id, request }: Extract<ToApiServer, { kind: 'api-request' }>, nowMs: number): readonly [FakeState, readonly Effect[]] => {
  if (request.verb === 'watch') {
    const watch = { to: from, channel, id, resource: request.resource };
    const missed = state.log.filter(({ revision, resource }) => resource === request.resource && revision > Number(request.options?.resourceVersion ?? 0));
    return [{ ...state, watches: [...state.watches, watch] }, missed.flatMap(({ event }) => notify({ ...state, watches: [watch] }, request.resource, event))];
  }
  const [next, said, effects] = answer(state, request, nowMs);
  const written = isWrite(request.verb) ? [...next.written, { verb: request.verb, what: describeWrite(request), body: request.body ?? request.options }] : next.written;
  return [{ ...next, written }, [send(from, channel, { kind: 'api-answer', id, answer: said } satisfies FromApiServer), ...effects]];
};

const outside = (state: FakeState, body: FromOutside, nowMs: number): readonly [FakeState, readonly Effect[]] => {
  if (body.kind === 'forget') return forget(state, body.resource, keyFor(body.resource, body.namespace, body.name));
  if (body.kind === 'put') {
    const [next, , effects] = put(state, body.resource, body.object, nowMs);
    return [next, effects];
  }
  const pod = state.objects.get(keyFor('pods', body.namespace, body.name)) as Pod | undefined;
  if (pod === undefined) return [state, []];
  const metadata = { ...pod.metadata, deletionTimestamp: formatTime(nowMs + body.graceSeconds * 1000), deletionGracePeriodSeconds: body.graceSeconds };
  const [next, , effects] = put(state, 'pods', { ...pod, metadata }, nowMs);
  return [next, effects];
};

type Body = ToApiServer | FromApiServer | FromOutside;

export const fakeApi: Actor<FakeState, Body> = {
  id: 'kube-apiserver',
  initial: { objects: emptyMap(), watches: [], revision: 1, written: [], log: [] },
  durable: (state) => state,
  transition: (state, input: Input<Body>, env) => {
    if (input.kind === 'start') return [{ ...((input.durable as FakeState | undefined) ?? state), watches: [] }, []];
    if (input.kind === 'disconnected') return [{ ...state, watches: state.watches.filter(({ to, channel }) => to !== input.peer || channel !== input.channel) }, []];
    if (input.kind === 'timer') return [state, []];
    const { body } = input;
    const [next, effects] = body.kind === 'api-request' ? serve(state, input.from, input.channel, body, env.nowMs)
      : body.kind === 'put' || body.kind === 'delete-pod' || body.kind === 'forget' ? outside(state, body, env.nowMs) : [state, []] as const;
    return [next, effects as readonly Effect<Body>[]];
  },
};
