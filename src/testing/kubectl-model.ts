/**
 * The reference model of `kubectlCommands`: what the user has asked for, and nothing of how a cluster gets there. A cluster that has come to rest agrees
 * with it exactly.
 */
import { compareStrings } from '../base/order.ts';
import { isPodReady } from '../api/pod-helpers.ts';
import type { Deployment, Pod, ReplicaSet } from '../api/types.ts';
import type { ReadObjects } from '../cluster/read-objects.ts';
import type { ObjectName } from '../protocol/user.ts';

export const kubectlKinds = ['Deployment', 'ReplicaSet'] as const;
export type KubectlKind = (typeof kubectlKinds)[number];

export interface WorkloadName {
  readonly kind: KubectlKind;
  readonly name: string;
}

export interface Desired extends WorkloadName {
  readonly replicas: number;
  readonly image: string;
  /** Those that were put on by hand. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Mutable, as fast-check's models are. By `Kind/name`. */
export interface KubectlModel {
  readonly desired: Map<string, Desired>;
  /** Of every command so far, whether kubectl is to say that it failed. */
  readonly fails: boolean[];
}

export const newKubectlModel = (): KubectlModel => ({ desired: new Map(), fails: [] });

export const workloadKey = ({ kind, name }: WorkloadName): string => `${kind}/${name}`;

export const NAMESPACE = 'default';

export const targetOf = ({ kind, name }: WorkloadName): ObjectName => ({ resource: kind === 'Deployment' ? 'deployments.apps' : 'replicasets.apps', namespace: NAMESPACE, name });

/** Which pods are a workload's; no two workloads share it. */
export const appOf = ({ kind, name }: WorkloadName): string => `${kind.toLowerCase()}-${name}`;

const isOurs = ({ metadata }: { readonly metadata: { readonly namespace?: string } }): boolean => metadata.namespace === NAMESPACE;

const podsOf = (read: ReadObjects, app: string): readonly Pod[] =>
  (read('pods') as readonly Pod[]).filter((pod) => isOurs(pod) && pod.metadata.labels?.['app'] === app);

const differ = (what: string, expected: unknown, found: unknown): readonly string[] => (expected === found ? [] : [`${what} is ${String(found)}, expected ${String(expected)}`]);

const differencesOf = (read: ReadObjects, desired: Desired): readonly string[] => {
  const { kind, name, replicas, image, labels } = desired;
  const key = workloadKey(desired);
  const object = (read(targetOf(desired).resource) as readonly (Deployment | ReplicaSet)[]).find((one) => isOurs(one) && one.metadata.name === name);
  if (object === undefined) return [`${key} is not there`];
  const pods = podsOf(read, appOf(desired));
  const template = kind === 'Deployment' ? (object as Deployment).spec.template : (object as ReplicaSet).spec.template;
  return [
    ...differ(`${key} spec.replicas`, replicas, object.spec.replicas),
    ...differ(`the image of ${key}`, image, template?.spec?.containers[0]?.image),
    ...Object.entries(labels).flatMap(([label, value]) => differ(`label ${label} of ${key}`, value, object.metadata.labels?.[label])),
    ...differ(`the number of pods of ${key}`, replicas, pods.length),
    ...pods.flatMap((pod) => [...(isPodReady(pod) ? [] : [`Pod ${pod.metadata.name} is not ready`]), ...differ(`the image of Pod ${pod.metadata.name}`, image, pod.spec.containers[0]?.image)]),
  ];
};

/** What there is that nobody has asked for. */
const leftOver = (read: ReadObjects, { desired }: KubectlModel): readonly string[] => {
  const apps = new Set([...desired.values()].map(appOf));
  const workloads = kubectlKinds.flatMap((kind) => read(targetOf({ kind, name: '' }).resource).filter((one) => isOurs(one) && (one.metadata.ownerReferences ?? []).length === 0)
    .map(({ metadata: { name } }) => ({ kind, name })).filter((one) => !desired.has(workloadKey(one))).map((one) => `${workloadKey(one)} is there`));
  const pods = (read('pods') as readonly Pod[]).filter((pod) => isOurs(pod) && !apps.has(pod.metadata.labels?.['app'] ?? '')).map((pod) => `Pod ${pod.metadata.name} is there`);
  return [...workloads, ...pods];
};

/** Empty when the cluster, come to rest, is as asked; in words otherwise. */
export const differencesBetween = (model: KubectlModel, read: ReadObjects): readonly string[] => [
  ...[...model.desired.values()].sort((a, b) => compareStrings(workloadKey(a), workloadKey(b))).flatMap((desired) => differencesOf(read, desired)),
  ...leftOver(read, model),
];
