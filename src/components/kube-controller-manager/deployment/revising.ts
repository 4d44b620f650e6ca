/**
 * The new ReplicaSet: found and brought up to date, or made.
 * Models: pkg/controller/deployment/sync.go getAllReplicaSetsAndSyncRevision, getNewReplicaSet
 */
import type { ReplicaSet } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { errorOf, objectOf, withOps } from '../../../client/controller.ts';
import { isNamespaceTerminating, isRefusedAs } from '../pod-control/errors.ts';
import type { DeploymentSyncState } from './machine.ts';
import { hasProgressDeadline, newCondition, PROGRESSING, REASONS, withCondition } from './policy/conditions.ts';
import type { Split } from './policy/replica-sets.ts';
import { allOf, sizeOf } from './policy/replica-sets.ts';
import { nextRevision, noteCreated } from './policy/revision.ts';
import type { DeploymentSync, Move, Turn } from './sync-data.ts';
import { ask, event, normalEvent, REPLICA_SETS, updateReplicaSet, updateStatus, warningEvent, withError } from './sync-data.ts';

const revised = (sync: DeploymentSync, turn: Turn, state: DeploymentSyncState): Move => {
  if (state !== 'probing') return event(sync, turn, 'revised');
  const scaling = turn.policy.isScalingEvent(sync.d, allOf(sync.old, sync.newSet));
  return event(scaling === sync.scaling ? sync : { ...sync, scaling }, turn, 'revised');
};

const withNew = (sync: DeploymentSync, split: Split, newSet: ReplicaSet | undefined): DeploymentSync =>
  (sync.split === split && sync.newSet === newSet ? sync : { ...sync, split, old: split.old, newSet });

/** Works on the ReplicaSets as the cache had them, even when this sync has written one since: that write conflicts, as upstream's. */
export const revise = (sync: DeploymentSync, turn: Turn, state: DeploymentSyncState): Move => {
  const split = sync.split ?? turn.policy.splitReplicaSets(sync.d, sync.sets);
  const revision = turn.policy.decideRevision(sync.d, split, turn.context.nowMs);
  switch (revision.kind) {
    case 'missing': return revised(withNew(sync, split, undefined), turn, state);
    case 'current': return revised(withNew(sync, split, revision.newSet), turn, state);
    case 'update-replica-set': return ask(withNew(sync, split, revision.newSet), turn, updateReplicaSet(revision.newSet));
    case 'update-deployment':
      return ask({ ...withNew(sync, split, revision.newSet), d: revision.deployment }, turn, updateStatus(revision.deployment));
    default: return revision satisfies never;
  }
};

export const reviseAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move => {
  if (errorOf(answer) !== undefined) return event(withError(sync, answer), turn, 'refused');
  const object = objectOf(answer);
  return revised(object?.kind === 'ReplicaSet' ? { ...sync, newSet: object as ReplicaSet } : sync, turn, sync.state);
};

/** Until it is answered, the ReplicaSet being made is `newSet`. */
export const askCreate = (before: DeploymentSync, turn: Turn): Move => {
  const newSet = turn.policy.makeReplicaSet(before.d, before.old);
  return ask({ ...before, newSet }, turn, { verb: 'create', resource: REPLICA_SETS, namespace: placeOf(newSet).namespace, body: newSet });
};

const existed = (sync: DeploymentSync, wanted: ReplicaSet, answer: Answer, turn: Turn): Move => {
  const { namespace, name } = placeOf(wanted);
  const existing = turn.context.caches.lister<ReplicaSet>(REPLICA_SETS).get(namespace, name);
  const judged = turn.policy.judgeExisting(sync.d, existing);
  switch (judged) {
    case 'ours': return noteAndGoOn({ ...sync, newSet: existing ?? wanted }, true, turn);
    case 'collision': return event(withError(sync, answer), turn, 'collided');
    case 'unknown': return event({ ...sync, error: `replicaset.apps "${name}" not found` }, turn, 'givenUp');
    default: return judged satisfies never;
  }
};

/** The note goes into `d`; `note` says that it is still to be written. */
const noteAndGoOn = (sync: DeploymentSync, alreadyExisted: boolean, turn: Turn): Move => {
  const newSet = sync.newSet as ReplicaSet;
  const d = noteCreated(sync.d, newSet, nextRevision(sync.old), alreadyExisted, turn.context.nowMs);
  const scaled = !alreadyExisted && sizeOf(newSet) > 0;
  const ops = scaled ? [normalEvent(sync.d, 'ScalingReplicaSet', `Scaled up replica set ${newSet.metadata.name} from 0 to ${sizeOf(newSet)}`)] : [];
  return event(d === sync.d ? sync : { ...sync, d, note: d }, withOps(turn, ops), 'created');
};

export const createAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move => {
  const wanted = sync.newSet as ReplicaSet;
  if (errorOf(answer) === undefined) return noteAndGoOn({ ...sync, newSet: (objectOf(answer) ?? wanted) as ReplicaSet }, false, turn);
  if (isRefusedAs(answer, 'AlreadyExists')) return existed(sync, wanted, answer, turn);
  return event(withError(sync, answer), turn, isNamespaceTerminating(answer) ? 'givenUp' : 'refused');
};

export const askCreatedNote = (before: DeploymentSync, turn: Turn): Move => {
  const { note, ...sync } = before;
  return note === undefined ? event(sync, turn, 'written') : ask(sync, turn, updateStatus(sync.d));
};

/** Another hash next time: the collision count is part of what is hashed. */
export const askCollisionNote = (sync: DeploymentSync, turn: Turn): Move => {
  const d = { ...sync.d, status: { ...sync.d.status, collisionCount: (sync.d.status?.collisionCount ?? 0) + 1 } };
  return ask({ ...sync, d }, turn, updateStatus(d));
};

const failureMessage = (sync: DeploymentSync): string => `Failed to create new replica set "${sync.newSet?.metadata.name ?? ''}": ${sync.error ?? ''}`;

const failureEvent = (sync: DeploymentSync, turn: Turn): Turn => withOps(turn, [warningEvent(sync.d, REASONS.createFailed, failureMessage(sync))]);

export const askFailureNote = (sync: DeploymentSync, turn: Turn): Move => {
  if (!hasProgressDeadline(sync.d)) return event(sync, failureEvent(sync, turn), 'written');
  const d = withCondition(sync.d, newCondition(PROGRESSING, 'False', REASONS.createFailed, failureMessage(sync), turn.context.nowMs));
  return ask({ ...sync, d }, turn, updateStatus(d));
};

export const failureNoteAnswered = (sync: DeploymentSync, _answer: Answer, turn: Turn): Move => event(sync, failureEvent(sync, turn), 'written');
