/**
 * One sync of a Deployment, driven by its statechart: each state's action asks, decides or ends.
 * Models: pkg/controller/deployment/deployment_controller.go syncDeployment, handleErr
 * Not modelled: rollback (spec.rollbackTo of extensions/v1beta1).
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import type { Deployment, LabelSelector, ReplicaSet } from '../../../api/types.ts';
import { splitKey } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { done, failed } from '../../../client/controller.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../pod-control/claiming.ts';
import { objectsByOwner, REPLICA_SET_CONTROLLER_INDEX } from '../pod-control/owner-index.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import type { DeploymentFacts, DeploymentSyncAction, DeploymentSyncState } from './machine.ts';
import { deploymentSync } from './machine.ts';
import { notePause } from './policy/conditions.ts';
import { askDelete, askResize, checkComplete, deleteAnswered, lookForOldPods, planCleanup, planEmptying, planFilling, planGrowth, planScale, planShrink, planTrim,
  resizeAnswered } from './resizing.ts';
import { askCollisionNote, askCreate, askCreatedNote, askFailureNote, createAnswered, failureNoteAnswered, revise, reviseAnswered } from './revising.ts';
import type { DeploymentPlan, DeploymentSync, Move, Turn } from './sync-data.ts';
import { ask, DEPLOYMENTS, event, REPLICA_SETS } from './sync-data.ts';
import { askPauseNote, askRolloutStatus, askSelectingAll, askStatus, statusAnswered } from './writing.ts';

const askClaim = (sync: DeploymentSync, turn: Turn): Move => {
  const request = claimRequest(sync.claiming);
  return request === undefined ? event(sync, turn, 'claimed') : ask(sync, turn, request);
};

const end = (plan: DeploymentPlan): Move => ({ kind: 'end', plan });

const finish = (_sync: DeploymentSync, turn: Turn): Move => end(done(turn.memory, turn.ops));

/** In a namespace that is going away nothing is tried again. */
const fail = (sync: DeploymentSync, turn: Turn): Move => end(sync.hopeless === true
  ? done(turn.memory, turn.ops)
  : failed(turn.memory, sync.error ?? `unexpected deployment strategy type: ${sync.d.spec.strategy?.type ?? ''}`, turn.ops));

const perform: Readonly<Record<DeploymentSyncAction, (sync: DeploymentSync, turn: Turn, state: DeploymentSyncState) => Move>> = {
  askSelectingAll, askClaim, askPauseNote, revise, planScale, planGrowth, planTrim, planShrink, planEmptying, planFilling, askResize, checkComplete, planCleanup, askDelete,
  lookForOldPods, askCreate, askCreatedNote, askCollisionNote, askFailureNote, askStatus, askRolloutStatus, finish, fail,
};

const factsOf = ({ d, note, scaling, newSet, changed }: DeploymentSync): DeploymentFacts => ({
  deleted: d.metadata.deletionTimestamp !== undefined,
  pauseChanged: note !== undefined,
  paused: d.spec.paused === true,
  scaling,
  strategy: d.spec.strategy?.type ?? '',
  found: newSet !== undefined,
  changed,
});

/** Lets the statechart take events until requests are to be sent, or the sync is over. */
const run = (first: Move, from: DeploymentSyncState): DeploymentPlan => {
  let move = first;
  // Why the state goes beside the sync until a request is sent: most syncs send none, and copy nothing then.
  let state = from;
  while (move.kind === 'event') {
    const { sync, turn, type } = move;
    const next = deploymentSync.next(state, { type, facts: factsOf(sync) });
    const action = next.actions[0];
    // Invariant: every transition has one action, and every event sent here is handled in its state.
    if (action === undefined) throw new Error(`deployment-sync: event ${type} is not handled in state ${state}`);
    state = next.state;
    move = perform[action](sync, turn, state);
  }
  if (move.kind === 'end') return move.plan;
  return { kind: 'ask', memory: move.turn.memory, ops: move.turn.ops, requests: move.requests, mode: 'parallel', stage: { ...move.sync, state } };
};

