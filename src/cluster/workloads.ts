/**
 * Whether every workload stands at its desired state, read off the objects in the store as `kubectl rollout status` reads them.
 * Models: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go; Jobs, CronJobs and Pods have no rollout and are judged by their conditions
 */
import { isConditionTrue } from '../api/conditions.ts';
import type { KubeObject } from '../api/object.ts';
import { controllerOf, isPodReady } from '../api/pod-helpers.ts';
import type { ResourceId } from '../api/resources.ts';
import { isInStep, serviceEndpoints } from './service-endpoints.ts';
import type { ReadObjects } from './read-objects.ts';
import type { CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, StatefulSet } from '../api/types.ts';

export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
  /** True when nothing is left to do for it. */
  readonly isSettled: boolean;
  /** Why it will never be settled, if that is known. */
  readonly lost?: string;
}

const workload = (object: KubeObject, desired: number, ready: number, isSettled: boolean): Workload => ({
  kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name, desired, ready,
  isSettled: isSettled && object.metadata.deletionTimestamp === undefined,
});

const isObserved = (object: KubeObject & { readonly status?: { readonly observedGeneration?: number | undefined } | undefined }): boolean =>
  (object.status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);

const ofDeployment = (deployment: Deployment): Workload => {
  const desired = deployment.spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const isComplete = [replicas, updatedReplicas, readyReplicas, availableReplicas].every((n) => n === desired);
  return workload(deployment, desired, readyReplicas, isObserved(deployment) && (isComplete || deployment.spec.paused === true));
};

const ofReplicaSet = (set: ReplicaSet): Workload => {
  const desired = set.spec.replicas ?? 1;
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = set.status ?? { replicas: 0 };
  return workload(set, desired, readyReplicas, isObserved(set) && [replicas, readyReplicas, availableReplicas].every((n) => n === desired));
};

const ofStatefulSet = (set: StatefulSet): Workload => {
  const desired = set.spec.replicas ?? 1;
  const ready = set.status?.readyReplicas ?? 0;
  return workload(set, desired, ready, isObserved(set) && ready === desired);
};

const ofDaemonSet = (set: DaemonSet): Workload => {
  const desired = set.status?.desiredNumberScheduled ?? 0;
  const { numberReady = 0, numberAvailable = 0, updatedNumberScheduled = 0, numberMisscheduled = 0 } = set.status ?? {};
  const isComplete = [numberReady, numberAvailable, updatedNumberScheduled].every((n) => n === desired) && numberMisscheduled === 0;
  return workload(set, desired, numberReady, isObserved(set) && isComplete);
};


const ofJob = (job: Job): Workload => {
  const desired = job.spec.completions ?? 1;
  const isOver = isConditionTrue(job.status?.conditions, 'Complete') || isConditionTrue(job.status?.conditions, 'Failed') || job.spec.suspend === true;
  return workload(job, desired, job.status?.succeeded ?? 0, isOver);
};

/** A CronJob wants nothing until its next tick; its Jobs are judged as Jobs. */
const ofCronJob = (cronJob: CronJob): Workload => workload(cronJob, 0, 0, true);

const ofPod = (pod: Pod): Workload => {
  const isOver = pod.status?.phase === 'Succeeded';
  const judged = workload(pod, 1, isOver || isPodReady(pod) ? 1 : 0, isOver || isPodReady(pod));
  return pod.status?.phase === 'Failed' ? { ...judged, lost: `it has failed${pod.status.reason === undefined ? '' : ` (${pod.status.reason})`}` } : judged;
};

const isOwned = (object: KubeObject): boolean => controllerOf(object) !== undefined;

const KINDS: readonly { readonly resource: ResourceId; readonly judge: (object: KubeObject) => Workload; readonly alsoOwned?: boolean }[] = [
  { resource: 'deployments.apps', judge: (object) => ofDeployment(object as Deployment) },
  { resource: 'statefulsets.apps', judge: (object) => ofStatefulSet(object as StatefulSet) },
  { resource: 'daemonsets.apps', judge: (object) => ofDaemonSet(object as DaemonSet) },
  { resource: 'replicasets.apps', judge: (object) => ofReplicaSet(object as ReplicaSet) },
  { resource: 'cronjobs.batch', judge: (object) => ofCronJob(object as CronJob) },
  { resource: 'jobs.batch', judge: (object) => ofJob(object as Job), alsoOwned: true },
  { resource: 'pods', judge: (object) => ofPod(object as Pod) },
];

/** Every workload that nothing else controls (and the Jobs of CronJobs), by kind, then by key. */
export const workloadsOf = (read: ReadObjects): readonly Workload[] =>
  KINDS.flatMap(({ resource, judge, alsoOwned }) => read(resource).filter((object) => alsoOwned === true || !isOwned(object)).map(judge));

/**
 * What keeps the cluster from being settled, in words; empty when every workload stands at its desired state, every Service's endpoints are its ready
 * pods, and nothing is being deleted.
 */
export const missingOf = (read: ReadObjects): readonly string[] => [
  ...workloadsOf(read).filter((one) => !one.isSettled)
    .map((one) => `${one.kind} ${one.namespace}/${one.name}: ${one.ready} of ${one.desired} ready${one.lost === undefined ? '' : `, and ${one.lost}`}`),
  ...(['pods', 'namespaces'] as const).flatMap((resource) => read(resource).filter((object) => object.metadata.deletionTimestamp !== undefined)
    .map((object) => `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name} is being deleted`)),
  ...serviceEndpoints(read).filter((one) => !isInStep(one))
    .map(({ service, pods, endpoints }) => `Service ${service.metadata.namespace}/${service.metadata.name}: ${endpoints.length} endpoints for ${pods.length} ready pods`),
];

/** How many pods are in each phase, `Terminating` counted as a phase of its own as kubectl shows it. */
export const podPhases = (read: ReadObjects): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const pod of read('pods') as readonly Pod[]) {
    const phase = pod.metadata.deletionTimestamp === undefined ? pod.status?.phase ?? 'Pending' : 'Terminating';
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
};
