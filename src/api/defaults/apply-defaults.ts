/**
 * The defaults of any object, by its apiVersion and kind.
 * Models: pkg/apis/<group>/<version>/zz_generated.defaults.go SetObjectDefaults_*
 */
import type { KubeObject } from '../object.ts';
import {
  autoscalerDefaults, bindingDefaults, configMapDefaults, endpointSliceDefaults, endpointsDefaults, limitRangeDefaults, namespaceDefaults,
  networkPolicyDefaults, nodeDefaults, priorityClassDefaults, secretDefaults, serviceDefaults,
} from './core.ts';
import { change } from './fill.ts';
import { podDefaults } from './pod.ts';
import { claimDefaults, persistentVolumeDefaults, storageClassDefaults } from './storage.ts';
import {
  cronJobDefaults, daemonSetDefaults, deploymentDefaults, jobDefaults, replicaSetDefaults, replicationControllerDefaults, statefulSetDefaults,
  templateDefaults,
} from './workloads.ts';
import type { PersistentVolumeClaim, PodTemplate } from '../types.ts';

type Defaulter = (object: KubeObject) => KubeObject;

const of = <T extends KubeObject>(defaulter: (object: T) => T): Defaulter => defaulter as unknown as Defaulter;

const defaulters: ReadonlyMap<string, Defaulter> = new Map<string, Defaulter>([
  ['v1 Namespace', of(namespaceDefaults)],
  ['v1 Node', of(nodeDefaults)],
  ['v1 Pod', of(podDefaults)],
  ['v1 PodTemplate', of((template: PodTemplate) => change(template, 'template', templateDefaults))],
  ['v1 Service', of(serviceDefaults)],
  ['v1 Endpoints', of(endpointsDefaults)],
  ['v1 Secret', of(secretDefaults)],
  ['v1 ConfigMap', of(configMapDefaults)],
  ['v1 LimitRange', of(limitRangeDefaults)],
  ['v1 PersistentVolume', of(persistentVolumeDefaults)],
  ['v1 PersistentVolumeClaim', of<PersistentVolumeClaim>(claimDefaults)],
  ['v1 ReplicationController', of(replicationControllerDefaults)],
  ['apps/v1 Deployment', of(deploymentDefaults)],
  ['apps/v1 ReplicaSet', of(replicaSetDefaults)],
  ['apps/v1 DaemonSet', of(daemonSetDefaults)],
  ['apps/v1 StatefulSet', of(statefulSetDefaults)],
  ['batch/v1 Job', of(jobDefaults)],
  ['batch/v1 CronJob', of(cronJobDefaults)],
  ['discovery.k8s.io/v1 EndpointSlice', of(endpointSliceDefaults)],
  ['rbac.authorization.k8s.io/v1 RoleBinding', of(bindingDefaults)],
  ['rbac.authorization.k8s.io/v1 ClusterRoleBinding', of(bindingDefaults)],
  ['scheduling.k8s.io/v1 PriorityClass', of(priorityClassDefaults)],
  ['storage.k8s.io/v1 StorageClass', of(storageClassDefaults)],
  ['autoscaling/v2 HorizontalPodAutoscaler', of(autoscalerDefaults)],
  ['networking.k8s.io/v1 NetworkPolicy', of(networkPolicyDefaults)],
]);

/** The object with upstream's defaults filled in; the same object when nothing was missing. */
export const applyDefaults = <T extends KubeObject>(object: T): T => {
  const defaulter = defaulters.get(`${object.apiVersion} ${object.kind}`);
  return defaulter === undefined ? object : defaulter(object) as T;
};
