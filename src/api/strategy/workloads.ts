/**
 * The strategies of pods and of what makes pods.
 * Models: pkg/registry/core/pod, pkg/registry/apps/*, pkg/registry/batch/* strategy.go
 */
import { qosClassOf } from '../pod-helpers.ts';
import type { ControllerRevision, CronJob, DaemonSet, Deployment, Job, Pod, PodCondition, PodStatus, PodTemplate, ReplicaSet, ReplicationController, StatefulSet } from '../types.ts';
import { validateCronJob, validateCronJobUpdate, validateJob, validateJobUpdate } from '../validation/batch.ts';
import { semanticEqual } from '../validation/deep-equal.ts';
import { metadataOnly } from '../validation/core.ts';
import { validateObjectMetaUpdate } from '../validation/metadata.ts';
import { validatePod, validatePodStatusUpdate, validatePodUpdate } from '../validation/pod.ts';
import {
  validateControllerRevision, validateDaemonSet, validateDaemonSetUpdate, validateDeployment, validateDeploymentUpdate, validateReplicaSet,
  validateReplicaSetUpdate, validateReplicationController, validateStatefulSet, validateStatefulSetUpdate,
} from '../validation/workloads.ts';
import type { Checks } from './base.ts';
import { checksOf, plainStrategy, specStrategy, withField } from './base.ts';
import type { KubeObject } from '../object.ts';
import type { FieldErrors } from '../validation/field-error.ts';
import { bumpedWhen, keepMeta, withMeta } from './metadata.ts';
import type { DeleteOptionsView, StrategyOf } from './types.ts';

const afterMetadata = <T extends KubeObject>(create: (object: T) => FieldErrors, update: (now: T, before: T) => FieldErrors): Checks<T> => ({
  create,
  update: (now, before) => [...validateObjectMetaUpdate(now.metadata, before.metadata), ...update(now, before)],
});

const gatedCondition = (pod: Pod): { readonly conditions?: readonly PodCondition[] } => ((pod.spec.schedulingGates ?? []).length === 0 ? {} : {
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' }],
});

const saysAll = ({ conditions = [], observedGeneration = 0, qosClass }: PodStatus): boolean =>
  observedGeneration !== 0 && qosClass !== undefined && conditions.every((c) => (c.observedGeneration ?? 0) !== 0);

/** A kubelet that knows nothing of observedGeneration must not clear it. */
const keepObservedGenerations = (now: Pod, before: Pod): Pod => {
  const old = before.status;
  const status = now.status;
  if (status === undefined || old === undefined || saysAll(status)) return now;
  const remaining = new Map<string, (number | undefined)[]>();
  for (const c of old.conditions ?? []) remaining.set(c.type, [...(remaining.get(c.type) ?? []), c.observedGeneration]);
  const conditions = status.conditions?.map((c) => {
    const had = remaining.get(c.type)?.shift();
    return (c.observedGeneration ?? 0) === 0 && had !== undefined ? { ...c, observedGeneration: had } : c;
  });
  return { ...now, status: {
    ...status,
    ...(conditions === undefined ? {} : { conditions }),
    ...((status.observedGeneration ?? 0) === 0 && old.observedGeneration !== undefined ? { observedGeneration: old.observedGeneration } : {}),
    ...(status.qosClass === undefined && old.qosClass !== undefined ? { qosClass: old.qosClass } : {}),
  } };
};

const podBase = specStrategy<Pod>({ create: validatePod, update: validatePodUpdate, statusUpdate: validatePodStatusUpdate }, true);

/** The seconds of grace of a pod's deletion: none when it has no node or has finished. */
export const podGracePeriod = (pod: Pod, options: DeleteOptionsView): number => {
  const wanted = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  if ((pod.spec.nodeName ?? '') === '' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 0;
  return wanted < 0 ? 1 : wanted;
};

export const podStrategy: StrategyOf<Pod> = {
  ...podBase,
  prepareForCreate: (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, generation: 1 },
    status: { phase: 'Pending', ...gatedCondition(pod), qosClass: qosClassOf(pod) },
  }),
  prepareForStatusUpdate: (now, before) => {
    const kept = podBase.prepareForStatusUpdate(now, before);
    return keepObservedGenerations(withMeta(kept, keepMeta(kept.metadata, before.metadata, 'ownerReferences')), before);
  },
  gracefulDeletion: podGracePeriod,
};

