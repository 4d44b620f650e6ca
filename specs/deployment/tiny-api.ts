/** A store that answers the requests of the Deployment and ReplicaSet controllers at once, and whose caches never lag. */
import type { KubeObject } from '../../src/api/object.ts';
import { conflict, notFound, OPTIMISTIC_LOCK } from '../../src/api/status.ts';
import type { Deployment, Pod, ReplicaSet } from '../../src/api/types.ts';
import type { Answer, ControllerOf } from '../../src/client/controller.ts';
import { keyOf } from '../../src/client/caches.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';
import { cachesOf, contextOf, NOW, NOW_MS } from '../replicaset/cluster.ts';

export interface TinyApi {
  /** Every write that changed a ReplicaSet's size: `name=size`. */
  readonly sizes: string[];
  readonly objects: <T extends KubeObject>(resource: string) => readonly T[];
  readonly put: (resource: string, object: KubeObject) => void;
  /** Syncs every key of the controller's own resource until nothing changes or fails. */
  readonly settle: <M, S>(controller: ControllerOf<M, S>, resource: string) => void;
}

const SUCCESS: Answer = { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };

export const tinyApi = (): TinyApi => {
  const stores = new Map<string, Map<string, KubeObject>>();
  const sizes: string[] = [];
  let revision = 1;
  const storeOf = (resource: string): Map<string, KubeObject> => {
    const store = stores.get(resource) ?? new Map<string, KubeObject>();
    stores.set(resource, store);
    return store;
  };
  const objects = <T extends KubeObject>(resource: string): readonly T[] => [...storeOf(resource).values()] as unknown as readonly T[];
  const put = (resource: string, object: KubeObject): KubeObject => {
    revision += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    storeOf(resource).set(keyOf(stored), stored);
    return stored;
  };
  const noteSize = (object: KubeObject): void => {
    if (object.kind === 'ReplicaSet') sizes.push(`${object.metadata.name}=${(object as ReplicaSet).spec.replicas}`);
  };
  const create = (request: ApiRequest): Answer => {
    const body = request.body as KubeObject;
    const name = body.metadata.name ?? `${body.metadata.generateName ?? ''}${revision}`;
    noteSize(body);
    const object = { ...body, metadata: { ...body.metadata, name, namespace: request.namespace ?? '', uid: `u${revision}`, generation: 1, creationTimestamp: NOW } };
    return { kind: 'object', code: 201, object: put(request.resource, object) };
  };
  const update = (request: ApiRequest, current: KubeObject): Answer => {
    const body = request.body as KubeObject & { readonly status?: unknown };
    if (body.metadata.resourceVersion !== current.metadata.resourceVersion) {
      return { kind: 'refused', code: 409, status: conflict('apps', request.resource, current.metadata.name, OPTIMISTIC_LOCK) };
    }
    if (request.subresource === 'status') {
      const written: KubeObject & { readonly status?: unknown } = { ...current, metadata: body.metadata, status: body.status };
      return { kind: 'object', code: 200, object: put(request.resource, written) };
    }
    noteSize(body);
    return { kind: 'object', code: 200, object: put(request.resource, { ...body, metadata: { ...body.metadata, generation: (current.metadata.generation ?? 0) + 1 } }) };
  };
  const answer = (request: ApiRequest): Answer => {
    if (request.verb === 'create') return create(request);
    const key = `${request.namespace ?? ''}/${request.name ?? ''}`;
    const current = storeOf(request.resource).get(key);
    if (current === undefined) return { kind: 'refused', code: 404, status: notFound('', request.resource, request.name ?? '') };
    if (request.verb === 'update') return update(request, current);
    if (request.verb === 'delete') storeOf(request.resource).delete(key);
    return request.verb === 'delete' ? SUCCESS : { kind: 'object', code: 200, object: current };
  };
  const contextOfNow = <M, S>(controller: ControllerOf<M, S>) =>
    contextOf(cachesOf(controller, { 'deployments.apps': objects<Deployment>('deployments.apps'), 'replicasets.apps': objects<ReplicaSet>('replicasets.apps'), pods: objects<Pod>('pods') }), NOW_MS);
  const sync = <M, S>(controller: ControllerOf<M, S>, key: string): boolean => {
    const context = contextOfNow(controller);
    let plan = controller.reconcile(controller.initial, '', key, context);
    while (plan.kind === 'ask') plan = controller.resume(plan.memory, '', key, plan.stage, plan.requests.map(answer), context);
    return plan.kind === 'done';
  };
  const settle = <M, S>(controller: ControllerOf<M, S>, resource: string): void => {
    for (let round = 0; round < 100; round += 1) {
      const before = revision;
      const fine = objects(resource).map((object) => sync(controller, keyOf(object))).every(Boolean);
      if (fine && revision === before) return;
    }
    throw new Error(`${controller.name} does not settle`);
  };
  return { sizes, objects, put: (resource, object) => { put(resource, object); }, settle };
};
