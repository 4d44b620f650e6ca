/**
 * A pod's way through the scheduler. The queue and the binding cycle are driven by it: they send it events and do the actions it names.
 * Models: pkg/scheduler/backend/queue/scheduling_queue.go (activeQ, backoffQ, unschedulablePods, in-flight), pkg/scheduler/schedule_one.go
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type PodEvent =
  /** A pod without a node appeared. `gated`: a PreEnqueue plugin refused it. */
  | { readonly type: 'ENQUEUE'; readonly gated: boolean }
  /** Something happened that may make it schedulable. */
  | { readonly type: 'MOVE'; readonly to: 'active' | 'backoff'; readonly gated: boolean }
  | { readonly type: 'BACKOFF_COMPLETE' }
  | { readonly type: 'POP' }
  /** The attempt found a node: the pod is assumed to run there. `wait`: a Permit plugin holds it. */
  | { readonly type: 'ASSUME'; readonly wait: boolean }
  | { readonly type: 'PERMIT' }
  | { readonly type: 'BOUND' }
  /** The attempt, the wait or the binding came to nothing. `to`: as the events that happened meanwhile say. */
  | { readonly type: 'FAIL'; readonly to: 'unschedulable' | 'active' | 'backoff'; readonly gated: boolean }
  /** It need not be scheduled any more: deleted, or on a node already. */
  | { readonly type: 'ABANDON' }
  /** Deleted, or bound by somebody else, while queued. */
  | { readonly type: 'REMOVE' };

export const podSchedulingMachine = setup({
  types: { events: {} as PodEvent },
  actions: {
    pushActive: () => undefined,
    pushBackoff: () => undefined,
    /** From now on the events that happen are kept for it. */
    trackEvents: () => undefined,
    /** No longer. Source: `SchedulingQueue.Done`. */
    untrackEvents: () => undefined,
    countAttempt: () => undefined,
    discard: () => undefined,
  },
  guards: {
    gated: ({ event }) => 'gated' in event && event.gated,
    toBackoff: ({ event }) => 'to' in event && event.to === 'backoff',
    toActive: ({ event }) => 'to' in event && event.to === 'active',
    wait: ({ event }) => event.type === 'ASSUME' && event.wait,
  },
}).createMachine({
  id: 'pod-scheduling',
  initial: 'arriving',
  states: {
    arriving: { on: { ENQUEUE: [{ guard: 'gated', target: 'gated' }, { target: 'active' }] } },
    gated: {
      on: {
        MOVE: [{ guard: 'gated', target: 'gated' }, { guard: 'toBackoff', target: 'backoff' }, { target: 'active' }],
        REMOVE: { target: 'gone' },
      },
    },
    active: { entry: 'pushActive', on: { POP: { target: 'inFlight.scheduling' }, REMOVE: { target: 'gone' } } },
    backoff: {
      entry: 'pushBackoff',
      on: {
        BACKOFF_COMPLETE: { target: 'active' },
        MOVE: [{ guard: 'gated', target: 'gated' }, { guard: 'toActive', target: 'active' }],
        POP: { target: 'inFlight.scheduling' },
        REMOVE: { target: 'gone' },
      },
    },
    unschedulable: {
      on: {
        MOVE: [{ guard: 'gated', target: 'gated' }, { guard: 'toBackoff', target: 'backoff' }, { target: 'active' }],
        REMOVE: { target: 'gone' },
      },
    },
    inFlight: {
      entry: 'trackEvents',
      exit: 'untrackEvents',
      initial: 'scheduling',
      on: {
        FAIL: [
          { guard: 'gated', target: 'gated' }, { guard: 'toBackoff', target: 'backoff' }, { guard: 'toActive', target: 'active' },
          { target: 'unschedulable' },
        ],
        ABANDON: { target: 'gone' },
      },
      states: {
        scheduling: { entry: 'countAttempt', on: { ASSUME: [{ guard: 'wait', target: 'waiting' }, { target: '#pod-scheduling.binding' }] } },
        waiting: { on: { PERMIT: { target: '#pod-scheduling.binding' } } },
      },
    },
    // Outside `inFlight`: a failure from here on is an error, not unschedulability, so no events are kept.
    binding: {
      on: {
        BOUND: { target: 'gone' },
        FAIL: [{ guard: 'gated', target: 'gated' }, { guard: 'toActive', target: 'active' }, { target: 'backoff' }],
        ABANDON: { target: 'gone' },
      },
    },
    gone: { entry: 'discard', type: 'final' },
  },
});

export type PodPhase = 'arriving' | 'gated' | 'active' | 'backoff' | 'unschedulable' | 'inFlight.scheduling' | 'inFlight.waiting' | 'binding' | 'gone';
export type PodAction = 'pushActive' | 'pushBackoff' | 'trackEvents' | 'untrackEvents' | 'countAttempt' | 'discard';

export const podScheduling = compile<PodPhase, PodEvent, PodAction>(podSchedulingMachine);

export type ProcessEvent =
  | { readonly type: 'START' }
  /** `elect`: leader election is on. */
  | { readonly type: 'SYNCED'; readonly elect: boolean }
  | { readonly type: 'ELECTED' }
  | { readonly type: 'LOST' }
  | { readonly type: 'RESTART' };

/** The process: caches first, then the Lease, then scheduling; losing the Lease ends it, and its kubelet starts it anew. */
export const schedulerProcessMachine = setup({
  types: { events: {} as ProcessEvent },
  actions: { startInformers: () => undefined, campaign: () => undefined, startScheduling: () => undefined, exit: () => undefined },
  guards: { elect: ({ event }) => event.type === 'SYNCED' && event.elect },
}).createMachine({
  id: 'scheduler-process',
  initial: 'stopped',
  states: {
    stopped: { on: { START: { target: 'syncing' } } },
    syncing: { entry: 'startInformers', on: { SYNCED: [{ guard: 'elect', target: 'standby' }, { target: 'scheduling' }] } },
    standby: { entry: 'campaign', on: { ELECTED: { target: 'scheduling' }, LOST: { target: 'exited' } } },
    scheduling: { entry: 'startScheduling', on: { LOST: { target: 'exited' } } },
    exited: { entry: 'exit', on: { RESTART: { target: 'syncing' } } },
  },
});
export type ProcessPhase = 'stopped' | 'syncing' | 'standby' | 'scheduling' | 'exited';
export type ProcessAction = 'startInformers' | 'campaign' | 'startScheduling' | 'exit';
export const schedulerProcess = compile<ProcessPhase, ProcessEvent, ProcessAction>(schedulerProcessMachine);