export const podTemplateStrategy = plainStrategy<PodTemplate>(checksOf(metadataOnly(true)));

/** A Deployment's generation also moves with its annotations: they are copied down to its ReplicaSets. */
const deploymentBase = specStrategy<Deployment>(afterMetadata(validateDeployment, validateDeploymentUpdate), true);
export const deploymentStrategy: StrategyOf<Deployment> = {
  ...deploymentBase,
  prepareForUpdate: (now, before) => bumpedWhen(
    !semanticEqual(now.spec, before.spec) || !semanticEqual(now.metadata.annotations, before.metadata.annotations),
    withField(now, 'status', before.status), before),
  prepareForStatusUpdate: (now, before) => {
    const kept = deploymentBase.prepareForStatusUpdate(now, before);
    return withMeta(kept, keepMeta(kept.metadata, before.metadata, 'labels'));
  },
};

export const replicaSetStrategy = specStrategy<ReplicaSet>(afterMetadata(validateReplicaSet, validateReplicaSetUpdate), true);
export const replicationControllerStrategy: StrategyOf<ReplicationController> = {
  ...specStrategy<ReplicationController>(checksOf(validateReplicationController), true), defaultGarbageCollection: 'orphan',
};
export const statefulSetStrategy = specStrategy<StatefulSet>(afterMetadata(validateStatefulSet, validateStatefulSetUpdate), true);
export const controllerRevisionStrategy = plainStrategy<ControllerRevision>(checksOf(validateControllerRevision));

/** Where v1 keeps the internal type's templateGeneration, which only the server may move. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const templateGeneration = (set: DaemonSet): number => Number(set.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);

const withTemplateGeneration = (set: DaemonSet, generation: number): DaemonSet =>
  ({ ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) } } });

const daemonSetBase = specStrategy<DaemonSet>(afterMetadata(validateDaemonSet, validateDaemonSetUpdate), true);
export const daemonSetStrategy: StrategyOf<DaemonSet> = {
  ...daemonSetBase,
  prepareForCreate: (set, context) => withTemplateGeneration(daemonSetBase.prepareForCreate(set, context), 1),
  prepareForUpdate: (now, before, context) => {
    const hasMoved = !semanticEqual(now.spec.template, before.spec.template);
    return withTemplateGeneration(daemonSetBase.prepareForUpdate(now, before, context), templateGeneration(before) + (hasMoved ? 1 : 0));
  },
};

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

/** Why: a Job without labels of its own has been defaulted to its template's, and shares them with it from then on. */
const sharesLabels = ({ metadata: { labels }, spec: { template } }: Job): boolean =>
  labels === undefined || labels === template?.metadata?.labels || Object.keys(labels).length === 0;

/** The selector and labels that tie a Job's pods to it, unless the user brought a selector (`manualSelector`). */
const withGeneratedSelector = (job: Job): Job => {
  if (job.spec.manualSelector === true) return job;
  const uid = job.metadata.uid ?? '';
  const { name } = job.metadata;
  const generated = { 'job-name': name, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, [CONTROLLER_UID]: uid };
  const { template, selector } = job.spec;
  const labels = { ...generated, ...template?.metadata?.labels };
  return { ...job, ...(sharesLabels(job) ? { metadata: { ...job.metadata, labels } } : {}), spec: {
    ...job.spec,
    template: { ...template, metadata: { ...template?.metadata, labels } },
    selector: { ...selector, matchLabels: { [CONTROLLER_UID]: uid, ...selector?.matchLabels } },
  } };
};

const jobBase = specStrategy<Job>(afterMetadata(validateJob, validateJobUpdate), true);
/** Why orphan: batch/v1's own default, for clients that name no propagation policy (kubectl names `Background`). */
export const jobStrategy: StrategyOf<Job> = {
  ...jobBase,
  prepareForCreate: (job, context) => withGeneratedSelector(jobBase.prepareForCreate(job, context)),
  defaultGarbageCollection: 'orphan',
};

export const cronJobStrategy: StrategyOf<CronJob> = specStrategy<CronJob>(afterMetadata(validateCronJob, validateCronJobUpdate), true);
