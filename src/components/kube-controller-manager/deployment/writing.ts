/**
 * Writing the Deployment's status, in one try: a conflict fails the sync, which comes again with a fresher cache.
 * Models: pkg/controller/deployment/sync.go syncDeploymentStatus, checkPausedConditions; progress.go syncRolloutStatus, requeueStuckDeployment
 */
import type { Deployment, DeploymentStatus } from '../../../api/types.ts';
import type { Answer, Op } from '../../../client/controller.ts';
import { errorOf, withOps } from '../../../client/controller.ts';
import { allOf } from './policy/replica-sets.ts';
import { isSameStatus } from './policy/status.ts';
import type { DeploymentSync, Move, Turn } from './sync-data.ts';
import { ask, event, updateStatus, warningEvent, withError } from './sync-data.ts';

export const statusAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move =>
  (errorOf(answer) === undefined ? event(sync, turn, 'written') : event(withError(sync, answer), turn, 'refused'));

export const askPauseNote = (before: DeploymentSync, turn: Turn): Move => {
  const { note, ...sync } = before;
  return note === undefined ? event(sync, turn, 'written') : ask({ ...sync, d: note }, turn, updateStatus(note));
};

export const askSelectingAll = (sync: DeploymentSync, before: Turn): Move => {
  const turn = withOps(before, [warningEvent(sync.d, 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')]);
  const generation = sync.d.metadata.generation ?? 0;
  if ((sync.d.status?.observedGeneration ?? 0) >= generation) return event(sync, turn, 'written');
  return ask(sync, turn, updateStatus({ ...sync.d, status: { ...sync.d.status, observedGeneration: generation } }));
};

const calculated = (sync: DeploymentSync, turn: Turn): DeploymentStatus =>
  turn.policy.calculateStatus(sync.d, allOf(sync.old, sync.newSet), sync.newSet, turn.context.nowMs);

const write = (sync: DeploymentSync, status: DeploymentStatus, turn: Turn): Move => {
  const d: Deployment = { ...sync.d, status };
  return ask({ ...sync, d }, turn, updateStatus(d));
};

export const askStatus = (sync: DeploymentSync, turn: Turn): Move => {
  const status = calculated(sync, turn);
  return isSameStatus(sync.d.status, status) ? event(sync, turn, 'written') : write(sync, status, turn);
};

const lookAgain = (sync: DeploymentSync, status: DeploymentStatus, turn: Turn): readonly Op[] => {
  const check = turn.policy.nextProgressCheck(sync.d, status, turn.context.nowMs);
  switch (check.kind) {
    case 'none': return [];
    case 'now': return [{ op: 'add-rate-limited', key: sync.key }];
    case 'after': return [{ op: 'add-after', key: sync.key, afterMs: check.afterMs }];
    default: return check satisfies never;
  }
};

export const askRolloutStatus = (sync: DeploymentSync, turn: Turn): Move => {
  const status = turn.policy.rolloutStatus(sync.d, calculated(sync, turn), allOf(sync.old, sync.newSet), sync.newSet, turn.context.nowMs);
  if (!isSameStatus(sync.d.status, status)) return write(sync, status, turn);
  return event(sync, withOps(turn, lookAgain(sync, status, turn)), 'written');
};
