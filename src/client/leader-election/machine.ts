/**
 * The lifecycle of a candidate: it tries to acquire the Lease until it holds it, then renews it until a deadline passes without success.
 * Models: client-go/tools/leaderelection/leaderelection.go `Run`, `acquire`, `renew`, `tryAcquireOrRenew`
 * Not modelled: release on cancel (off in every component), coordinated leader election.
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type ElectionPhase =
  | 'stopped'
  | 'acquiring.waiting' | 'acquiring.getting' | 'acquiring.creating' | 'acquiring.updating'
  | 'leading.waiting' | 'leading.refreshing' | 'leading.retrying' | 'leading.getting' | 'leading.creating' | 'leading.updating'
  | 'lost';

export type ElectionEvent =
  | { readonly type: 'start' }
  /** `valid`: by the local clock, the lease last observed is not over. */
  | { readonly type: 'timer'; readonly valid: boolean }
  /** The renew deadline passed. */
  | { readonly type: 'deadline' }
  /** There is no Lease yet. */
  | { readonly type: 'missing' }
  /** Another holds the Lease, and it is not over. */
  | { readonly type: 'held' }
  /** Nobody holds it, or it is over, or it is our own. */
  | { readonly type: 'free' }
  | { readonly type: 'written' }
  | { readonly type: 'error' };

export type ElectionAction = 'get' | 'create' | 'update' | 'retryLater' | 'retrySoon' | 'becomeLeader' | 'armDeadline' | 'waitToRenew' | 'stopLeading';

const none = (): void => {};

export const leaderElectionMachine = setup({
  types: { events: {} as ElectionEvent },
  actions: { get: none, create: none, update: none, retryLater: none, retrySoon: none, becomeLeader: none, armDeadline: none, waitToRenew: none, stopLeading: none },
  guards: { isValid: ({ event }) => event.type === 'timer' && event.valid },
}).createMachine({
  id: 'leader-election',
  initial: 'stopped',
  states: {
    stopped: { on: { start: { target: 'acquiring', actions: 'get' } } },
    acquiring: {
      initial: 'getting',
      // Why a second write at once: renewing begins with an attempt, not with a wait.
      on: { written: { target: 'leading', actions: ['becomeLeader', 'armDeadline', 'update'] } },
      states: {
        waiting: { on: { timer: { target: 'getting', actions: 'get' } } },
        getting: {
          on: {
            missing: { target: 'creating', actions: 'create' },
            free: { target: 'updating', actions: 'update' },
            held: { target: 'waiting', actions: 'retryLater' },
            error: { target: 'waiting', actions: 'retryLater' },
          },
        },
        creating: { on: { error: { target: 'waiting', actions: 'retryLater' } } },
        updating: { on: { error: { target: 'waiting', actions: 'retryLater' } } },
      },
    },
    leading: {
      initial: 'refreshing',
      on: { deadline: { target: 'lost', actions: 'stopLeading' } },
      states: {
        waiting: {
          on: {
            timer: [
              { guard: 'isValid', target: 'refreshing', actions: ['armDeadline', 'update'] },
              { target: 'getting', actions: ['armDeadline', 'get'] },
            ],
          },
        },
        retrying: {
          on: {
            timer: [
              { guard: 'isValid', target: 'refreshing', actions: 'update' },
              { target: 'getting', actions: 'get' },
            ],
          },
        },
        refreshing: { on: { written: { target: 'waiting', actions: 'waitToRenew' }, error: { target: 'getting', actions: 'get' } } },
        getting: {
          on: {
            missing: { target: 'creating', actions: 'create' },
            free: { target: 'updating', actions: 'update' },
            held: { target: 'retrying', actions: 'retrySoon' },
            error: { target: 'retrying', actions: 'retrySoon' },
          },
        },
        creating: { on: { written: { target: 'waiting', actions: 'waitToRenew' }, error: { target: 'retrying', actions: 'retrySoon' } } },
        updating: { on: { written: { target: 'waiting', actions: 'waitToRenew' }, error: { target: 'retrying', actions: 'retrySoon' } } },
      },
    },
    lost: { type: 'final' },
  },
});

export const electionChart = compile<ElectionPhase, ElectionEvent, ElectionAction>(leaderElectionMachine);
