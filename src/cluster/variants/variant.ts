/** What a variant is: a named replacement of one policy of one component, or of what it says on the wire, with all the rest as it is by default. */
import type { CronPolicy } from '../../components/kube-controller-manager/cronjob/cron-job-controller.ts';
import type { DaemonPolicy } from '../../components/kube-controller-manager/daemonset/daemonset-controller.ts';
import type { DeploymentPolicy } from '../../components/kube-controller-manager/deployment/policy/deployment-policy.ts';
import type { EndpointSlicePolicy } from '../../components/kube-controller-manager/endpointslice/endpoint-slice-controller.ts';
import type { JobPolicy } from '../../components/kube-controller-manager/job/job-controller.ts';
import type { ReplicaSetPolicy } from '../../components/kube-controller-manager/replicaset/policy/replicaset-policy.ts';
import type { KubeSchedulerOptions } from '../../components/kube-scheduler/kube-scheduler-actor.ts';
import type { SchedulerPolicy } from '../../components/kube-scheduler/state.ts';
import type { KubeletPolicy } from '../../components/kubelet/options.ts';
import type { Actor, ActorId } from '../../kernel/transition.ts';

export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

/** Changes an actor from outside; gives back the same actor where it does not apply. */
export interface Mutation {
  readonly appliesTo: (actor: ActorId) => boolean;
  readonly mutate: (actor: Actor) => Actor;
}

/** What a variant replaces; what is absent stays. */
export interface Policies {
  readonly deployment?: Partial<DeploymentPolicy>;
  readonly replicaSet?: Partial<ReplicaSetPolicy>;
  readonly daemonSet?: Partial<DaemonPolicy>;
  readonly job?: Partial<JobPolicy>;
  readonly cronJob?: Partial<CronPolicy>;
  readonly endpointSlice?: Partial<EndpointSlicePolicy>;
  readonly kubelet?: Partial<KubeletPolicy>;
  readonly scheduler?: Partial<SchedulerPolicy>;
  readonly schedulerProfile?: KubeSchedulerOptions['profile'];
  readonly mutations?: readonly Mutation[];
}

export interface Variant {
  /** Kebab-case; the race's where there is one. */
  readonly id: string;
  readonly component: ComponentName;
  /** The upstream race that it brings back (`buggy`), or cures where upstream is still broken (`fixed`). */
  readonly race?: string;
  readonly kind: 'buggy' | 'fixed';
  /** One sentence: what it does in place of the default. */
  readonly statement: string;
  /** Upstream issue or source. */
  readonly source: string;
  readonly policies: Policies;
}
