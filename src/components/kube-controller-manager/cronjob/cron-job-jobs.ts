/**
 * A CronJob's Jobs: the one for a tick, references to them, which ones are too old, and the list of the active.
 * Models: pkg/controller/cronjob/utils.go getJobFromTemplate2, getTimeHashInMinutes, inActiveList, deleteFromActiveList, byJobStartTime;
 *   cronjob_controllerv2.go getJobName, cleanupFinishedJobs, removeOldestJobs
 * Not modelled: the creationTimestamp that upstream sends with a new Job; the API server replaces it.
 */
import { ownerReference } from '../../../api/pod-helpers.ts';
import { formatTime } from '../../../api/time.ts';
import { loadZone, utcZone } from '../../../api/time-zone.ts';
import type { TimeZone } from '../../../api/time-zone.ts';
import type { CronJob, Job, ObjectReference } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import type { ApiRequest } from '../../../protocol/api.ts';

const SCHEDULED_TIMESTAMP = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The minute of the tick makes a name that no second Job for that tick can have. */
export const jobName = (cronJob: CronJob, scheduledMs: number): string => `${cronJob.metadata.name}-${Math.floor(scheduledMs / 60_000)}`;

const two = (value: number): string => String(value).padStart(2, '0');

/** RFC 3339 in the zone. */
const timeIn = (zone: TimeZone, ms: number): string => {
  const minutes = Math.round(zone.offsetMs(ms) / 60_000);
  if (minutes === 0) return formatTime(ms);
  const sign = minutes < 0 ? '-' : '+';
  return `${formatTime(ms + minutes * 60_000).slice(0, -1)}${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
};

const namespaceOf = (cronJob: CronJob): { readonly namespace?: string } =>
  (cronJob.metadata.namespace === undefined ? {} : { namespace: cronJob.metadata.namespace });

export const createJobRequest = (cronJob: CronJob, scheduledMs: number): ApiRequest => {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const zone = (cronJob.spec.timeZone === undefined ? undefined : loadZone(cronJob.spec.timeZone)) ?? utcZone;
  const body = {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: {
      name: jobName(cronJob, scheduledMs), ...namespaceOf(cronJob),
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED_TIMESTAMP]: timeIn(zone, scheduledMs) },
      ownerReferences: [ownerReference(cronJob, { apiVersion: 'batch/v1', kind: 'CronJob' })],
    },
    ...(spec === undefined ? {} : { spec }),
  };
  return { verb: 'create', resource: 'jobs.batch', ...namespaceOf(cronJob), body };
};

export const getJobRequest = (namespace: string | undefined, name: string): ApiRequest =>
  ({ verb: 'get', resource: 'jobs.batch', ...(namespace === undefined ? {} : { namespace }), name });

export const deleteJobRequest = ({ metadata }: Job): ApiRequest => ({
  verb: 'delete', resource: 'jobs.batch', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), name: metadata.name,
  options: { propagationPolicy: 'Background' },
});

export const referenceTo = ({ metadata }: Job): ObjectReference => ({
  kind: 'Job', apiVersion: 'batch/v1', name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
  ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
});

export const activeOf = (cronJob: CronJob): readonly ObjectReference[] => cronJob.status?.active ?? [];
export const isInActive = (cronJob: CronJob, uid: string | undefined): boolean => activeOf(cronJob).some((ref) => ref.uid === uid);

const withActive = (cronJob: CronJob, active: readonly ObjectReference[]): CronJob => {
  const { active: _before, ...rest } = cronJob.status ?? {};
  return { ...cronJob, status: active.length === 0 ? rest : { ...rest, active } };
};
export const withoutActive = (cronJob: CronJob, uid: string | undefined): CronJob =>
  (isInActive(cronJob, uid) ? withActive(cronJob, activeOf(cronJob).filter((ref) => ref.uid !== uid)) : cronJob);
export const withStarted = (cronJob: CronJob, job: Job, scheduledMs: number): CronJob => {
  const started = withActive(cronJob, [...activeOf(cronJob), referenceTo(job)]);
  return { ...started, status: { ...started.status, lastScheduleTime: formatTime(scheduledMs) } };
};

/** How a Job has ended, if it has. */
export const endOf = (job: Job): 'Complete' | 'Failed' | undefined => {
  const end = job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
  return end === undefined ? undefined : end.type as 'Complete' | 'Failed';
};

/** Earliest start first; those that never started last. */
const compareStart = (a: Job, b: Job): number => {
  const [x, y] = [a.status?.startTime, b.status?.startTime];
  if (x === undefined || y === undefined) return x === y ? compareStrings(a.metadata.name, b.metadata.name) : x === undefined ? 1 : -1;
  return compareStrings(x, y) || compareStrings(a.metadata.name, b.metadata.name);
};

const oldest = (jobs: readonly Job[], limit: number | undefined): readonly Job[] =>
  (limit === undefined || jobs.length <= limit ? [] : [...jobs].sort(compareStart).slice(0, jobs.length - limit));

/** Finished Jobs beyond the history limits. */
export const jobsToCleanUp = ({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] => [
  ...oldest(jobs.filter((job) => endOf(job) === 'Complete'), spec.successfulJobsHistoryLimit),
  ...oldest(jobs.filter((job) => endOf(job) === 'Failed'), spec.failedJobsHistoryLimit),
];
