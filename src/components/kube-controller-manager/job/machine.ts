/**
 * The life of a Job: decided first (SuccessCriteriaMet or FailureTarget), ended when all its pods are gone and counted.
 * Models: pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers, enactJobFinished, recordJobFinished
 */
import { setup } from 'xstate';
import type { ActionOf, StateOf } from '../../../kernel/statechart.ts';
import { compile } from '../../../kernel/statechart.ts';

export type JobEvent =
  /** The criteria of success are met. */
  | { readonly type: 'succeed' }
  /** The Job can no longer succeed. */
  | { readonly type: 'fail' }
  /** Every finished pod is counted and none is terminating. */
  | { readonly type: 'settle' };

export const jobMachine = setup({
  types: { events: {} as JobEvent },
  actions: { addSuccessCriteriaMet: () => {}, addFailureTarget: () => {}, addComplete: () => {}, addFailed: () => {} },
}).createMachine({
  id: 'job',
  initial: 'active',
  states: {
    active: {
      on: {
        succeed: { target: 'succeeding', actions: 'addSuccessCriteriaMet' },
        fail: { target: 'failing', actions: 'addFailureTarget' },
      },
    },
    succeeding: { on: { settle: { target: 'complete', actions: 'addComplete' } } },
    failing: { on: { settle: { target: 'failed', actions: 'addFailed' } } },
    complete: { type: 'final' },
    failed: { type: 'final' },
  },
});

export type JobLife = StateOf<typeof jobMachine>;
export type JobAction = ActionOf<typeof jobMachine>;

export const jobChart = compile(jobMachine);
