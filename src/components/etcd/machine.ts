/**
 * The two lifecycles in etcd: a lease's and a watcher's. All else in etcd is a plain fold.
 * Models: etcd server/lease/lessor.go (lessor), server/storage/mvcc/watchable_store.go (synced and unsynced watchers)
 * Not modelled: victims (a watcher whose channel is full); catching up takes one step here.
 */
import { setup } from 'xstate';
import type { ActionOf } from '../../kernel/statechart.ts';
import { compile } from '../../kernel/statechart.ts';

export type LeaseEvent = { readonly type: 'renew' } | { readonly type: 'recover' } | { readonly type: 'revoke' } | { readonly type: 'expire' };

export const leaseMachine = setup({
  types: { events: {} as LeaseEvent },
  actions: {
    /** Starts the whole time to live again. */
    armExpiry: () => {},
    cancelExpiry: () => {},
    /** Deletes the attached keys, all in one revision. */
    deleteKeys: () => {},
  },
}).createMachine({
  id: 'lease',
  initial: 'live',
  states: {
    live: {
      entry: 'armExpiry',
      on: {
        renew: { target: 'live', reenter: true },
        recover: { target: 'live', reenter: true },
        revoke: { target: 'gone', actions: ['cancelExpiry', 'deleteKeys'] },
        expire: { target: 'gone', actions: 'deleteKeys' },
      },
    },
    gone: { type: 'final' },
  },
});

export type LeaseAction = ActionOf<typeof leaseMachine>;
export const leaseChart = compile(leaseMachine);

/** Where the first revision a new watcher wants lies. */
export type WatchStart = 'compacted' | 'past' | 'next' | 'future';

export type WatcherEvent =
  | { readonly type: 'open'; readonly start: WatchStart }
  /** The store took a revision; `isReached`: it is at or after the watcher's start. */
  | { readonly type: 'revision'; readonly isReached: boolean }
  | { readonly type: 'ask-progress' }
  | { readonly type: 'close' };

export const watcherMachine = setup({
  types: { events: {} as WatcherEvent },
  actions: { sendCompacted: () => {}, sendPast: () => {}, sendEvents: () => {}, sendProgress: () => {} },
  guards: {
    isCompacted: ({ event }) => event.type === 'open' && event.start === 'compacted',
    isPast: ({ event }) => event.type === 'open' && event.start === 'past',
    isFuture: ({ event }) => event.type === 'open' && event.start === 'future',
    isReached: ({ event }) => event.type === 'revision' && event.isReached,
  },
}).createMachine({
  id: 'watcher',
  initial: 'opening',
  states: {
    opening: {
      on: {
        open: [
          { guard: 'isCompacted', target: 'ended', actions: 'sendCompacted' },
          { guard: 'isPast', target: 'synced', actions: 'sendPast' },
          { guard: 'isFuture', target: 'waiting' },
          { target: 'synced' },
        ],
      },
    },
    waiting: {
      on: {
        revision: { guard: 'isReached', target: 'synced', actions: 'sendEvents' },
        close: 'ended',
      },
    },
    synced: {
      on: {
        revision: { actions: 'sendEvents' },
        'ask-progress': { actions: 'sendProgress' },
        close: 'ended',
      },
    },
    ended: { type: 'final' },
  },
});

export const watcherChart = compile(watcherMachine);
