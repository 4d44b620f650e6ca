/** A controller under test, driven by hand: a tiny API store, caches that see it only when told, and a record of every write and event. */
import { isRight } from 'fp-ts/lib/Either.js';
import type { Controller, Answer, ControllerContext, Op, Plan } from '../../src/client/controller.ts';
import type { Notification } from '../../src/client/caches.ts';
import { keyOf } from '../../src/client/caches.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { applyStrategicMergePatch } from '../../src/api/patch/strategic-merge-patch.ts';
import { alreadyExists, conflict, notFound, OPTIMISTIC_LOCK } from '../../src/api/status.ts';
import { formatTime } from '../../src/api/time.ts';
import { compareStrings } from '../../src/base/order.ts';
import { resourceByKind } from '../../src/api/resources.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';
import { cachesOf, contextOf } from '../replicaset/cluster.ts';

type Objects = Map<string, KubeObject>;
type Store = Map<string, Objects>;

export interface Harness {
  nowMs: number;
  /** Every API request that writes, in order: `create pods`, `patch pods/a`, `update jobs.batch/work/status`. */
  readonly writes: string[];
  readonly requests: ApiRequest[];
  /** `Reason message`. */
  readonly events: string[];
  readonly ops: Op[];
  readonly errors: string[];
  /** Stores an object as if a user or another component had written it. */
  readonly put: <T extends KubeObject>(object: T) => KubeObject;
  readonly drop: (object: KubeObject) => void;
  readonly stored: <T extends KubeObject>(resource: string, key: string) => T | undefined;
  readonly all: <T extends KubeObject>(resource: string) => readonly T[];
  /** Lets the caches (or one of them) see the store, and the handlers each change. */
  readonly observe: (only?: string) => void;
  /** One whole sync of the key; writes are answered from the store. */
  readonly sync: (key: string, queue?: string) => Plan<unknown, unknown>;
  /** Answers the next write like this instead. */
  readonly refuseNext: (match: (request: ApiRequest) => boolean, answer: Answer) => void;
  /** A new process: memory is lost, caches are read afresh. */
  readonly restart: () => void;
}

const tableOf = (store: Store, resource: string): Objects => {
  const table = store.get(resource) ?? new Map<string, KubeObject>();
  store.set(resource, table);
  return table;
};

