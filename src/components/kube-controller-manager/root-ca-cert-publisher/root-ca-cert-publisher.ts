/**
 * Publishes the cluster's CA bundle as a ConfigMap in every namespace.
 * Models: pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import type { ConfigMap, Namespace } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Change, Controller, ControllerOf } from '../../../client/controller.ts';
import { done, erase, errorOf, failed } from '../../../client/controller.ts';
import { isNamespaceTerminating, isNotFound } from '../pod-control/errors.ts';

type Stage = 'created' | 'updated';

const CONFIG_MAP = 'kube-root-ca.crt';
/** Stands for the PEM text, which nothing here verifies. */
const ROOT_CA = '-----BEGIN CERTIFICATE-----\nkubeloom\n-----END CERTIFICATE-----\n';
const DESCRIPTION_KEY = 'kubernetes.io/description';
const DESCRIPTION = 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or '
  + 'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

const DATA = { 'ca.crt': ROOT_CA };
const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CONFIG_MAP, annotations: { [DESCRIPTION_KEY]: DESCRIPTION } }, data: DATA };

const isAsWanted = (map: ConfigMap): boolean => hashOf(map.data ?? {}) === hashOf(DATA) && (map.metadata.annotations?.[DESCRIPTION_KEY] ?? '') !== '';

const enqueue = (key: string): Change<undefined> => ({ memory: undefined, ops: [{ op: 'add', key }] });
const nothing: Change<undefined> = { memory: undefined, ops: [] };

const corrected = (map: ConfigMap): ConfigMap => ({
  ...map,
  metadata: { ...map.metadata, annotations: { ...map.metadata.annotations, [DESCRIPTION_KEY]: DESCRIPTION } },
  data: DATA,
});

/** The controller with its types, for specs. */
export const typedRootCaCertPublisher: ControllerOf<undefined, Stage> = {
  name: 'root-ca-cert-publisher',
  queues: [{ name: 'root_ca_cert_publisher_queue', workers: 1 }],
  informers: [{ resource: 'configmaps', handles: true }, { resource: 'namespaces', handles: true }],
  initial: undefined,
  handle: (_memory, notification) => {
    if (notification.resource === 'namespaces') {
      const namespace = notification.object as Namespace;
      const isOurs = notification.kind === 'add' || (notification.kind === 'update' && namespace.status?.phase === 'Active');
      return isOurs ? enqueue(namespace.metadata.name) : nothing;
    }
    const { namespace, name } = splitKey(keyOf(notification.object));
    return name === CONFIG_MAP && notification.kind !== 'add' ? enqueue(namespace) : nothing;
  },
  reconcile: (memory, _queue, namespace, { caches }) => {
    const map = caches.lister<ConfigMap>('configmaps').get(namespace, CONFIG_MAP);
    if (map !== undefined && isAsWanted(map)) return done(memory);
    const request = map === undefined
      ? { verb: 'create', resource: 'configmaps', namespace, body: wanted } as const
      : { verb: 'update', resource: 'configmaps', namespace, name: CONFIG_MAP, body: corrected(map) } as const;
    return { kind: 'ask', memory, ops: [], requests: [request], mode: 'parallel', stage: map === undefined ? 'created' : 'updated' };
  },
  resume: (memory, _queue, _namespace, stage, [answer]) => {
    const error = answer === undefined ? undefined : errorOf(answer);
    if (answer === undefined || error === undefined) return done(memory);
    // Why: the namespace may be going away, and then its ConfigMap is nobody's business.
    return stage === 'created' && (isNotFound(answer) || isNamespaceTerminating(answer)) ? done(memory) : failed(memory, error);
  },
};

export const rootCaCertPublisher = (): Controller => erase(typedRootCaCertPublisher);
