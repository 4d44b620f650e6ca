/** How a step of a DaemonSet's sync ends: with requests, with success, or with an error. */
import type { ApiRequest } from '../../../protocol/api.ts';
import { done, failed } from '../../../client/controller.ts';
import type { DaemonPlan, DaemonStage, Run } from './state.ts';

export const ask = (run: Run, requests: readonly ApiRequest[], stage: DaemonStage, mode: 'parallel' | 'in-order' = 'in-order'): DaemonPlan =>
  ({ kind: 'ask', memory: run.memory, ops: run.ops, requests, mode, stage });

export const finish = (run: Run, error: string | undefined): DaemonPlan =>
  (error === undefined ? done(run.memory, run.ops) : failed(run.memory, error, run.ops));
