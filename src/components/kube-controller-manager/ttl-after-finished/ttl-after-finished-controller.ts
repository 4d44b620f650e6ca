/**
 * Deletes Jobs some time after they have finished, as their ttlSecondsAfterFinished says.
 * Models: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go; `--concurrent-ttl-after-finished-syncs` 5
 */
import { parseTime } from '../../../api/time.ts';
import type { Job } from '../../../api/types.ts';
import { keyOf, splitKey } from '../../../client/caches.ts';
import type { Notification } from '../../../client/caches.ts';
import type { Answer, Change, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import { isNotFound } from '../pod-control/errors.ts';

/** It remembers nothing: every answer is in the Job. */
type TtlMemory = Readonly<Record<string, never>>;
type TtlStage = { readonly kind: 'get' } | { readonly kind: 'delete' };
type TtlPlan = Plan<TtlMemory, TtlStage>;

const isEnd = ({ type, status }: { readonly type: string; readonly status: string }): boolean =>
  (type === 'Complete' || type === 'Failed') && status === 'True';

/** When the Job is to go; undefined: it stays. */
const expiryMs = (job: Job): number | undefined => {
  const { ttlSecondsAfterFinished } = job.spec;
  const end = job.status?.conditions?.find(isEnd);
  const finished = end?.lastTransitionTime === undefined ? undefined : parseTime(end.lastTransitionTime);
  if (job.metadata.deletionTimestamp !== undefined || ttlSecondsAfterFinished === undefined || finished === undefined) return undefined;
  return finished + ttlSecondsAfterFinished * 1000;
};

type Due = { readonly kind: 'never' } | { readonly kind: 'now' } | { readonly kind: 'later'; readonly ops: readonly Op[] };

const dueOf = (job: Job, nowMs: number): Due => {
  const expiry = expiryMs(job);
  if (expiry === undefined) return { kind: 'never' };
  return expiry <= nowMs ? { kind: 'now' } : { kind: 'later', ops: [{ op: 'add-after', key: keyOf(job), afterMs: expiry - nowMs }] };
};

const handle = (memory: TtlMemory, notification: Notification): Change<TtlMemory> => {
  if (notification.kind === 'delete') return { memory, ops: [] };
  return { memory, ops: expiryMs(notification.object as Job) === undefined ? [] : [{ op: 'add', key: keyOf(notification.object) }] };
};

/** Why the Job is read afresh: its TTL may have grown since the cache saw it. */
const reconcile = (memory: TtlMemory, _queue: string, key: string, context: ControllerContext): TtlPlan => {
  const { namespace, name } = splitKey(key);
  const job = context.caches.lister<Job>('jobs.batch').get(namespace, name);
  const due = job === undefined ? { kind: 'never' as const } : dueOf(job, context.nowMs);
  if (due.kind !== 'now') return done(memory, due.kind === 'later' ? due.ops : []);
  return { kind: 'ask', memory, ops: [], requests: [{ verb: 'get', resource: 'jobs.batch', namespace, name }], mode: 'in-order', stage: { kind: 'get' } };
};

const freshRead = (memory: TtlMemory, answer: Answer, nowMs: number): TtlPlan => {
  const job = objectOf(answer) as Job | undefined;
  if (job === undefined) return isNotFound(answer) ? done(memory) : failed(memory, errorOf(answer) ?? 'no object');
  const due = dueOf(job, nowMs);
  if (due.kind !== 'now') return done(memory, due.kind === 'later' ? due.ops : []);
  const { namespace, name } = splitKey(keyOf(job));
  return {
    kind: 'ask', memory, ops: [], mode: 'in-order', stage: { kind: 'delete' },
    requests: [{
      verb: 'delete', resource: 'jobs.batch', namespace, name,
      options: { propagationPolicy: 'Foreground', preconditions: job.metadata.uid === undefined ? {} : { uid: job.metadata.uid } },
    }],
  };
};

const resume = (memory: TtlMemory, _queue: string, _key: string, stage: TtlStage, answers: readonly Answer[], context: ControllerContext): TtlPlan => {
  const answer = answers[0] ?? { kind: 'unknown-outcome', message: 'no answer' };
  switch (stage.kind) {
    case 'get': return freshRead(memory, answer, context.nowMs);
    case 'delete': {
      const error = errorOf(answer);
      return error === undefined ? done(memory) : failed(memory, error);
    }
  }
};

const typed: ControllerOf<TtlMemory, TtlStage> = {
  name: 'ttl-after-finished-controller',
  queues: [{ name: 'ttl_jobs_to_delete', workers: 5 }],
  informers: [{ resource: 'jobs.batch', handles: true }],
  initial: {}, handle, reconcile, resume,
};

export const ttlAfterFinishedController = (): Controller => erase(typed);