export const harness = (controller: Controller, startMs = Date.parse('2026-01-01T00:00:00Z')): Harness => {
  const store: Store = new Map();
  const seen: Store = new Map();
  const refusals: { match: (request: ApiRequest) => boolean; answer: Answer }[] = [];
  let memory = controller.initial;
  let revision = 0;
  let uids = 0;
  const now = (): string => formatTime(h.nowMs);
  const context = (): ControllerContext =>
    contextOf(cachesOf(controller, Object.fromEntries([...seen].map(([resource, table]) => [resource, [...table.values()]]))), h.nowMs);
  const resourceOf = (object: KubeObject): string => {
    const info = resourceByKind(object.apiVersion, object.kind);
    if (info === undefined) throw new Error(`no resource for ${object.kind}`);
    return info.id;
  };
  const write = (resource: string, object: KubeObject): KubeObject => {
    revision += 1;
    const { metadata } = object;
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && resource === 'jobs.batch') {
      tableOf(store, resource).delete(keyOf(object));
      return object;
    }
    uids += metadata.uid === undefined ? 1 : 0;
    const { uid = `uid-${uids}`, creationTimestamp = now() } = metadata;
    const full = { ...object, metadata: { ...metadata, uid, resourceVersion: String(revision), creationTimestamp } };
    tableOf(store, resource).set(keyOf(full), full);
    return full;
  };
  const ok = (object: KubeObject): Answer => ({ kind: 'object', code: 200, object });
  const create = (request: ApiRequest): Answer => {
    const body = request.body as KubeObject;
    uids += 1;
    const name = body.metadata.name ?? `${body.metadata.generateName ?? ''}${uids}`;
    const object = { ...body, metadata: { ...body.metadata, name, uid: `uid-${uids}`, ...(request.namespace === undefined ? {} : { namespace: request.namespace }) } };
    if (tableOf(store, request.resource).has(keyOf(object))) return { kind: 'refused', code: 409, status: alreadyExists('', request.resource, name) };
    return ok(write(request.resource, object));
  };
  const answer = (request: ApiRequest): Answer => {
    const at = refusals.findIndex(({ match }) => match(request));
    if (at >= 0) return refusals.splice(at, 1)[0]?.answer ?? { kind: 'unknown-outcome', message: 'lost' };
    if (request.verb === 'create') return create(request);
    const key = request.namespace === undefined || request.namespace === '' ? request.name ?? '' : `${request.namespace}/${request.name ?? ''}`;
    const before = tableOf(store, request.resource).get(key);
    if (before === undefined) return { kind: 'refused', code: 404, status: notFound('', request.resource, request.name ?? '') };
    switch (request.verb) {
      case 'get': return ok(before);
      case 'update': {
        const body = request.body as KubeObject;
        if (body.metadata.resourceVersion !== undefined && body.metadata.resourceVersion !== before.metadata.resourceVersion) {
          return { kind: 'refused', code: 409, status: conflict('', request.resource, body.metadata.name, OPTIMISTIC_LOCK) };
        }
        return ok(write(request.resource, body));
      }
      case 'patch': {
        const patched = applyStrategicMergePatch(before, request.body, before);
        if (!isRight(patched)) throw new Error(patched.left);
        const object = patched.right as KubeObject;
        return ok(write(request.resource, object));
      }
      case 'delete': {
        if ((before.metadata.finalizers ?? []).length > 0) return ok(write(request.resource, { ...before, metadata: { ...before.metadata, deletionTimestamp: now() } }));
        tableOf(store, request.resource).delete(key);
        return ok(before);
      }
      default: throw new Error(`unexpected ${request.verb}`);
    }
  };
  const told = (request: ApiRequest): string =>
    [`${request.verb} ${request.resource}`, request.name, request.subresource].filter((part) => part !== undefined).join('/');
  const take = (ops: readonly Op[]): void => {
    for (const op of ops) {
      h.ops.push(op);
      if (op.op === 'event') h.events.push(`${op.reason} ${op.message}`);
    }
  };
  const ask = (plan: Extract<Plan<unknown, unknown>, { kind: 'ask' }>): readonly Answer[] => {
    const answers: Answer[] = [];
    for (const request of plan.requests) {
      h.requests.push(request);
      if (request.verb !== 'get') h.writes.push(told(request));
      const one = answer(request);
      answers.push(one);
      if (plan.mode === 'in-order' && (one.kind === 'refused' || one.kind === 'unknown-outcome')) break;
    }
    return answers;
  };
  const h: Harness = {
    nowMs: startMs, writes: [], requests: [], events: [], ops: [], errors: [],
    put: (object) => write(resourceOf(object), object),
    drop: (object) => { tableOf(store, resourceOf(object)).delete(keyOf(object)); },
    stored: (resource, key) => tableOf(store, resource).get(key) as never,
    all: (resource) => [...tableOf(store, resource)].sort(([a], [b]) => compareStrings(a, b)).map(([, object]) => object) as never,
    observe: (only) => {
      for (const { resource, handles } of controller.informers) {
        if (only !== undefined && only !== resource) continue;
        const current = tableOf(store, resource);
        const before = tableOf(seen, resource);
        const old = new Map(before);
        for (const [key, object] of old) {
          if (current.has(key)) continue;
          before.delete(key);
          const change = handles ? controller.handle(memory, { kind: 'delete', resource, object, tombstone: false }, context()) : { memory, ops: [] };
          memory = change.memory;
          take(change.ops);
        }
        for (const [key, object] of current) {
          const had = old.get(key);
          if (had === object) continue;
          before.set(key, object);
          if (!handles) continue;
          const notification: Notification = had === undefined ? { kind: 'add', resource, object, initial: false } : { kind: 'update', resource, before: had, object };
          const change = controller.handle(memory, notification, context());
          memory = change.memory;
          take(change.ops);
        }
      }
    },
    sync: (key, queue = controller.queues[0]?.name ?? '') => {
      let plan = controller.reconcile(memory, queue, key, context());
      for (;;) {
        memory = plan.memory;
        take(plan.ops);
        if (plan.kind !== 'ask') break;
        plan = controller.resume(memory, queue, key, plan.stage, ask(plan), context());
      }
      if (plan.kind === 'failed') h.errors.push(plan.error);
      return plan;
    },
    refuseNext: (match, refusal) => { refusals.push({ match, answer: refusal }); },
    restart: () => {
      memory = controller.initial;
      seen.clear();
    },
  };
  return h;
};
