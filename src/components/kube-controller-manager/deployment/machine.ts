/**
 * The sync of one Deployment: what is decided in which order, and which request each decision waits for.
 * Models: pkg/controller/deployment/deployment_controller.go syncDeployment; sync.go; rolling.go rolloutRolling; recreate.go rolloutRecreate
 */
import { setup } from 'xstate';
import { compile } from '../../../kernel/statechart.ts';
import type { ActionOf, StateOf } from '../../../kernel/statechart.ts';

/** What the guards ask; every event carries it. */
export interface DeploymentFacts {
  readonly deleted: boolean;
  /** Paused or resumed since the last note of it. */
  readonly pauseChanged: boolean;
  readonly paused: boolean;
  /** Some ReplicaSet was sized for another size of the Deployment. */
  readonly scaling: boolean;
  readonly strategy: string;
  /** There is a new ReplicaSet. */
  readonly found: boolean;
  /** A ReplicaSet was given another size in this phase. */
  readonly changed: boolean;
}

export type DeploymentEventType =
  /** The selector is empty. */
  | 'selectsAll'
  | 'claim' | 'claimsFailed' | 'claimed'
  /** The new ReplicaSet is known, or known to be missing, and its revision is written. */
  | 'revised'
  /** One more ReplicaSet is to be resized; all are. */
  | 'resize' | 'sized'
  /** The old ReplicaSets may not be scaled down now. */
  | 'held'
  | 'complete' | 'incomplete'
  /** One more ReplicaSet is to be deleted; all are. */
  | 'delete' | 'cleaned'
  | 'oldPodsRun' | 'oldPodsGone'
  | 'created' | 'collided'
  /** Nothing more can be done about it in this sync. */
  | 'givenUp'
  /** The status is written, or need not be. */
  | 'written'
  | 'refused';

export interface DeploymentEvent {
  readonly type: DeploymentEventType;
  readonly facts: DeploymentFacts;
}

const idle = (): void => {};

