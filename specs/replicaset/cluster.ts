/** Small in-memory caches and objects for the specs of controllers that make pods. */
import { matchesSelector } from '../../src/api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Pod, PodStatus, ReplicaSet, ReplicaSetSpec } from '../../src/api/types.ts';
import { compareStrings } from '../../src/base/order.ts';
import type { Caches, IndexFunction, Lister } from '../../src/client/caches.ts';
import { keyOf } from '../../src/client/caches.ts';
import type { Answer, ControllerContext, ControllerOf } from '../../src/client/controller.ts';
import { conflict, notFound, OPTIMISTIC_LOCK } from '../../src/api/status.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';

export const NOW_MS = 1_700_000_000_000;
export const NOW = '2023-11-14T22:13:20Z';

const listerOf = <T extends KubeObject>(objects: readonly T[], indexes: Readonly<Record<string, IndexFunction>>): Lister<T> => {
  const sorted = [...objects].sort((a, b) => compareStrings(keyOf(a), keyOf(b)));
  return {
    get: (namespace, name) => sorted.find((o) => (o.metadata.namespace ?? '') === namespace && o.metadata.name === name),
    list: (namespace, selector) => sorted.filter((o) =>
      (namespace === undefined || o.metadata.namespace === namespace) && (selector === undefined || matchesSelector(selector, o.metadata.labels))),
    byIndex: (index, value) => sorted.filter((o) => indexes[index]?.(o).includes(value) === true),
    size: sorted.length,
    resourceVersion: '100',
  };
};

/** The caches of a process whose informers are those of `controller`, holding `objects`. */
export const cachesOf = <M, S>(controller: ControllerOf<M, S>, objects: Readonly<Record<string, readonly KubeObject[]>>): Caches => ({
  lister: <T extends KubeObject>(resource: string): Lister<T> => {
    const informer = controller.informers.find((one) => one.resource === resource);
    if (informer === undefined) throw new Error(`no informer for ${resource}`);
    return listerOf((objects[resource] ?? []) as readonly T[], informer.indexes ?? {});
  },
});

export const contextOf = (caches: Caches, nowMs: number = NOW_MS): ControllerContext => ({ nowMs, random: () => 0, caches });

export const meta = (name: string, more: Partial<ObjectMeta> = {}): ObjectMeta =>
  ({ name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: NOW, ...more });

export const replicaSet = (name: string, replicas: number, more: { meta?: Partial<ObjectMeta>; spec?: Partial<ReplicaSetSpec>; status?: ReplicaSet['status'] } = {}): ReplicaSet => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet',
  metadata: meta(name, { generation: 1, labels: { app: 'web' }, ...more.meta }),
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } }, ...more.spec,
  },
  status: more.status ?? { replicas: 0 },
});

export const ownedBy = (rs: KubeObject): Partial<ObjectMeta> => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind: rs.kind, name: rs.metadata.name, uid: rs.metadata.uid ?? '', controller: true, blockOwnerDeletion: true }],
});

export const pod = (name: string, more: { meta?: Partial<ObjectMeta>; spec?: Partial<Pod['spec']>; status?: PodStatus } = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: meta(name, { labels: { app: 'web' }, ...more.meta }),
  spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...more.spec },
  status: more.status ?? { phase: 'Pending' },
});

export const readySince = (time: string): PodStatus => ({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time }] });

export const ok = (object: KubeObject): Answer => ({ kind: 'object', code: 200, object });
export const gone = (name: string): Answer => ({ kind: 'refused', code: 404, status: notFound('', 'pods', name) });
export const conflicted = (name: string, resource = 'replicasets'): Answer =>
  ({ kind: 'refused', code: 409, status: conflict('apps', resource, name, OPTIMISTIC_LOCK) });

/** `verb resource[/subresource] name`, as the specs name a request. */
export const said = (request: ApiRequest): string =>
  [request.verb, request.subresource === undefined ? request.resource : `${request.resource}/${request.subresource}`, request.name].filter((part) => part !== undefined).join(' ');
