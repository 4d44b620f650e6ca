/**
 * Fields of Kubernetes v1.34 that `kubernetes-types` (1.30) does not know, added to its interfaces.
 * Models: staging/src/k8s.io/api/{core,apps,autoscaling,coordination,discovery}/*\/types.go at v1.34
 * Why: one place serves both the TypeScript types and `scripts/generate-schema.mjs`.
 */
import type {} from 'kubernetes-types/core/v1.js';
import type {} from 'kubernetes-types/apps/v1.js';
import type {} from 'kubernetes-types/autoscaling/v2.js';
import type {} from 'kubernetes-types/coordination/v1.js';
import type {} from 'kubernetes-types/discovery/v1.js';
import type { Quantity } from 'kubernetes-types/api/resource.js';

declare module 'kubernetes-types/core/v1.js' {
  interface ContainerRestartRuleOnExitCodes { operator: string; values?: Array<number> }
  interface ContainerRestartRule { action: string; exitCodes?: ContainerRestartRuleOnExitCodes }
  interface ResourceHealth { resourceID: string; health?: string }
  interface ResourceStatus { name: string; resources?: Array<ResourceHealth> }
  interface LinuxContainerUser { uid: number; gid: number; supplementalGroups?: Array<number> }
  interface ContainerUser { linux?: LinuxContainerUser }
  interface ImageVolumeSource { reference?: string; pullPolicy?: string }
  interface FileKeySelector { volumeName: string; path: string; key: string; optional?: boolean }
  interface PodCertificateProjection {
    signerName: string; keyType: string; maxExpirationSeconds?: number; credentialBundlePath?: string; keyPath?: string; certificateChainPath?: string;
  }
  interface NodeSwapStatus { capacity?: number }
  interface NodeFeatures { supplementalGroupsPolicy?: boolean }
  interface ContainerExtendedResourceRequest { containerName: string; resourceName: string; requestName: string }
  interface PodExtendedResourceClaimStatus { requestMappings: Array<ContainerExtendedResourceRequest>; resourceClaimName: string }

  interface Container { restartPolicyRules?: Array<ContainerRestartRule> }
  interface EphemeralContainer { restartPolicyRules?: Array<ContainerRestartRule> }
  interface EnvVarSource { fileKeyRef?: FileKeySelector }
  interface Lifecycle { stopSignal?: string }
  interface ContainerStatus { allocatedResourcesStatus?: Array<ResourceStatus>; user?: ContainerUser; stopSignal?: string }
  interface PodSpec { resources?: ResourceRequirements; hostnameOverride?: string }
  interface PodStatus { observedGeneration?: number; extendedResourceClaimStatus?: PodExtendedResourceClaimStatus }
  interface PodCondition { observedGeneration?: number }
  interface PodSecurityContext { supplementalGroupsPolicy?: string; seLinuxChangePolicy?: string }
  interface Volume { image?: ImageVolumeSource }
  interface VolumeProjection { podCertificate?: PodCertificateProjection }
  interface ResourceClaim { request?: string }
  interface PodResourceClaim { resourceClaimName?: string; resourceClaimTemplateName?: string }
  interface NodeSystemInfo { swap?: NodeSwapStatus }
  interface NodeStatus { features?: NodeFeatures }
}

declare module 'kubernetes-types/apps/v1.js' {
  interface DeploymentStatus { terminatingReplicas?: number }
  interface ReplicaSetStatus { terminatingReplicas?: number }
}

declare module 'kubernetes-types/autoscaling/v2.js' {
  interface HPAScalingRules { tolerance?: Quantity }
}

declare module 'kubernetes-types/coordination/v1.js' {
  interface LeaseSpec { strategy?: string; preferredHolder?: string }
}

declare module 'kubernetes-types/discovery/v1.js' {
  interface ForNode { name: string }
  interface EndpointHints { forNodes?: Array<ForNode> }
}
