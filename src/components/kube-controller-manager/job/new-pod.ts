/**
 * The pods that a Job creates: with the tracking finalizer and, in an Indexed Job, everything that bears the index.
 * Models: pkg/controller/job/job_controller.go manageJob (creation); indexed_job_utils.go addCompletionIndexEnvVariables,
 *   addIndexFailureCountAnnotation, podGenerateNameWithIndex
 */
import { ownerReference } from '../../../api/pod-helpers.ts';
import type { Container, Job, Pod, PodTemplateSpec } from '../../../api/types.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { createPodRequest } from '../pod-control/pod-requests.ts';
import { podFromTemplate } from '../pod-control/pod-template.ts';
import {
  COMPLETION_INDEX, completionIndex, hasBackoffLimitPerIndex, INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT, indexFailures, indexIgnoredFailures,
  isIndexed, TRACKING_FINALIZER,
} from './job-pods.ts';
import { failureVerdict } from './pod-failure-policy.ts';
import type { JobSync } from './state.ts';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
const MAX_GENERATED_BASE = 58;

const withVariable = (container: Container): Container => {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }] };
};

const withVariables = ({ spec, ...template }: PodTemplateSpec): PodTemplateSpec => (spec === undefined ? template : {
  ...template,
  spec: { ...spec, containers: spec.containers.map(withVariable), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withVariable) }) },
});

/** Made for all of a sync's pods. */
export const jobTemplate = (job: Job): PodTemplateSpec => {
  const template = isIndexed(job) ? withVariables(job.spec.template) : job.spec.template;
  const finalizers = template.metadata?.finalizers ?? [];
  return finalizers.includes(TRACKING_FINALIZER) ? template
    : { ...template, metadata: { ...template.metadata, finalizers: [...finalizers, TRACKING_FINALIZER] } };
};

/** A pod inherits the failures of the one it replaces, and that one's own. */
const failureCounts = (job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> => {
  if (!hasBackoffLimitPerIndex(job)) return {};
  if (replaced === undefined) return { [INDEX_FAILURE_COUNT]: '0' };
  const { isCounted } = failureVerdict(job, replaced);
  const ignored = indexIgnoredFailures(replaced) + (isCounted ? 0 : 1);
  return {
    [INDEX_FAILURE_COUNT]: String(indexFailures(replaced) + (isCounted ? 1 : 0)),
    ...(ignored === 0 ? {} : { [INDEX_IGNORED_FAILURE_COUNT]: String(ignored) }),
  };
};

const withIndex = (template: PodTemplateSpec, { job, delayed }: JobSync, index: number): PodTemplateSpec => ({
  ...template,
  metadata: {
    ...template.metadata,
    annotations: {
      ...template.metadata?.annotations, [COMPLETION_INDEX]: String(index),
      ...failureCounts(job, delayed.find((pod) => completionIndex(pod) === index)),
    },
    labels: { ...template.metadata?.labels, [COMPLETION_INDEX]: String(index) },
  },
  spec: { ...(template.spec ?? { containers: [] }), hostname: `${job.metadata.name}-${index}` },
});

/** A long name is cut so that the index stays. */
const generateNameOf = (jobName: string, index: number): string => {
  const suffix = `-${index}-`;
  return `${jobName.slice(0, MAX_GENERATED_BASE - suffix.length)}${suffix}`;
};

/** `index` undefined: a Job without indexes. */
export const createJobPodRequest = (template: PodTemplateSpec, sync: JobSync, index: number | undefined): ApiRequest => {
  const { job } = sync;
  const owner = ownerReference(job, { apiVersion: 'batch/v1', kind: 'Job' });
  if (index === undefined) return createPodRequest(job.metadata.namespace, podFromTemplate(template, job, owner));
  const pod = podFromTemplate(withIndex(template, sync, index), job, owner);
  return createPodRequest(job.metadata.namespace, { ...pod, metadata: { ...pod.metadata, generateName: generateNameOf(job.metadata.name, index) } });
};
