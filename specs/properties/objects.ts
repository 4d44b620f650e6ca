/** Objects for stories, with no more in them than the properties read. */
import type { KubeObject, OwnerReference } from '../../src/api/object.ts';

type Fields = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, name: string, metadata: Fields, rest: Fields): KubeObject =>
  ({ apiVersion, kind, metadata: { name, uid: `uid-${name}`, ...metadata }, ...rest } as KubeObject);

const inDefault = { namespace: 'default' };

export const ownedBy = (owner: KubeObject): OwnerReference =>
  ({ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true });

interface PodFields {
  readonly node?: string;
  readonly phase?: string;
  readonly cpu?: string;
  readonly owner?: KubeObject;
  readonly uid?: string;
  readonly isReady?: boolean;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly status?: Fields;
}

export const pod = (name: string, { node, phase = 'Pending', cpu = '100m', owner, uid, isReady, metadata, spec, status }: PodFields = {}): KubeObject => object('v1', 'Pod', name, {
  ...inDefault, ...(uid === undefined ? {} : { uid }), ...(owner === undefined ? {} : { ownerReferences: [ownedBy(owner)] }), ...metadata,
}, {
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...(node === undefined ? {} : { nodeName: node }), ...spec },
  status: { phase, ...(isReady === undefined ? {} : { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }, { type: 'ContainersReady', status: 'True' }] }), ...status },
});

export const ENDING = { deletionTimestamp: '2026-01-01T00:00:00Z' };

export const node = (name: string, fields: { readonly cpu?: string; readonly labels?: Fields; readonly taints?: readonly Fields[] } = {}): KubeObject =>
  object('v1', 'Node', name, { labels: fields.labels ?? {} }, {
    spec: { taints: fields.taints ?? [] },
    status: { allocatable: { cpu: fields.cpu ?? '1', memory: '1Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'True' }] },
  });

export const template = (image: string): Fields => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } });

export const replicaSet = (name: string, replicas: number, fields: { readonly owner?: KubeObject; readonly image?: string; readonly said?: number } = {}): KubeObject =>
  object('apps/v1', 'ReplicaSet', name, { ...inDefault, ...(fields.owner === undefined ? {} : { ownerReferences: [ownedBy(fields.owner)] }) },
    { spec: { replicas, template: template(fields.image ?? 'i:1') }, status: { replicas: fields.said ?? replicas } });

export const deployment = (name: string, replicas: number, fields: { readonly image?: string; readonly strategy?: Fields; readonly status?: Fields } = {}): KubeObject =>
  object('apps/v1', 'Deployment', name, { ...inDefault, generation: 1 }, {
    spec: { replicas, template: template(fields.image ?? 'i:1'), strategy: fields.strategy ?? { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    status: fields.status ?? {},
  });

export const daemonSet = (name: string, wanted: number): KubeObject => object('apps/v1', 'DaemonSet', name, inDefault, { spec: {}, status: { desiredNumberScheduled: wanted } });

export const job = (name: string, fields: { readonly status?: Fields; readonly owner?: KubeObject; readonly tick?: string } = {}): KubeObject => object('batch/v1', 'Job', name, {
  ...inDefault, ...(fields.owner === undefined ? {} : { ownerReferences: [ownedBy(fields.owner)] }),
  ...(fields.tick === undefined ? {} : { annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': fields.tick } }),
}, { spec: {}, status: fields.status ?? {} });

export const COMPLETE = { conditions: [{ type: 'Complete', status: 'True' }], succeeded: 1 };

export const cronJob = (name: string, spec: Fields = {}): KubeObject =>
  object('batch/v1', 'CronJob', name, { ...inDefault, creationTimestamp: '2026-01-01T00:00:00Z' }, { spec: { schedule: '* * * * *', ...spec } });

export const service = (name: string): KubeObject => object('v1', 'Service', name, inDefault, { spec: { selector: { app: 'web' } } });

export const slice = (name: string, addresses: readonly string[]): KubeObject => object('discovery.k8s.io/v1', 'EndpointSlice', name, {
  ...inDefault, labels: { 'kubernetes.io/service-name': name },
}, { endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })) });

export const configMap = (name: string, metadata: Fields = {}): KubeObject => object('v1', 'ConfigMap', name, { ...inDefault, ...metadata }, {});

export const atRevision = (one: KubeObject, revision: number): KubeObject => ({ ...one, metadata: { ...one.metadata, resourceVersion: String(revision) } });
