/**
 * The sync of one ReplicaSet, from one answer of the API server to the next.
 * Models: pkg/controller/replicaset/replica_set.go syncReplicaSet, manageReplicas, slowStartBatch; replica_set_utils.go updateReplicaSetStatus
 */
import { setup } from 'xstate';
import { compile } from '../../../kernel/statechart.ts';
import type { ActionOf, EventOf, StateOf } from '../../../kernel/statechart.ts';

type SyncEvent =
  /** A request of the claims is to be sent. */
  | { readonly type: 'claim' }
  | { readonly type: 'claimsFailed' }
  | { readonly type: 'claimed'; readonly need: 'create' | 'delete' | 'nothing' }
  /** The whole batch succeeded and there is more to create. */
  | { readonly type: 'batchSucceeded' }
  /** All is created or deleted, or something failed. */
  | { readonly type: 'managed' }
  | { readonly type: 'statusUnchanged' }
  | { readonly type: 'written' }
  | { readonly type: 'read' }
  | { readonly type: 'refused' };

export const replicaSetSyncMachine = setup({
  types: { events: {} as SyncEvent },
  actions: { askClaim: () => {}, askBatch: () => {}, askDeletes: () => {}, askStatus: () => {}, askFresh: () => {}, finish: () => {}, fail: () => {} },
  guards: {
    tooFew: ({ event }) => event.type === 'claimed' && event.need === 'create',
    tooMany: ({ event }) => event.type === 'claimed' && event.need === 'delete',
  },
}).createMachine({
  id: 'replicaset-sync',
  initial: 'claiming',
  states: {
    claiming: {
      on: {
        claim: { actions: 'askClaim' },
        claimsFailed: 'failed',
        claimed: [
          { guard: 'tooFew', target: 'creating' },
          { guard: 'tooMany', target: 'deleting' },
          { target: 'writingStatus' },
        ],
      },
    },
    creating: { entry: 'askBatch', on: { batchSucceeded: { target: 'creating', reenter: true }, managed: 'writingStatus' } },
    deleting: { entry: 'askDeletes', on: { managed: 'writingStatus' } },
    writingStatus: { entry: 'askStatus', on: { statusUnchanged: 'finished', written: 'finished', refused: 'rereading' } },
    rereading: { entry: 'askFresh', on: { read: 'rewritingStatus', refused: 'failed' } },
    rewritingStatus: { entry: 'askStatus', on: { written: 'finished', refused: 'failed' } },
    finished: { type: 'final', entry: 'finish' },
    failed: { type: 'final', entry: 'fail' },
  },
});

export const replicaSetSync = compile(replicaSetSyncMachine);

export type ReplicaSetSyncState = StateOf<typeof replicaSetSyncMachine>;
export type ReplicaSetSyncEvent = EventOf<typeof replicaSetSyncMachine>;
export type ReplicaSetSyncAction = ActionOf<typeof replicaSetSyncMachine>;
