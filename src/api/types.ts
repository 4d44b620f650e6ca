/** Readonly types of the API kinds, from `kubernetes-types` with the fields of v1.34 added. */
import type * as admission from 'kubernetes-types/admissionregistration/v1.js';
import type * as apiextensions from 'kubernetes-types/apiextensions/v1.js';
import type * as apps from 'kubernetes-types/apps/v1.js';
import type * as autoscalingV1 from 'kubernetes-types/autoscaling/v1.js';
import type * as autoscaling from 'kubernetes-types/autoscaling/v2.js';
import type * as batch from 'kubernetes-types/batch/v1.js';
import type * as coordination from 'kubernetes-types/coordination/v1.js';
import type * as core from 'kubernetes-types/core/v1.js';
import type * as discovery from 'kubernetes-types/discovery/v1.js';
import type * as events from 'kubernetes-types/events/v1.js';
import type * as meta from 'kubernetes-types/meta/v1.js';
import type * as networking from 'kubernetes-types/networking/v1.js';
import type * as policy from 'kubernetes-types/policy/v1.js';
import type * as rbac from 'kubernetes-types/rbac/v1.js';
import type * as scheduling from 'kubernetes-types/scheduling/v1.js';
import type * as storage from 'kubernetes-types/storage/v1.js';
import type { ObjectMeta } from './object.ts';
import type {} from './v1-34-fields.ts';

/** T with every field and element readonly, all the way down. */
export type DeepReadonly<T> = T extends string | number | boolean | null | undefined ? T
  : T extends readonly (infer E)[] ? readonly DeepReadonly<E>[]
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

type TypeMeta = 'apiVersion' | 'kind' | 'metadata';
type Rest<T> = { readonly [K in keyof T as Exclude<K, TypeMeta | 'spec'>]: DeepReadonly<T[K]> };
type WithSpec<T> = T extends { spec?: infer S } ? { readonly spec: DeepReadonly<NonNullable<S>> } : unknown;

/** A whole object: apiVersion, kind, metadata and (where the kind has one) spec are always there; status may be absent. */
export type ApiObject<T extends { apiVersion?: string; kind?: string }> = {
  readonly apiVersion: NonNullable<T['apiVersion']>;
  readonly kind: NonNullable<T['kind']>;
  readonly metadata: ObjectMeta;
} & Rest<T> & WithSpec<T>;

/** RFC 3339, seconds. */
export type Time = string;
/** RFC 3339, microseconds. */
export type MicroTime = string;
export type IntOrString = number | string;

export type LabelSelector = DeepReadonly<meta.LabelSelector>;
export type Condition = DeepReadonly<meta.Condition>;

// core/v1
export type Namespace = ApiObject<core.Namespace>;
export type Node = ApiObject<core.Node>;
export type Pod = ApiObject<core.Pod>;
export type Service = ApiObject<core.Service>;
export type Endpoints = ApiObject<core.Endpoints>;
export type ServiceAccount = ApiObject<core.ServiceAccount>;
export type Secret = ApiObject<core.Secret>;
export type ConfigMap = ApiObject<core.ConfigMap>;
/** The `Event` object of core/v1; never a watch event. */
export type KubeEvent = ApiObject<core.Event>;
export type PersistentVolumeClaim = ApiObject<core.PersistentVolumeClaim>;
export type PersistentVolume = ApiObject<core.PersistentVolume>;
export type ResourceQuota = ApiObject<core.ResourceQuota>;
export type LimitRange = ApiObject<core.LimitRange>;
export type ReplicationController = ApiObject<core.ReplicationController>;
export type PodTemplate = ApiObject<core.PodTemplate>;
export type Binding = ApiObject<core.Binding>;

