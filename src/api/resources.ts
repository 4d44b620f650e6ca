/**
 * The registry of API resources: names, scope, subresources and storage of every kind the control plane knows.
 * Models: pkg/controlplane/instance.go, pkg/registry/<group>/rest/storage_*.go, pkg/kubeapiserver/default_storage_factory_builder.go
 * Not modelled: groups that no component reads (certificates, flowcontrol, resource, internal).
 */

/** `pods` in the core group, `deployments.apps` elsewhere. */
export type ResourceId = string;

export interface ResourceInfo {
  readonly id: ResourceId;
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural, lower case. */
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
  /** The etcd prefix without a trailing slash, such as `/registry/minions`; '' for a kind that is never stored. */
  readonly storagePrefix: string;
  /** `v1`, `apps/v1`: what an object of this kind carries. */
  readonly apiVersion: string;
}

/** The identifier of a resource within a group. */
const resourceKey = (group: string, resource: string): ResourceId => (group === '' ? resource : `${resource}.${group}`);

const STATUS: readonly string[] = ['status'];
const STATUS_SCALE: readonly string[] = ['status', 'scale'];
const POD_SUBRESOURCES: readonly string[] =
  ['status', 'binding', 'eviction', 'ephemeralcontainers', 'resize', 'log', 'exec', 'attach', 'portforward', 'proxy'];

interface Row {
  readonly kind: string;
  readonly resource: string;
  readonly short?: readonly string[];
  readonly cluster?: boolean;
  readonly sub?: readonly string[];
  /** Last part of the storage prefix where it is not the plural; '' when the kind is virtual. */
  readonly prefix?: string;
}

const rowsOf = (group: string, version: string, rows: readonly Row[]): ResourceInfo[] => rows.map((row) => ({
  id: resourceKey(group, row.resource),
  group, version,
  resource: row.resource,
  kind: row.kind,
  singular: row.kind.toLowerCase(),
  shortNames: row.short ?? [],
  namespaced: row.cluster !== true,
  subresources: row.sub ?? [],
  storagePrefix: row.prefix === '' ? '' : `/registry/${row.prefix ?? row.resource}`,
  apiVersion: group === '' ? version : `${group}/${version}`,
}));

