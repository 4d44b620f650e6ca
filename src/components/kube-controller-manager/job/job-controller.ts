/**
 * The Job controller: runs pods until enough have succeeded, and counts each exactly once.
 * Models: pkg/controller/job/job_controller.go NewController, DefaultJobApiBackOff, MaxJobApiBackOff; `--concurrent-job-syncs` 5
 */
import type { Controller, ControllerContext, ControllerOf } from '../../../client/controller.ts';
import { erase } from '../../../client/controller.ts';
import { POD_CONTROLLER_INDEX, podControllerIndex } from '../pod-control/owner-index.ts';
import { handleNotification } from './handlers.ts';
import type { JobMemory, JobPolicy, JobStage, Run } from './state.ts';
import { initialMemory, MAIN_QUEUE, ORPHAN_QUEUE, upstreamPolicy } from './state.ts';
import { resumeJob, syncJob, syncOrphan } from './sync.ts';

export type { JobPolicy } from './state.ts';

const API_BACKOFF = { baseDelayMs: 1000, maxDelayMs: 60_000 };

const typed = (policy: JobPolicy): ControllerOf<JobMemory, JobStage> => {
  const runOf = (memory: JobMemory, context: ControllerContext): Run => ({ memory, ops: [], context, policy });
  return {
    name: 'job-controller',
    queues: [{ name: MAIN_QUEUE, workers: 5, ...API_BACKOFF }, { name: ORPHAN_QUEUE, workers: 1, ...API_BACKOFF }],
    informers: [
      { resource: 'jobs.batch', handles: true },
      { resource: 'pods', handles: true, indexes: { [POD_CONTROLLER_INDEX]: podControllerIndex } },
    ],
    initial: initialMemory,
    handle: handleNotification,
    reconcile: (memory, queue, key, context) => (queue === ORPHAN_QUEUE ? syncOrphan(runOf(memory, context), key) : syncJob(runOf(memory, context), key)),
    resume: (memory, _queue, _key, stage, answers, context) => resumeJob(runOf(memory, context), stage, answers),
  };
};

/** `policy` replaces single decisions; upstream's stand for the rest. */
export const jobController = (policy: Partial<JobPolicy> = {}): Controller => erase(typed({ ...upstreamPolicy, ...policy }));
