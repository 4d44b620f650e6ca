/**
 * The zero values that Go's decoder leaves where a document says nothing: structs that are no pointers, and null items of lists of structs.
 * Models: encoding/json into staging/src/k8s.io/api/{core,apps,batch,policy,rbac}/v1/types.go
 * Not modelled: zero scalars, which encoding omits again; structs that neither defaulting nor validation looks into.
 */
import type { FieldType, StructType } from './schema.ts';
import { structOfKind, structType } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const SPEC: Fields = { spec: {} };
const TEMPLATE: Fields = { template: {} };

/** By struct: the fields that always have a value. */
const ZEROS: ReadonlyMap<string, Fields> = new Map([
  ...['Pod', 'Service', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'ReplicationController', 'Job', 'CronJob', 'JobTemplateSpec', 'PodTemplateSpec',
    'PodDisruptionBudget', 'Node', 'Namespace', 'Lease', 'Ingress', 'NetworkPolicy', 'HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'PersistentVolume', 'ResourceQuota',
    'LimitRange'].map((name): [string, Fields] => [name, SPEC]),
  ...['DeploymentSpec', 'ReplicaSetSpec', 'DaemonSetSpec', 'StatefulSetSpec', 'JobSpec'].map((name): [string, Fields] => [name, TEMPLATE]),
  ['CronJobSpec', { jobTemplate: {} }],
  ['PodSpec', { containers: [] }],
  ['PreferredSchedulingTerm', { preference: {} }],
  ['WeightedPodAffinityTerm', { podAffinityTerm: {} }],
  ['RoleBinding', { roleRef: {} }],
  ['ClusterRoleBinding', { roleRef: {} }],
]);

const filledList = (items: readonly unknown[], of: FieldType): readonly unknown[] => {
  const filled = items.map((item) => filledValue(item === null && of.kind === 'struct' ? {} : item, of));
  return filled.every((item, i) => item === items[i]) ? items : filled;
};

const filledMap = (fields: Fields, of: FieldType): Fields => {
  const entries = Object.entries(fields);
  const filled = entries.map(([key, held]): [string, unknown] => [key, filledValue(held, of)]);
  return filled.every(([, held], i) => held === entries[i]?.[1]) ? fields : Object.fromEntries(filled);
};

const filledValue = (value: unknown, type: FieldType): unknown => {
  switch (type.kind) {
    case 'scalar': return value;
    case 'list': return Array.isArray(value) ? filledList(value, type.of) : value;
    case 'map': return isFields(value) ? filledMap(value, type.of) : value;
    case 'struct': return isFields(value) ? filledStruct(value, structType(type.id)) : value;
    default: return type satisfies never;
  }
};

const filledStruct = (fields: Fields, struct: StructType): Fields => {
  const zeros = ZEROS.get(struct.name) ?? {};
  const missing = Object.keys(zeros).filter((name) => fields[name] === undefined || fields[name] === null);
  const whole = missing.length === 0 ? fields : { ...fields, ...Object.fromEntries(missing.map((name) => [name, zeros[name]])) };
  const entries = Object.entries(whole);
  const filled = entries.map(([name, value]): [string, unknown] => {
    const type = struct.fields.get(name);
    return [name, type === undefined ? value : filledValue(value, type)];
  });
  return filled.every(([, value], i) => value === entries[i]?.[1]) ? whole : Object.fromEntries(filled);
};

/** The object with what decoding adds to it; the same object when nothing does. Its schema must have been checked. */
export const withZeroValues = <T extends object>(object: T): T => {
  const fields = object as unknown as Fields;
  const struct = structOfKind(String(fields['apiVersion'] ?? ''), String(fields['kind'] ?? ''));
  return struct === undefined ? object : filledStruct(fields, struct) as unknown as T;
};
