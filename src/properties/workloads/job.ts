/**
 * job.count-exact, job.no-create-after-finish and job.completes: a Job counts each pod once, makes none after its end, and comes to an end.
 * Models: pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers; the races job-double-count #105200, job-extra-pod #130103
 */
import { controllerOf } from '../../api/pod-helpers.ts';
import type { Job, Pod } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import { isAtWork, keeps, makes } from '../applies.ts';
import { undisturbed } from '../faults.ts';
import { always, atEnd, eventually, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, controllerIn, hasEnded } from './owned.ts';

interface Ended {
  readonly succeeded: Set<string>;
  /** Failed, or on their way out: a Job counts both as failed. */
  readonly failed: Set<string>;
}

const noteEnd = (ended: Map<string, Ended>, pod: Pod): void => {
  const job = controllerOf(pod);
  if (job?.kind !== 'Job') return;
  const known = ended.get(job.uid) ?? { succeeded: new Set<string>(), failed: new Set<string>() };
  ended.set(job.uid, known);
  const uid = pod.metadata.uid ?? '';
  if (pod.status?.phase === 'Succeeded') known.succeeded.add(uid);
  if (pod.status?.phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined) known.failed.add(uid);
};

const judgeCounts = (job: Job, ended: Ended | undefined): Verdict => {
  const { succeeded = 0, failed = 0 } = job.status ?? {};
  const [mostSucceeded, mostFailed] = [ended?.succeeded.size ?? 0, ended?.failed.size ?? 0];
  if (succeeded > mostSucceeded) return violation('succeeded', `Job ${nameOf(job)} counts ${succeeded} succeeded pods; ${mostSucceeded} have.`);
  return failed > mostFailed ? violation('failed', `Job ${nameOf(job)} counts ${failed} failed pods; ${mostFailed} have.`) : 'pass';
};

export const jobCountExact = always({
  id: 'job.count-exact',
  statement: 'A Job never counts more pods as succeeded or failed than have ended so: each uid is counted once.',
  source: 'https://github.com/kubernetes/kubernetes/issues/105200',
  appliesTo: makes(isAtWork),
}, () => {
  const ended = new Map<string, Ended>();
  const isCounting = ({ status }: Job): boolean => (status?.succeeded ?? 0) + (status?.failed ?? 0) > 0;
  /** Of Jobs that had counted before the monitor began nothing is known. */
  const isOlder = new Set<string>();
  return overChanges(['pods', 'jobs.batch'], ({ resource, before, after }): Verdict => {
    if (resource === 'pods') {
      if (after !== undefined) noteEnd(ended, after as Pod);
      return undefined;
    }
    if (after === undefined || !isCounting(after as Job)) return undefined;
    const uid = after.metadata.uid ?? '';
    if (before !== undefined && isCounting(before as Job) && !ended.has(uid)) isOlder.add(uid);
    return isOlder.has(uid) ? undefined : judgeCounts(after as Job, ended.get(uid));
  });
});

export const jobNoCreateAfterFinish = always({
  id: 'job.no-create-after-finish',
  statement: 'No pod is created for a Job that has ended.',
  source: 'https://github.com/kubernetes/kubernetes/issues/130103',
  assumes: ['kube-controller-manager is neither restarted nor cut off'],
  stillBroken: { issue: 'https://github.com/kubernetes/kubernetes/issues/130103', remedy: 'job-extra-pod' },
  appliesTo: makes(isAtWork),
}, () => {
  const assumption = undisturbed('kube-controller-manager');
  const judged = overChanges(['pods'], ({ before, after }, world): Verdict => {
    const job = before !== undefined || after === undefined ? undefined : controllerIn<Job>(storeIndex(world), after, 'Job');
    if (job === undefined || after === undefined) return undefined;
    return hasEnded(job) ? violation('extra pod', `Pod ${nameOf(after)} was created for Job ${nameOf(job)}, which has ended.`) : 'pass';
  });
  return {
    interest: { resources: ['pods'], faults: true },
    step: (world, record) => {
      assumption.note(record);
      return judged.step?.(world, record);
    },
    broken: assumption.broken,
  };
});

export const jobCompletes = eventually({
  id: 'job.completes',
  statement: 'In the end every Job that is not suspended has ended, or has a pod that has not.',
  source: 'docs: Jobs',
  appliesTo: keeps(isAtWork),
}, () => atEnd((world) => readStore(world)('jobs.batch') as readonly Job[], (job, world) => {
  if (job.spec.suspend === true || job.metadata.deletionTimestamp !== undefined) return undefined;
  return hasEnded(job) || activePodsOf(storeIndex(world), job).length > 0 ? 'pass' : violation('unfinished', `Job ${nameOf(job)} has not ended and has no pod at work.`);
}));