export type PodSpec = DeepReadonly<core.PodSpec>;
export type PodStatus = DeepReadonly<core.PodStatus>;
export type PodTemplateSpec = DeepReadonly<core.PodTemplateSpec>;
export type PodCondition = DeepReadonly<core.PodCondition>;
export type PodIP = DeepReadonly<core.PodIP>;
export type Container = DeepReadonly<core.Container>;
export type EphemeralContainer = DeepReadonly<core.EphemeralContainer>;
export type ContainerPort = DeepReadonly<core.ContainerPort>;
export type ContainerStatus = DeepReadonly<core.ContainerStatus>;
export type ContainerState = DeepReadonly<core.ContainerState>;
export type ContainerStateRunning = DeepReadonly<core.ContainerStateRunning>;
export type ContainerStateTerminated = DeepReadonly<core.ContainerStateTerminated>;
export type ContainerStateWaiting = DeepReadonly<core.ContainerStateWaiting>;
export type EnvVar = DeepReadonly<core.EnvVar>;
export type Probe = DeepReadonly<core.Probe>;
export type Lifecycle = DeepReadonly<core.Lifecycle>;
export type LifecycleHandler = DeepReadonly<core.LifecycleHandler>;
export type ResourceRequirements = DeepReadonly<core.ResourceRequirements>;
/** Resource name to quantity. */
export type ResourceList = Readonly<Record<string, string>>;
export type Volume = DeepReadonly<core.Volume>;
export type VolumeMount = DeepReadonly<core.VolumeMount>;
export type Affinity = DeepReadonly<core.Affinity>;
export type NodeAffinity = DeepReadonly<core.NodeAffinity>;
export type PodAffinity = DeepReadonly<core.PodAffinity>;
export type PodAntiAffinity = DeepReadonly<core.PodAntiAffinity>;
export type PodAffinityTerm = DeepReadonly<core.PodAffinityTerm>;
export type WeightedPodAffinityTerm = DeepReadonly<core.WeightedPodAffinityTerm>;
export type NodeSelector = DeepReadonly<core.NodeSelector>;
export type NodeSelectorTerm = DeepReadonly<core.NodeSelectorTerm>;
export type NodeSelectorRequirement = DeepReadonly<core.NodeSelectorRequirement>;
export type PreferredSchedulingTerm = DeepReadonly<core.PreferredSchedulingTerm>;
export type LabelSelectorRequirement = DeepReadonly<meta.LabelSelectorRequirement>;
export type Toleration = DeepReadonly<core.Toleration>;
export type Taint = DeepReadonly<core.Taint>;
export type TopologySpreadConstraint = DeepReadonly<core.TopologySpreadConstraint>;
export type NodeSpec = DeepReadonly<core.NodeSpec>;
export type NodeStatus = DeepReadonly<core.NodeStatus>;
export type NodeCondition = DeepReadonly<core.NodeCondition>;
export type NodeAddress = DeepReadonly<core.NodeAddress>;
export type NodeSystemInfo = DeepReadonly<core.NodeSystemInfo>;
export type ContainerImage = DeepReadonly<core.ContainerImage>;
export type ServiceSpec = DeepReadonly<core.ServiceSpec>;
export type ServicePort = DeepReadonly<core.ServicePort>;
export type EndpointSubset = DeepReadonly<core.EndpointSubset>;
export type EndpointAddress = DeepReadonly<core.EndpointAddress>;
export type ObjectReference = DeepReadonly<core.ObjectReference>;
export type EventSource = DeepReadonly<core.EventSource>;
export type NamespaceCondition = DeepReadonly<core.NamespaceCondition>;
export type NamespaceStatus = DeepReadonly<core.NamespaceStatus>;
export type PersistentVolumeClaimSpec = DeepReadonly<core.PersistentVolumeClaimSpec>;
export type ResourceQuotaSpec = DeepReadonly<core.ResourceQuotaSpec>;
export type ResourceQuotaStatus = DeepReadonly<core.ResourceQuotaStatus>;
export type LimitRangeItem = DeepReadonly<core.LimitRangeItem>;

// events.k8s.io/v1
export type EventsV1Event = ApiObject<events.Event>;

