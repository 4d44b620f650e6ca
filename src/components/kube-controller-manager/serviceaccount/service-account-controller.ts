/**
 * Sees to it that every active namespace has its `default` ServiceAccount.
 * Models: pkg/controller/serviceaccount/serviceaccounts_controller.go
 * Not modelled: token Secrets (no longer made since v1.24).
 */
import type { Namespace } from '../../../api/types.ts';
import { splitKey, keyOf } from '../../../client/caches.ts';
import type { Change, Controller, ControllerOf } from '../../../client/controller.ts';
import { done, erase, errorOf, failed } from '../../../client/controller.ts';
import { isNamespaceTerminating } from '../pod-control/errors.ts';

type Stage = 'created';

const DEFAULT_NAME = 'default';

const enqueue = (key: string): Change<undefined> => ({ memory: undefined, ops: [{ op: 'add', key }] });
const nothing: Change<undefined> = { memory: undefined, ops: [] };

/** The controller with its types, for specs. */
export const typedServiceAccountController: ControllerOf<undefined, Stage> = {
  name: 'service-account-controller',
  queues: [{ name: 'serviceaccount', workers: 1 }],
  informers: [{ resource: 'serviceaccounts', handles: true }, { resource: 'namespaces', handles: true }],
  initial: undefined,
  handle: (_memory, notification) => {
    if (notification.resource === 'namespaces') return notification.kind === 'delete' ? nothing : enqueue(notification.object.metadata.name);
    return notification.kind === 'delete' ? enqueue(splitKey(keyOf(notification.object)).namespace) : nothing;
  },
  reconcile: (memory, _queue, name, { caches }) => {
    const namespace = caches.lister<Namespace>('namespaces').get('', name);
    if (namespace === undefined || namespace.status?.phase !== 'Active') return done(memory);
    if (caches.lister('serviceaccounts').get(name, DEFAULT_NAME) !== undefined) return done(memory);
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_NAME, namespace: name } };
    return { kind: 'ask', memory, ops: [], requests: [{ verb: 'create', resource: 'serviceaccounts', namespace: name, body }], mode: 'parallel', stage: 'created' };
  },
  resume: (memory, _queue, _name, _stage, [answer]) => {
    const error = answer === undefined ? undefined : errorOf(answer);
    return answer === undefined || error === undefined || isNamespaceTerminating(answer) ? done(memory) : failed(memory, error);
  },
};

export const serviceAccountController = (): Controller => erase(typedServiceAccountController);
