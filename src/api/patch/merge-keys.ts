/**
 * How a strategic merge patch treats each field: the `patchStrategy` and `patchMergeKey` tags of the API's types.
 * Models: staging/src/k8s.io/api/<group>/<version>/types.go; staging/src/k8s.io/apimachinery/third_party/forked/golang/json/fields.go
 * Not modelled: the refusal of fields that a type does not have; they count as fields without tags.
 */
import { hasKey } from './json-value.ts';

export interface FieldMeta {
  /** The type of the field, or of its elements where it is a list. Absent: a type without tags below it. */
  readonly of?: string;
  /** Absent: maps merge, lists are replaced. */
  readonly strategy?: 'merge' | 'replace';
  readonly retainKeys?: true;
  /** Absent in a merged list: its elements are scalars. */
  readonly mergeKey?: string;
}

type Fields = Readonly<Record<string, FieldMeta>>;

const mergedBy = (mergeKey: string, of?: string): FieldMeta =>
  of === undefined ? { strategy: 'merge', mergeKey } : { strategy: 'merge', mergeKey, of };
const conditions: Fields = { conditions: mergedBy('type') };
const spec = (of: string): FieldMeta => ({ of });

const container: Fields = {
  ports: mergedBy('containerPort'),
  env: mergedBy('name'),
  volumeMounts: mergedBy('mountPath'),
  volumeDevices: mergedBy('devicePath'),
};

const podSpec: Fields = {
  volumes: { strategy: 'merge', retainKeys: true, mergeKey: 'name' },
  initContainers: mergedBy('name', 'Container'),
  containers: mergedBy('name', 'Container'),
  ephemeralContainers: mergedBy('name', 'Container'),
  imagePullSecrets: mergedBy('name'),
  hostAliases: mergedBy('ip'),
  topologySpreadConstraints: mergedBy('topologyKey'),
  schedulingGates: mergedBy('name'),
  resourceClaims: { strategy: 'merge', retainKeys: true, mergeKey: 'name' },
};

const podStatus: Fields = {
  ...conditions,
  podIPs: mergedBy('ip'),
  hostIPs: mergedBy('ip'),
  resourceClaimStatuses: { strategy: 'merge', retainKeys: true, mergeKey: 'name' },
};

const admission: Fields = { matchConditions: mergedBy('name') };
const metadata: FieldMeta = spec('ObjectMeta');
const withStatus: Fields = { metadata, status: spec('Conditions') };
const workload: Fields = { metadata, spec: spec('WorkloadSpec'), status: spec('Conditions') };

/** Types by name. A kind that is not listed has tags in its metadata only. */
const TYPES: Readonly<Record<string, Fields>> = {
  ObjectMeta: { ownerReferences: mergedBy('uid'), finalizers: { strategy: 'merge' } },
  Conditions: conditions,
  Container: container,
  PodSpec: podSpec,
  PodStatus: podStatus,
  PodTemplateSpec: { metadata, spec: spec('PodSpec') },
  WorkloadSpec: { template: spec('PodTemplateSpec') },
  DeploymentSpec: { template: spec('PodTemplateSpec'), strategy: { retainKeys: true } },
  JobTemplateSpec: { metadata, spec: spec('WorkloadSpec') },
  CronJobSpec: { jobTemplate: spec('JobTemplateSpec') },
  ServiceSpec: { ports: mergedBy('port') },
  NodeSpec: { podCIDRs: { strategy: 'merge' } },
  NodeStatus: { ...conditions, addresses: mergedBy('type') },
  PodDisruptionBudgetSpec: { selector: { strategy: 'replace' } },
  CSINodeSpec: { drivers: mergedBy('name') },
  Webhook: admission,
  ValidatingAdmissionPolicySpec: { ...admission, variables: mergedBy('name') },

  Pod: { metadata, spec: spec('PodSpec'), status: spec('PodStatus') },
  PodTemplate: { metadata, template: spec('PodTemplateSpec') },
  ReplicationController: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Deployment: { metadata, spec: spec('DeploymentSpec'), status: spec('Conditions') },
  Job: workload,
  CronJob: { metadata, spec: spec('CronJobSpec') },
  Service: { metadata, spec: spec('ServiceSpec'), status: spec('Conditions') },
  ServiceAccount: { metadata, secrets: mergedBy('name') },
  Node: { metadata, spec: spec('NodeSpec'), status: spec('NodeStatus') },
  Namespace: withStatus,
  PersistentVolumeClaim: withStatus,
  HorizontalPodAutoscaler: withStatus,
  PodDisruptionBudget: { metadata, spec: spec('PodDisruptionBudgetSpec'), status: spec('Conditions') },
  FlowSchema: withStatus,
  PriorityLevelConfiguration: withStatus,
  ComponentStatus: { metadata, ...conditions },
  CSINode: { metadata, spec: spec('CSINodeSpec') },
  MutatingWebhookConfiguration: { metadata, webhooks: mergedBy('name', 'Webhook') },
  ValidatingWebhookConfiguration: { metadata, webhooks: mergedBy('name', 'Webhook') },
  ValidatingAdmissionPolicy: { metadata, spec: spec('ValidatingAdmissionPolicySpec') },
};

const OTHER_KIND: Fields = { metadata };
const NO_TAGS: FieldMeta = {};

/** The type of an object of this kind, to start `fieldMeta` from. */
export const rootType = (kind: string): string => (Object.hasOwn(TYPES, kind) ? kind : '');

/** The tags of a field of a type; an absent type has none below it. */
export const fieldMeta = (type: string | undefined, field: string): FieldMeta => {
  if (type === undefined) return NO_TAGS;
  const fields = type === '' ? OTHER_KIND : TYPES[type];
  return fields !== undefined && hasKey(fields, field) ? (fields[field] ?? NO_TAGS) : NO_TAGS;
};
