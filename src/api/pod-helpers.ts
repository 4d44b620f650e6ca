/**
 * Questions that many components ask of a pod.
 * Models: pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go IsPodActive, pkg/apis/core/helper/qos/qos.go,
 *   apimachinery/pkg/apis/meta/v1/controller_ref.go
 */
import { sortedKeys } from '../base/order.ts';
import { findCondition, isConditionTrue } from './conditions.ts';
import type { KubeObject, OwnerReference } from './object.ts';
import { milliValueOf, valueOf } from './quantity.ts';
import { safeEncodeString } from './names.ts';
import { parseTime } from './time.ts';
import type { Container, Pod, PodCondition, PodStatus, PodTemplateSpec, ResourceList } from './types.ts';

export const getPodCondition = (status: PodStatus | undefined, type: string): PodCondition | undefined =>
  findCondition(status?.conditions, type);

export const isPodReady = (pod: Pod): boolean => isConditionTrue(pod.status?.conditions, 'Ready');

/** Succeeded or Failed. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Neither finished nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** Being deleted, and not finished. */
export const isPodTerminating = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/** Ready, and for at least minReadySeconds. */
export const isPodAvailable = (pod: Pod, minReadySeconds: number, nowMs: number): boolean => {
  const ready = getPodCondition(pod.status, 'Ready');
  if (ready?.status !== 'True') return false;
  if (minReadySeconds === 0) return true;
  const sinceMs = ready.lastTransitionTime === undefined ? undefined : parseTime(ready.lastTransitionTime);
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs;
};

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const QOS_RESOURCES: readonly string[] = ['cpu', 'memory'];
const positive = (list: ResourceList | undefined, name: string): boolean => milliValueOf(list?.[name]) > 0;

const qosTotals = (pod: Pod, side: 'requests' | 'limits'): { readonly names: readonly string[]; total: (name: string) => number; everyContainer: boolean } => {
  const containers: readonly Container[] = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const lists = pod.spec.resources === undefined ? containers.map((c) => c.resources?.[side]) : [pod.spec.resources[side]];
  return {
    names: QOS_RESOURCES.filter((name) => lists.some((list) => positive(list, name))),
    total: (name) => lists.reduce((sum, list) => sum + milliValueOf(list?.[name]), 0),
    everyContainer: lists.every((list) => QOS_RESOURCES.every((name) => positive(list, name))),
  };
};

/** The pod's quality of service, from its requests and limits. */
export const qosClassOf = (pod: Pod): QosClass => {
  const requests = qosTotals(pod, 'requests');
  const limits = qosTotals(pod, 'limits');
  if (requests.names.length === 0 && limits.names.length === 0) return 'BestEffort';
  const guaranteed = limits.everyContainer
    && requests.names.every((name) => requests.total(name) === limits.total(name))
    && requests.names.length === limits.names.length;
  return guaranteed ? 'Guaranteed' : 'Burstable';
};

/** The number of a service's target port on this pod; undefined when the pod has no port of that name. */
export const findPort = (pod: Pod, targetPort: number | string | undefined, protocol = 'TCP'): number | undefined => {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const port of container.ports ?? []) if (port.name === targetPort && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
  }
  return undefined;
};

/** The owner that controls the object, if any. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);

/** A reference that makes `owner` the object's controller. */
export const ownerReference = (owner: KubeObject, kind: { readonly apiVersion: string; readonly kind: string } = owner): OwnerReference => ({
  apiVersion: kind.apiVersion, kind: kind.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true, blockOwnerDeletion: true,
});

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const record = value as Readonly<Record<string, unknown>>;
  const keys = sortedKeys(record).filter((key) => record[key] !== undefined);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`).join(',')}}`;
};

/** 32-bit FNV-1a over UTF-16 code units. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
};

/**
 * The pod-template-hash of a template (with the Deployment's collisionCount), without that label itself.
 * Why it differs from upstream: ComputeHash hashes Go's dump of the struct, which no other program prints; ours hashes the
 * canonical JSON. The properties are the same: equal templates have equal hashes, and a collision count moves them.
 */
export const podTemplateHash = (template: PodTemplateSpec, collisionCount?: number): string => {
  const { 'pod-template-hash': _dropped, ...labels } = template.metadata?.labels ?? {};
  const bare = template.metadata === undefined ? template : { ...template, metadata: { ...template.metadata, labels } };
  const text = collisionCount === undefined ? canonical(bare) : `${canonical(bare)}#${collisionCount}`;
  return safeEncodeString(String(fnv1a(text)));
};

/** A node's or pod's amount of a resource in the scheduler's unit: milli for cpu, whole units otherwise. */
export const amountOf = (resource: string, quantity: string | undefined): number =>
  (resource === 'cpu' ? milliValueOf(quantity) : valueOf(quantity));