export const deploymentSyncMachine = setup({
  types: { events: {} as DeploymentEvent },
  actions: {
    askSelectingAll: idle, askClaim: idle, askPauseNote: idle, revise: idle, planScale: idle, planGrowth: idle, planTrim: idle, planShrink: idle, planEmptying: idle,
    planFilling: idle, askResize: idle, checkComplete: idle, planCleanup: idle, askDelete: idle, lookForOldPods: idle, askCreate: idle, askCreatedNote: idle,
    askCollisionNote: idle, askFailureNote: idle, askStatus: idle, askRolloutStatus: idle, finish: idle, fail: idle,
  },
  guards: {
    deleted: ({ event }) => event.facts.deleted,
    pauseChanged: ({ event }) => event.facts.pauseChanged,
    paused: ({ event }) => event.facts.paused,
    scaling: ({ event }) => event.facts.scaling,
    rolling: ({ event }) => event.facts.strategy === 'RollingUpdate',
    recreating: ({ event }) => event.facts.strategy === 'Recreate',
    found: ({ event }) => event.facts.found,
    changed: ({ event }) => event.facts.changed,
  },
}).createMachine({
  id: 'deployment-sync',
  initial: 'claiming',
  states: {
    claiming: {
      on: {
        selectsAll: 'selectingAll',
        claim: { actions: 'askClaim' },
        claimsFailed: 'failed',
        claimed: [
          { guard: 'deleted', target: 'revisingForStatus' },
          { guard: 'pauseChanged', target: 'notingPause' },
          { guard: 'paused', target: 'revisingForScale' },
          { target: 'probing' },
        ],
      },
    },
    selectingAll: { entry: 'askSelectingAll', on: { written: 'finished', refused: 'finished' } },
    notingPause: { entry: 'askPauseNote', on: { written: [{ guard: 'paused', target: 'revisingForScale' }, { target: 'probing' }], refused: 'failed' } },
    probing: {
      entry: 'revise',
      on: {
        revised: [
          { guard: 'scaling', target: 'revisingForScale' },
          { guard: 'recreating', target: 'revisingForRecreate' },
          { guard: 'rolling', target: 'revisingForRolling' },
          { target: 'failed' },
        ],
        refused: 'failed',
      },
    },

    revisingForStatus: { entry: 'revise', on: { revised: 'writingStatus', refused: 'failed' } },

    revisingForScale: { entry: 'revise', on: { revised: 'scaling', refused: 'failed' } },
    scaling: {
      entry: 'planScale',
      on: { resize: { actions: 'askResize' }, sized: [{ guard: 'paused', target: 'cleaningUpPaused' }, { target: 'writingStatus' }], refused: 'failed' },
    },
    cleaningUpPaused: { entry: 'planCleanup', on: { delete: { actions: 'askDelete' }, cleaned: 'writingStatus', refused: 'failed' } },

    revisingForRolling: { entry: 'revise', on: { revised: [{ guard: 'found', target: 'growing' }, { target: 'creating' }], refused: 'failed' } },
    growing: {
      entry: 'planGrowth',
      on: { resize: { actions: 'askResize' }, sized: [{ guard: 'changed', target: 'writingRolloutStatus' }, { target: 'trimming' }], refused: 'failed' },
    },
    // A failure to scale old ReplicaSets down does not fail the sync: the status is told all the same.
    trimming: { entry: 'planTrim', on: { held: 'settling', resize: { actions: 'askResize' }, sized: 'shrinking', refused: 'settling' } },
    shrinking: {
      entry: 'planShrink',
      on: { resize: { actions: 'askResize' }, sized: [{ guard: 'changed', target: 'writingRolloutStatus' }, { target: 'settling' }], refused: 'settling' },
    },

    revisingForRecreate: { entry: 'revise', on: { revised: 'emptying', refused: 'failed' } },
    emptying: {
      entry: 'planEmptying',
      on: { resize: { actions: 'askResize' }, sized: [{ guard: 'changed', target: 'writingRolloutStatus' }, { target: 'awaitingOldPods' }], refused: 'failed' },
    },
    awaitingOldPods: { entry: 'lookForOldPods', on: { oldPodsRun: 'writingRolloutStatus', oldPodsGone: [{ guard: 'found', target: 'filling' }, { target: 'creating' }] } },
    filling: { entry: 'planFilling', on: { resize: { actions: 'askResize' }, sized: 'settling', refused: 'failed' } },

    creating: { entry: 'askCreate', on: { created: 'notingCreated', collided: 'notingCollision', refused: 'notingFailure', givenUp: 'failed' } },
    notingCreated: { entry: 'askCreatedNote', on: { written: [{ guard: 'recreating', target: 'filling' }, { target: 'growing' }], refused: 'failed' } },
    // The create's own error is what the sync fails with, whatever becomes of the note.
    notingCollision: { entry: 'askCollisionNote', on: { written: 'failed', refused: 'failed' } },
    notingFailure: { entry: 'askFailureNote', on: { written: 'failed', refused: 'failed' } },

    settling: { entry: 'checkComplete', on: { complete: 'cleaningUp', incomplete: 'writingRolloutStatus' } },
    cleaningUp: { entry: 'planCleanup', on: { delete: { actions: 'askDelete' }, cleaned: 'writingRolloutStatus', refused: 'failed' } },

    writingStatus: { entry: 'askStatus', on: { written: 'finished', refused: 'failed' } },
    writingRolloutStatus: { entry: 'askRolloutStatus', on: { written: 'finished', refused: 'failed' } },
    finished: { type: 'final', entry: 'finish' },
    failed: { type: 'final', entry: 'fail' },
  },
});

export const deploymentSync = compile(deploymentSyncMachine);

export type DeploymentSyncState = StateOf<typeof deploymentSyncMachine>;
export type DeploymentSyncAction = ActionOf<typeof deploymentSyncMachine>;
