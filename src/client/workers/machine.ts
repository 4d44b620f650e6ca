/**
 * The lifecycle of one worker: it takes a key, syncs it, waits for the answers its plan asked for, and is free again.
 * Models: the worker loop of pkg/controller/<name>: `processNextWorkItem`, `syncHandler`
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type WorkerPhase = 'idle' | 'syncing' | 'waiting';

export type WorkerEvent =
  /** A key was taken from the queue. */
  | { readonly type: 'take' }
  /** The plan asks for requests. */
  | { readonly type: 'ask' }
  /** An answer came; `last`: no other is to come. */
  | { readonly type: 'answer'; readonly last: boolean }
  | { readonly type: 'succeed' }
  /** `giveUp`: the key failed too often. */
  | { readonly type: 'fail'; readonly giveUp: boolean };

export type WorkerAction = 'reconcile' | 'send' | 'keepAnswer' | 'resume' | 'forget' | 'requeue' | 'report' | 'finish';

const none = (): void => {};

export const workerMachine = setup({
  types: { events: {} as WorkerEvent },
  actions: { reconcile: none, send: none, keepAnswer: none, resume: none, forget: none, requeue: none, report: none, finish: none },
  guards: {
    isLast: ({ event }) => event.type === 'answer' && event.last,
    givesUp: ({ event }) => event.type === 'fail' && event.giveUp,
  },
}).createMachine({
  id: 'worker',
  initial: 'idle',
  states: {
    idle: { on: { take: { target: 'syncing', actions: 'reconcile' } } },
    syncing: {
      on: {
        ask: { target: 'waiting', actions: 'send' },
        succeed: { target: 'idle', actions: ['forget', 'finish'] },
        fail: [
          { guard: 'givesUp', target: 'idle', actions: ['report', 'forget', 'finish'] },
          { target: 'idle', actions: ['report', 'requeue', 'finish'] },
        ],
      },
    },
    waiting: {
      on: {
        answer: [
          { guard: 'isLast', target: 'syncing', actions: ['keepAnswer', 'resume'] },
          { actions: ['keepAnswer', 'send'] },
        ],
      },
    },
  },
});

export const workerChart = compile<WorkerPhase, WorkerEvent, WorkerAction>(workerMachine);