// apps/v1
export type Deployment = ApiObject<apps.Deployment>;
export type ReplicaSet = ApiObject<apps.ReplicaSet>;
export type DaemonSet = ApiObject<apps.DaemonSet>;
export type StatefulSet = ApiObject<apps.StatefulSet>;
export type ControllerRevision = ApiObject<apps.ControllerRevision>;
export type DeploymentSpec = DeepReadonly<apps.DeploymentSpec>;
export type DeploymentStatus = DeepReadonly<apps.DeploymentStatus>;
export type DeploymentCondition = DeepReadonly<apps.DeploymentCondition>;
export type ReplicaSetSpec = DeepReadonly<apps.ReplicaSetSpec>;
export type ReplicaSetStatus = DeepReadonly<apps.ReplicaSetStatus>;
export type ReplicaSetCondition = DeepReadonly<apps.ReplicaSetCondition>;
export type DaemonSetSpec = DeepReadonly<apps.DaemonSetSpec>;
export type DaemonSetStatus = DeepReadonly<apps.DaemonSetStatus>;
export type StatefulSetSpec = DeepReadonly<apps.StatefulSetSpec>;
export type StatefulSetStatus = DeepReadonly<apps.StatefulSetStatus>;

// batch/v1
export type Job = ApiObject<batch.Job>;
export type CronJob = ApiObject<batch.CronJob>;
export type JobSpec = DeepReadonly<batch.JobSpec>;
export type JobStatus = DeepReadonly<batch.JobStatus>;
export type JobCondition = DeepReadonly<batch.JobCondition>;
export type PodFailurePolicy = DeepReadonly<batch.PodFailurePolicy>;
export type PodFailurePolicyRule = DeepReadonly<batch.PodFailurePolicyRule>;
export type SuccessPolicy = DeepReadonly<batch.SuccessPolicy>;
export type UncountedTerminatedPods = DeepReadonly<batch.UncountedTerminatedPods>;
export type JobTemplateSpec = DeepReadonly<batch.JobTemplateSpec>;
export type CronJobSpec = DeepReadonly<batch.CronJobSpec>;
export type CronJobStatus = DeepReadonly<batch.CronJobStatus>;

// discovery.k8s.io/v1, coordination.k8s.io/v1, policy/v1
export type EndpointSlice = ApiObject<discovery.EndpointSlice>;
export type Endpoint = DeepReadonly<discovery.Endpoint>;
export type EndpointConditions = DeepReadonly<discovery.EndpointConditions>;
export type EndpointPort = DeepReadonly<discovery.EndpointPort>;
export type Lease = ApiObject<coordination.Lease>;
export type LeaseSpec = DeepReadonly<coordination.LeaseSpec>;
export type PodDisruptionBudget = ApiObject<policy.PodDisruptionBudget>;
export type PodDisruptionBudgetSpec = DeepReadonly<policy.PodDisruptionBudgetSpec>;
export type PodDisruptionBudgetStatus = DeepReadonly<policy.PodDisruptionBudgetStatus>;
export type Eviction = ApiObject<policy.Eviction>;

// rbac.authorization.k8s.io/v1
export type Role = ApiObject<rbac.Role>;
export type RoleBinding = ApiObject<rbac.RoleBinding>;
export type ClusterRole = ApiObject<rbac.ClusterRole>;
export type ClusterRoleBinding = ApiObject<rbac.ClusterRoleBinding>;
export type PolicyRule = DeepReadonly<rbac.PolicyRule>;
export type Subject = DeepReadonly<rbac.Subject>;
export type RoleRef = DeepReadonly<rbac.RoleRef>;
export type AggregationRule = DeepReadonly<rbac.AggregationRule>;

// the rest
export type PriorityClass = ApiObject<scheduling.PriorityClass>;
export type StorageClass = ApiObject<storage.StorageClass>;
export type CSINode = ApiObject<storage.CSINode>;
export type Ingress = ApiObject<networking.Ingress>;
export type IngressClass = ApiObject<networking.IngressClass>;
export type NetworkPolicy = ApiObject<networking.NetworkPolicy>;
export type Scale = ApiObject<autoscalingV1.Scale>;
export type HorizontalPodAutoscaler = ApiObject<autoscaling.HorizontalPodAutoscaler>;
export type ValidatingWebhookConfiguration = ApiObject<admission.ValidatingWebhookConfiguration>;
export type MutatingWebhookConfiguration = ApiObject<admission.MutatingWebhookConfiguration>;
export type CustomResourceDefinition = ApiObject<apiextensions.CustomResourceDefinition>;
