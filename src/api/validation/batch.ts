/**
 * Validation of Jobs and CronJobs.
 * Models: pkg/apis/batch/validation/validation.go
 * Not modelled: the rules inside podFailurePolicy and successPolicy.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { isKnownTimeZone, parseCron } from '../cron-schedule.ts';
import { isDns1123Label, isDns1123Subdomain } from '../names.ts';
import type { CronJob, CronJobSpec, Job, JobSpec, PodTemplateSpec } from '../types.ts';
import { semanticEqual } from './deep-equal.ts';
import type { FieldErrors } from './field-error.ts';
import { child, invalidAll, invalidValue, keyed, nonNegative, notSupported, required } from './field-error.ts';
import { immutableField, validateMeta } from './metadata.ts';
import { validatePodTemplate } from './pod.ts';
import { selectorMatchesTemplate } from './workloads.ts';
import { textOf, validateLabelSelector } from './shared.ts';

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';
const MAX_CRON_NAME = 52;

const restartPolicy = (policy: string | undefined, path: string): FieldErrors => {
  if (policy === 'OnFailure' || policy === 'Never') return [];
  if (policy === 'Always' || textOf(policy) === '') return [required(path, 'valid values: "OnFailure", "Never"')];
  return [notSupported(path, policy, ['OnFailure', 'Never'])];
};

const COUNTS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'maxFailedIndexes', 'backoffLimitPerIndex'] as const;

const completionMode = (spec: JobSpec, path: string): FieldErrors => {
  const mode = spec.completionMode;
  if (mode === undefined) return [];
  if (mode !== 'NonIndexed' && mode !== 'Indexed') return [notSupported(child(path, 'completionMode'), mode, ['NonIndexed', 'Indexed'])];
  return mode === 'Indexed' && spec.completions === undefined ? [required(child(path, 'completions'), 'when completion mode is Indexed')] : [];
};

const replacementPolicy = (spec: JobSpec, path: string): FieldErrors => {
  const policy = spec.podReplacementPolicy;
  const valid = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return policy === undefined || valid.includes(policy) ? [] : [notSupported(child(path, 'podReplacementPolicy'), policy, valid)];
};

/** What a Job and a CronJob's template have in common. */
const commonSpec = (spec: JobSpec, path: string): FieldErrors => [
  ...COUNTS.flatMap((name) => [...nonNegative(child(path, name), spec[name])]),
  ...completionMode(spec, path),
  ...replacementPolicy(spec, path),
  ...(spec.template === undefined ? [required(child(path, 'template'))] : validatePodTemplate(spec.template, child(path, 'template'))),
  ...restartPolicy(spec.template?.spec?.restartPolicy, child(path, 'template', 'spec', 'restartPolicy')),
];

const jobSpec = (spec: JobSpec): FieldErrors => [
  ...commonSpec(spec, 'spec'),
  ...(spec.selector === undefined ? [required('spec.selector')] : validateLabelSelector(spec.selector, 'spec.selector')),
  ...(spec.selector === undefined || spec.template === undefined ? [] : selectorMatchesTemplate(spec.selector, spec.template, 'spec.template')),
];

const expectedLabel = (template: PodTemplateSpec, label: string, expected: string): FieldErrors => {
  const value = template.metadata?.labels?.[label];
  const path = keyed('spec.template.metadata.labels', label);
  if (value === undefined) return [required(path, `must be '${expected}'`)];
  return value === expected ? [] : [invalidValue(path, value, `must be '${expected}'`)];
};

/** Upstream's `validateGeneratedSelector`: a selector that the user did not choose must be the one the server makes. */
const generatedSelector = (job: Job): FieldErrors => {
  const { spec } = job;
  const uid = job.metadata.uid ?? '';
  if (spec.manualSelector === true || spec.selector === undefined || uid === '' || spec.template === undefined) return [];
  return [
    ...expectedLabel(spec.template, 'controller-uid', uid),
    ...expectedLabel(spec.template, 'job-name', job.metadata.name),
    ...expectedLabel(spec.template, CONTROLLER_UID, uid),
    ...expectedLabel(spec.template, JOB_NAME, job.metadata.name),
    ...(semanticEqual(spec.selector, { matchLabels: { [CONTROLLER_UID]: uid } }) ? [] : [invalidValue('spec.selector', spec.selector, '`selector` not auto-generated')]),
  ];
};

