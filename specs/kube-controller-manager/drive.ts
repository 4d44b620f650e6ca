/** Drives a controller request by request over small in-memory caches. */
import type { KubeObject } from '../../src/api/object.ts';
import { alreadyExists, conflict, forbidden, notFound, OPTIMISTIC_LOCK } from '../../src/api/status.ts';
import type { Answer, Change, ControllerOf, Op, Plan } from '../../src/client/controller.ts';
import type { Notification } from '../../src/client/caches.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';
import { cachesOf, contextOf, NOW_MS, said } from '../replicaset/cluster.ts';

export { gone, meta, NOW, NOW_MS, ok, ownedBy, pod, said } from '../replicaset/cluster.ts';

export type Objects = Readonly<Record<string, readonly KubeObject[]>>;

export interface Driver<M, S> {
  readonly handle: (memory: M, notification: Notification, objects: Objects, nowMs?: number) => Change<M>;
  readonly sync: (queue: string, key: string, objects: Objects, memory?: M, nowMs?: number) => Plan<M, S>;
  readonly answer: (plan: Plan<M, S>, queue: string, key: string, answers: readonly Answer[], objects: Objects, nowMs?: number) => Plan<M, S>;
}

export const drive = <M, S>(controller: ControllerOf<M, S>): Driver<M, S> => ({
  handle: (memory, notification, objects, nowMs = NOW_MS) => controller.handle(memory, notification, contextOf(cachesOf(controller, objects), nowMs)),
  sync: (queue, key, objects, memory = controller.initial, nowMs = NOW_MS) => controller.reconcile(memory, queue, key, contextOf(cachesOf(controller, objects), nowMs)),
  answer: (plan, queue, key, answers, objects, nowMs = NOW_MS) => {
    if (plan.kind !== 'ask') throw new Error(`expected ask, got ${plan.kind}`);
    return controller.resume(plan.memory, queue, key, plan.stage, answers, contextOf(cachesOf(controller, objects), nowMs));
  },
});

/** `verb resource name` of each request, or how the sync ended. */
export const requests = (plan: Plan<unknown, unknown>): readonly string[] => (plan.kind === 'ask' ? plan.requests.map(said) : [plan.kind]);
export const requestOf = (plan: Plan<unknown, unknown>, i = 0): ApiRequest => {
  const request = plan.kind === 'ask' ? plan.requests[i] : undefined;
  if (request === undefined) throw new Error(`expected a request, got ${plan.kind}`);
  return request;
};
export const bodyOf = <T>(plan: Plan<unknown, unknown>, i = 0): T => requestOf(plan, i).body as T;
export const errorIn = (plan: Plan<unknown, unknown>): string | undefined => (plan.kind === 'failed' ? plan.error : undefined);

export const events = (ops: readonly Op[]): readonly string[] => ops.flatMap((op) => (op.op === 'event' ? [`${op.type} ${op.reason}: ${op.message}`] : []));
/** `queue key`, or `queue key +ms`. */
export const added = (ops: readonly Op[]): readonly string[] => ops.flatMap((op) => {
  if (op.op !== 'add' && op.op !== 'add-after' && op.op !== 'add-rate-limited') return [];
  const where = op.queue === undefined ? op.key : `${op.queue} ${op.key}`;
  return [op.op === 'add-after' ? `${where} +${op.afterMs}` : where];
});

export const refusedConflict = (resource: string, name: string): Answer => ({ kind: 'refused', code: 409, status: conflict('', resource, name, OPTIMISTIC_LOCK) });
export const refusedExists = (resource: string, name: string): Answer => ({ kind: 'refused', code: 409, status: alreadyExists('', resource, name) });
export const missing = (resource: string, name: string): Answer => ({ kind: 'refused', code: 404, status: notFound('', resource, name) });
export const refusedTerminating = (resource: string, name: string): Answer => ({
  kind: 'refused', code: 403, status: { ...forbidden('', resource, name, 'it is being terminated'), details: { causes: [{ reason: 'NamespaceTerminating', message: 'x' }] } },
});
export const unknown: Answer = { kind: 'unknown-outcome', message: 'connection reset' };
export const succeeded: Answer = { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
export const listed = (...items: readonly KubeObject[]): Answer => ({ kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '9' }, items } });

export const added1 = (resource: string, object: KubeObject): Notification => ({ kind: 'add', resource, object, initial: false });
export const updated1 = (resource: string, before: KubeObject, object: KubeObject): Notification => ({ kind: 'update', resource, before, object });
export const deleted1 = (resource: string, object: KubeObject): Notification => ({ kind: 'delete', resource, object, tombstone: false });