/** Every resource, in a fixed order; the preferred of two that share a name (`events`) comes first. */
export const allResources: readonly ResourceInfo[] = [
  ...rowsOf('', 'v1', [
    { kind: 'Namespace', resource: 'namespaces', short: ['ns'], cluster: true, sub: ['status', 'finalize'] },
    { kind: 'Node', resource: 'nodes', short: ['no'], cluster: true, sub: ['status', 'proxy'], prefix: 'minions' },
    { kind: 'Pod', resource: 'pods', short: ['po'], sub: POD_SUBRESOURCES },
    { kind: 'Service', resource: 'services', short: ['svc'], sub: ['status', 'proxy'], prefix: 'services/specs' },
    { kind: 'Endpoints', resource: 'endpoints', short: ['ep'], prefix: 'services/endpoints' },
    { kind: 'ServiceAccount', resource: 'serviceaccounts', short: ['sa'], sub: ['token'] },
    { kind: 'Secret', resource: 'secrets' },
    { kind: 'ConfigMap', resource: 'configmaps', short: ['cm'] },
    { kind: 'Event', resource: 'events', short: ['ev'] },
    { kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', short: ['pvc'], sub: STATUS },
    { kind: 'PersistentVolume', resource: 'persistentvolumes', short: ['pv'], cluster: true, sub: STATUS },
    { kind: 'ResourceQuota', resource: 'resourcequotas', short: ['quota'], sub: STATUS },
    { kind: 'LimitRange', resource: 'limitranges', short: ['limits'] },
    { kind: 'ReplicationController', resource: 'replicationcontrollers', short: ['rc'], sub: STATUS_SCALE, prefix: 'controllers' },
    { kind: 'PodTemplate', resource: 'podtemplates' },
    { kind: 'Binding', resource: 'bindings', prefix: '' },
  ]),
  ...rowsOf('apps', 'v1', [
    { kind: 'Deployment', resource: 'deployments', short: ['deploy'], sub: STATUS_SCALE },
    { kind: 'ReplicaSet', resource: 'replicasets', short: ['rs'], sub: STATUS_SCALE },
    { kind: 'DaemonSet', resource: 'daemonsets', short: ['ds'], sub: STATUS },
    { kind: 'StatefulSet', resource: 'statefulsets', short: ['sts'], sub: STATUS_SCALE },
    { kind: 'ControllerRevision', resource: 'controllerrevisions' },
  ]),
  ...rowsOf('batch', 'v1', [
    { kind: 'Job', resource: 'jobs', sub: STATUS },
    { kind: 'CronJob', resource: 'cronjobs', short: ['cj'], sub: STATUS },
  ]),
  ...rowsOf('discovery.k8s.io', 'v1', [{ kind: 'EndpointSlice', resource: 'endpointslices' }]),
  ...rowsOf('coordination.k8s.io', 'v1', [{ kind: 'Lease', resource: 'leases' }]),
  ...rowsOf('events.k8s.io', 'v1', [{ kind: 'Event', resource: 'events', short: ['ev'] }]),
  ...rowsOf('policy', 'v1', [
    { kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', short: ['pdb'], sub: STATUS },
    { kind: 'Eviction', resource: 'evictions', prefix: '' },
  ]),
  ...rowsOf('rbac.authorization.k8s.io', 'v1', [
    { kind: 'Role', resource: 'roles' },
    { kind: 'RoleBinding', resource: 'rolebindings' },
    { kind: 'ClusterRole', resource: 'clusterroles', cluster: true },
    { kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', cluster: true },
  ]),
  ...rowsOf('scheduling.k8s.io', 'v1', [{ kind: 'PriorityClass', resource: 'priorityclasses', short: ['pc'], cluster: true }]),
  ...rowsOf('storage.k8s.io', 'v1', [
    { kind: 'StorageClass', resource: 'storageclasses', short: ['sc'], cluster: true },
    { kind: 'CSINode', resource: 'csinodes', cluster: true },
  ]),
  ...rowsOf('networking.k8s.io', 'v1', [
    { kind: 'Ingress', resource: 'ingresses', short: ['ing'], sub: STATUS, prefix: 'ingress' },
    { kind: 'IngressClass', resource: 'ingressclasses', cluster: true },
    { kind: 'NetworkPolicy', resource: 'networkpolicies', short: ['netpol'] },
  ]),
  ...rowsOf('autoscaling', 'v1', [{ kind: 'Scale', resource: 'scales', prefix: '' }]),
  ...rowsOf('autoscaling', 'v2', [{ kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', short: ['hpa'], sub: STATUS }]),
  ...rowsOf('admissionregistration.k8s.io', 'v1', [
    { kind: 'ValidatingWebhookConfiguration', resource: 'validatingwebhookconfigurations', cluster: true },
    { kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations', cluster: true },
  ]),
  ...rowsOf('apiextensions.k8s.io', 'v1', [{
    kind: 'CustomResourceDefinition', resource: 'customresourcedefinitions', short: ['crd', 'crds'], cluster: true, sub: STATUS,
    prefix: 'apiextensions.k8s.io/customresourcedefinitions',
  }]),
];

const kindKey = (apiVersion: string, kind: string): string => `${apiVersion} ${kind}`;
const byKind: ReadonlyMap<string, ResourceInfo> = new Map(allResources.map((info) => [kindKey(info.apiVersion, info.kind), info]));
const byId: ReadonlyMap<ResourceId, ResourceInfo> = new Map(allResources.map((info) => [info.id, info]));

const byAlias: ReadonlyMap<string, ResourceInfo> = (() => {
  const aliases = new Map<string, ResourceInfo>();
  const claim = (alias: string, info: ResourceInfo): void => {
    if (!aliases.has(alias)) aliases.set(alias, info);
    if (!aliases.has(`${alias}.${info.group}`)) aliases.set(`${alias}.${info.group}`, info);
  };
  for (const info of allResources) for (const alias of [info.resource, info.singular, ...info.shortNames]) claim(alias, info);
  return aliases;
})();

/** The resource of an object's apiVersion and kind; undefined when the server does not serve it. */
export const resourceByKind = (apiVersion: string, kind: string): ResourceInfo | undefined => byKind.get(kindKey(apiVersion, kind));

/** The resource of a group ('' is core) and a plural. */
export const resourceByName = (group: string, resource: string): ResourceInfo | undefined => byId.get(resourceKey(group, resource));

/** The resource of an id such as `pods` or `deployments.apps`. */
export const resourceById = (id: ResourceId): ResourceInfo | undefined => byId.get(id);

/** The resource of what a person types: plural, singular or short name, any case, with or without a group (`deploy`, `Pod`, `jobs.batch`). */
export const resourceByAlias = (typed: string): ResourceInfo | undefined => byAlias.get(typed.toLowerCase());

/** True when the kind has a `/status` subresource. */
export const hasStatus = (info: ResourceInfo): boolean => info.subresources.includes('status');