const goOnClaiming = (sync: DeploymentSync, turn: Turn): Move => {
  if (sync.claiming.pending.length > 0) return event(sync, turn, 'claim');
  const error = claimError(sync.claiming);
  if (error !== undefined) return event({ ...sync, error }, turn, 'claimsFailed');
  const sets = claimedObjects(sync.claiming);
  const claimed: DeploymentSync = sets === sync.sets ? sync : { ...sync, sets };
  const note = sync.d.metadata.deletionTimestamp === undefined ? notePause(sync.d, turn.context.nowMs) : undefined;
  return event(note === undefined ? claimed : { ...claimed, note }, turn, 'claimed');
};

const claimsAnswered = (sync: DeploymentSync, answer: Answer, turn: Turn): Move =>
  goOnClaiming({ ...sync, claiming: claimAnswered(sync.claiming, answer) }, turn);

/** Who looks at the answer, for each state that waits for one. */
const answered: Readonly<Partial<Record<DeploymentSyncState, (sync: DeploymentSync, answer: Answer, turn: Turn) => Move>>> = {
  claiming: claimsAnswered,
  selectingAll: statusAnswered, notingPause: statusAnswered, notingCreated: statusAnswered, notingCollision: (sync, _answer, turn) => event(sync, turn, 'written'),
  notingFailure: failureNoteAnswered,
  probing: reviseAnswered, revisingForStatus: reviseAnswered, revisingForScale: reviseAnswered, revisingForRolling: reviseAnswered, revisingForRecreate: reviseAnswered,
  scaling: resizeAnswered, growing: resizeAnswered, trimming: resizeAnswered, shrinking: resizeAnswered, emptying: resizeAnswered, filling: resizeAnswered,
  cleaningUp: deleteAnswered, cleaningUpPaused: deleteAnswered,
  creating: createAnswered,
  writingStatus: statusAnswered, writingRolloutStatus: statusAnswered,
};

/** Goes on with a sync when its request has been answered. */
export const resumeSync = (sync: DeploymentSync, answers: readonly Answer[], turn: Turn): DeploymentPlan => {
  const [answer] = answers;
  const look = answered[sync.state];
  if (answer === undefined || look === undefined) throw new Error(`deployment-sync: expected one answer in a state that waits for it. Instead, received ${answers.length} in state ${sync.state}`);
  return run(look(sync, answer, turn), sync.state);
};

const NONE: readonly never[] = [];

const selectsAll = (selector: LabelSelector | undefined): boolean =>
  selector !== undefined && selector.matchExpressions === undefined && (selector.matchLabels === undefined || Object.keys(selector.matchLabels).length === 0);

export const startSync = (key: string, turn: Turn): DeploymentPlan => {
  const { namespace, name } = splitKey(key);
  const { caches } = turn.context;
  const d = caches.lister<Deployment>(DEPLOYMENTS).get(namespace, name);
  if (d === undefined) return done(turn.memory);
  const selector = selectorOf(d.spec.selector);
  if (isLeft(selector)) return failed(turn.memory, `deployment ${namespace}/${name} has invalid label selector: ${selector.left}`);
  const claiming = startClaiming({
    owner: d, ownerResource: DEPLOYMENTS, resource: REPLICA_SETS,
    candidates: objectsByOwner(caches.lister<ReplicaSet>(REPLICA_SETS), REPLICA_SET_CONTROLLER_INDEX, d, { includeOrphans: true }),
    matches: (rs) => matchesSelector(selector.right, rs.metadata.labels),
  });
  const sync: DeploymentSync = {
    state: deploymentSync.initial, key, d, claiming, sets: claiming.claimed, scaling: false, split: undefined, newSet: undefined, old: NONE, activeOld: NONE, resizes: NONE,
    changed: false, deletes: NONE,
  };
  return run(selectsAll(d.spec.selector) ? event(sync, turn, 'selectsAll') : goOnClaiming(sync, turn), sync.state);
};