/** An Indexed Job's pods are named after it and their index: the longest such name has to be a label. */
const indexedName = (job: Job): FieldErrors => {
  const { completions, completionMode: mode } = job.spec;
  if (mode !== 'Indexed' || completions === undefined || completions <= 0) return [];
  return isDns1123Label(`${job.metadata.name}-${completions - 1}`)
    .map((why) => invalidValue('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${why}`));
};

export const validateJob = (job: Job): FieldErrors => [
  ...validateMeta(job, true, isDns1123Subdomain),
  ...generatedSelector(job),
  ...jobSpec(job.spec),
  ...indexedName(job),
];

/** While a Job is suspended and has never started, where its pods may run is still open. */
const withOpenScheduling = (now: PodTemplateSpec, before: PodTemplateSpec): PodTemplateSpec => ({
  ...before,
  metadata: { ...before.metadata, ...(now.metadata?.annotations === undefined ? {} : { annotations: now.metadata.annotations }), ...(now.metadata?.labels === undefined ? {} : { labels: now.metadata.labels }) },
  ...(before.spec === undefined || now.spec === undefined ? {} : { spec: {
    ...before.spec,
    ...Object.fromEntries((['nodeSelector', 'affinity', 'tolerations', 'schedulingGates'] as const).map((name) => [name, now.spec?.[name]])),
  } }),
});

const templateUpdate = (now: Job, before: Job): FieldErrors => {
  const open = before.spec.suspend === true && before.status?.startTime === undefined;
  const allowed = open ? withOpenScheduling(now.spec.template, before.spec.template) : before.spec.template;
  return semanticEqual(now.spec.template, allowed) ? [] : [invalidValue('spec.template', now.spec.template, 'field is immutable')];
};

const completionsUpdate = (now: JobSpec, before: JobSpec): FieldErrors => {
  if (now.completionMode !== 'Indexed' || now.completions === undefined || before.completions === undefined) return immutableField(now.completions, before.completions, 'spec.completions');
  if (now.completions === before.completions || (now.completions === now.parallelism && before.completions === before.parallelism)) return [];
  return [invalidValue('spec.completions', now.completions, 'can only be modified in tandem with spec.parallelism')];
};

/** After metadata: the spec, then what may not change. */
export const validateJobUpdate = (now: Job, before: Job): FieldErrors => [
  ...jobSpec(now.spec),
  ...completionsUpdate(now.spec, before.spec),
  ...immutableField(now.spec.selector, before.spec.selector, 'spec.selector'),
  ...templateUpdate(now, before),
  ...(['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const)
    .flatMap((name) => [...immutableField(now.spec[name], before.spec[name], child('spec', name))]),
];

const scheduleErrors = (spec: CronJobSpec): FieldErrors => {
  const path = 'spec.schedule';
  if (textOf(spec.schedule) === '') return [required(path)];
  if (spec.schedule.includes('TZ')) return [invalidValue(path, spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  const parsed = parseCron(spec.schedule);
  return isLeft(parsed) ? [invalidValue(path, spec.schedule, parsed.left)] : [];
};

const timeZoneErrors = (zone: string | undefined): FieldErrors => {
  const path = 'spec.timeZone';
  if (zone === undefined) return [];
  if (zone === '') return [invalidValue(path, zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') return [invalidValue(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')];
  return isKnownTimeZone(zone) ? [] : [invalidValue(path, zone, `unknown time zone ${zone}`)];
};

const concurrency = (policy: string | undefined): FieldErrors => {
  const valid = ['Allow', 'Forbid', 'Replace'];
  if (textOf(policy) === '') return [required('spec.concurrencyPolicy')];
  return valid.includes(textOf(policy)) ? [] : [notSupported('spec.concurrencyPolicy', policy, valid)];
};

const jobTemplate = (spec: CronJobSpec): FieldErrors => {
  const path = 'spec.jobTemplate.spec';
  const job = spec.jobTemplate?.spec;
  if (job === undefined) return [required(child(path, 'template'))];
  return [
    ...commonSpec(job, path),
    ...(job.selector === undefined ? [] : [invalidValue(child(path, 'selector'), job.selector, '`selector` will be auto-generated')]),
    ...(job.manualSelector === true ? [notSupported(child(path, 'manualSelector'), true, ['nil', 'false'])] : []),
  ];
};

const cronJobSpec = (spec: CronJobSpec): FieldErrors => [
  ...scheduleErrors(spec),
  ...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
  ...timeZoneErrors(spec.timeZone),
  ...concurrency(spec.concurrencyPolicy),
  ...jobTemplate(spec),
  ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
  ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
];

export const validateCronJob = (cj: CronJob): FieldErrors => [
  ...validateMeta(cj, true, isDns1123Subdomain),
  ...cronJobSpec(cj.spec),
  ...(cj.metadata.name.length > MAX_CRON_NAME ? invalidAll('metadata.name', cj.metadata.name, ['must be no more than 52 characters']) : []),
];

export const validateCronJobUpdate = (now: CronJob): FieldErrors => cronJobSpec(now.spec);
