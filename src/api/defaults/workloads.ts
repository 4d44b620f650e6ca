/**
 * The defaults of apps/v1 and batch/v1.
 * Models: pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go
 */
import type {
  CronJob, DaemonSet, Deployment, Job, JobSpec, PodTemplateSpec, ReplicaSet, ReplicationController, StatefulSet,
} from '../types.ts';
import { change, changeEach, fill } from './fill.ts';
import { podSpecDefaults } from './pod.ts';
import { claimDefaults } from './storage.ts';

const MAX_INT32 = 2147483647;

/** The defaults within a pod template. */
export const templateDefaults = (template: PodTemplateSpec): PodTemplateSpec => change(template, 'spec', podSpecDefaults);

type DeploymentStrategy = NonNullable<Deployment['spec']['strategy']>;

const deploymentStrategy = (strategy: DeploymentStrategy): DeploymentStrategy => {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return change(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => fill(rolling, { maxUnavailable: '25%', maxSurge: '25%' }));
};

export const deploymentDefaults = (d: Deployment): Deployment => change(d, 'spec', (spec) => {
  const filled = fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return change(change(filled, 'template', templateDefaults), 'strategy', deploymentStrategy);
});

export const replicaSetDefaults = (rs: ReplicaSet): ReplicaSet =>
  change(rs, 'spec', (spec) => change(fill(spec, { replicas: 1 }), 'template', templateDefaults));

export const replicationControllerDefaults = (rc: ReplicationController): ReplicationController => {
  const labels = rc.spec?.template?.metadata?.labels;
  const labelled = labels === undefined || Object.keys(rc.metadata.labels ?? {}).length > 0 ? rc : { ...rc, metadata: { ...rc.metadata, labels } };
  return change(labelled, 'spec', (spec) => {
    const selected = labels === undefined || Object.keys(spec.selector ?? {}).length > 0 ? spec : { ...spec, selector: labels };
    return change(fill(selected, { replicas: 1 }), 'template', templateDefaults);
  });
};

type DaemonSetStrategy = NonNullable<DaemonSet['spec']['updateStrategy']>;

const daemonSetStrategy = (strategy: DaemonSetStrategy): DaemonSetStrategy => {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return change(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => fill(rolling, { maxUnavailable: 1, maxSurge: 0 }));
};

export const daemonSetDefaults = (ds: DaemonSet): DaemonSet => change(ds, 'spec', (spec) => {
  const filled = fill(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
  return change(change(filled, 'template', templateDefaults), 'updateStrategy', daemonSetStrategy);
});

type StatefulSetStrategy = NonNullable<StatefulSet['spec']['updateStrategy']>;

const statefulSetStrategy = (strategy: StatefulSetStrategy): StatefulSetStrategy => {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return change(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) => fill(rolling, { partition: 0 }));
};

export const statefulSetDefaults = (sts: StatefulSet): StatefulSet => change(sts, 'spec', (spec) => {
  let filled = fill(spec, {
    podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10, updateStrategy: {},
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  });
  filled = change(filled, 'volumeClaimTemplates', (claims) => changeEach(claims, claimDefaults));
  return change(change(filled, 'template', templateDefaults), 'updateStrategy', statefulSetStrategy);
});

const failurePolicy = (policy: NonNullable<JobSpec['podFailurePolicy']>): NonNullable<JobSpec['podFailurePolicy']> =>
  change(policy, 'rules', (rules) => changeEach(rules, (rule) =>
    change(rule, 'onPodConditions', (patterns) => changeEach(patterns, (pattern) => fill(pattern, { status: 'True' })))));

/** The part of a Job's defaults that a CronJob's template gets too is its pod template's alone: upstream leaves the rest to the Job. */
const jobSpec = (spec: JobSpec): JobSpec => {
  const counted = spec.completions === undefined && spec.parallelism === undefined ? { ...spec, completions: 1, parallelism: 1 } : spec;
  const filled = fill(counted, {
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  return change(change(filled, 'podFailurePolicy', failurePolicy), 'template', templateDefaults);
};

export const jobDefaults = (job: Job): Job => {
  const labels = job.spec?.template?.metadata?.labels;
  const labelled = labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0 ? job : { ...job, metadata: { ...job.metadata, labels } };
  return change(labelled, 'spec', jobSpec);
};

export const cronJobDefaults = (cj: CronJob): CronJob => change(cj, 'spec', (spec) => {
  const filled = fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  return change(filled, 'jobTemplate', (template) => change(template, 'spec', (job) => change(job, 'template', templateDefaults)));
});
