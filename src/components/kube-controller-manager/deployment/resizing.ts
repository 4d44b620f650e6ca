/**
 * Giving ReplicaSets other sizes, one request at a time, and deleting those that history no longer needs.
 * Models: pkg/controller/deployment/sync.go scaleReplicaSet, scaleReplicaSetAndRecordEvent, scale, cleanupDeployment; rolling.go; recreate.go
 */
import type { Pod, ReplicaSet } from '../../../api/types.ts';
import { placeOf } from '../../../client/caches.ts';
import type { Answer, Op } from '../../../client/controller.ts';
import { errorOf, objectOf, withOps } from '../../../client/controller.ts';
import { isNotFound } from '../pod-control/errors.ts';
import { podsByOwner } from '../pod-control/owner-index.ts';
import { withReplicasAnnotations } from './policy/annotations.ts';
import { maxSurge } from './policy/fenceposts.ts';
import { activeReplicaSets, allOf, sizeOf } from './policy/replica-sets.ts';
import type { Resize } from './policy/rolling.ts';
import { isComplete } from './policy/status.ts';
import type { DeploymentSync, Move, Turn } from './sync-data.ts';
import { ask, event, normalEvent, PODS, REPLICA_SETS, updateReplicaSet, withError } from './sync-data.ts';

const goOn = (sync: DeploymentSync, turn: Turn): Move => event(sync, turn, sync.resizes.length > 0 ? 'resize' : 'sized');

/** Begins a phase of resizes. */
const begin = (sync: DeploymentSync, resizes: DeploymentSync['resizes'], turn: Turn): Move =>
  goOn(resizes.length === 0 && sync.resizes.length === 0 && !sync.changed ? sync : { ...sync, resizes, changed: false }, turn);

export const planScale = (sync: DeploymentSync, turn: Turn): Move => begin(sync, turn.policy.scale(sync.d, sync.newSet, sync.old), turn);

const resizeNew = (sync: DeploymentSync, newSet: ReplicaSet, to: number, turn: Turn): Move =>
  begin(sync, to === sizeOf(newSet) ? [] : [{ rs: newSet, to }], turn);

export const planGrowth = (sync: DeploymentSync, turn: Turn): Move => {
  const newSet = sync.newSet as ReplicaSet;
  return resizeNew(sync, newSet, turn.policy.growNew(sync.d, allOf(sync.old, newSet), newSet), turn);
};

export const planFilling = (sync: DeploymentSync, turn: Turn): Move => resizeNew(sync, sync.newSet as ReplicaSet, sizeOf(sync.d), turn);

export const planEmptying = (sync: DeploymentSync, turn: Turn): Move => begin(sync, turn.policy.emptyOld(sync.old), turn);

export const planTrim = (before: DeploymentSync, turn: Turn): Move => {
  const activeOld = activeReplicaSets(before.old);
  if (activeOld.length === 0) return event(before, turn, 'held');
  const sync: DeploymentSync = { ...before, activeOld };
  const newSet = sync.newSet as ReplicaSet;
  const mayGo = turn.policy.maxScaledDown(sync.d, allOf(sync.old, newSet), newSet);
  return mayGo <= 0 ? event(sync, turn, 'held') : begin(sync, turn.policy.trimUnhealthy(sync.activeOld, mayGo), turn);
};

/** Goes by the ReplicaSets as the trimming left them. */
export const planShrink = (sync: DeploymentSync, turn: Turn): Move =>
  goOn({ ...sync, resizes: turn.policy.shrinkOld(sync.d, sync.activeOld, sync.newSet as ReplicaSet) }, turn);

export const askResize = (sync: DeploymentSync, turn: Turn): Move => {
  const resize = sync.resizes[0];
  if (resize === undefined) return event(sync, turn, 'refused');
  const sized: ReplicaSet = { ...resize.rs, spec: { ...resize.rs.spec, replicas: resize.to } };
  return ask(sync, turn, updateReplicaSet(withReplicasAnnotations(sized, sync.d, maxSurge(sync.d))));
};

const scalingEvent = (sync: DeploymentSync, { rs, to }: Resize): readonly Op[] => {
  const from = sizeOf(rs);
  if (from === to) return [];
  return [normalEvent(sync.d, 'ScalingReplicaSet', `Scaled ${from < to ? 'up' : 'down'} replica set ${rs.metadata.name} from ${from} to ${to}`)];
};

export const resizeAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move => {
  const resize = sync.resizes[0];
  if (resize === undefined || errorOf(answer) !== undefined) return event(withError(sync, answer), turn, 'refused');
  const { rs, to } = resize;
  const updated = (objectOf(answer) ?? rs) as ReplicaSet;
  const next: DeploymentSync = {
    ...sync,
    resizes: sync.resizes.slice(1),
    changed: sync.changed || sizeOf(rs) !== to,
    activeOld: sync.activeOld.map((one) => (one.metadata.uid === rs.metadata.uid ? updated : one)),
  };
  return goOn(next, withOps(turn, scalingEvent(sync, resize)));
};

export const lookForOldPods = (sync: DeploymentSync, turn: Turn): Move => {
  const pods = turn.context.caches.lister<Pod>(PODS);
  const run = turn.policy.oldPodsRunning(sync.old, (rs) => podsByOwner(pods, rs, { includeOrphans: false }));
  return event(sync, turn, run ? 'oldPodsRun' : 'oldPodsGone');
};

/** By the status as it was last written: the one about to be written may already be complete. */
export const checkComplete = (sync: DeploymentSync, turn: Turn): Move => event(sync, turn, isComplete(sync.d, sync.d.status) ? 'complete' : 'incomplete');

const goOnDeleting = (sync: DeploymentSync, turn: Turn): Move => event(sync, turn, sync.deletes.length > 0 ? 'delete' : 'cleaned');

const withDeletes = (sync: DeploymentSync, deletes: readonly ReplicaSet[], turn: Turn): Move =>
  goOnDeleting(deletes.length === 0 ? sync : { ...sync, deletes }, turn);

export const planCleanup = (sync: DeploymentSync, turn: Turn): Move =>
  withDeletes(sync, turn.policy.replicaSetsToDelete(sync.d, sync.old), turn);

export const askDelete = (sync: DeploymentSync, turn: Turn): Move => {
  const rs = sync.deletes[0];
  return rs === undefined ? event(sync, turn, 'cleaned') : ask(sync, turn, { verb: 'delete', resource: REPLICA_SETS, ...placeOf(rs) });
};

export const deleteAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move =>
  (errorOf(answer) !== undefined && !isNotFound(answer)
    ? event(withError(sync, answer), turn, 'refused')
    : goOnDeleting({ ...sync, deletes: sync.deletes.slice(1) }, turn));
