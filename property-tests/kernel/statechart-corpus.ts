/** The machines on which the compiled reducer must agree with XState, each with sample events; the components' own are in src/cluster/statecharts.ts. */
import { setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';

export interface CorpusEntry {
  readonly machine: AnyStateMachine;
  /** Events that together make every guard answer both ways. */
  readonly events: readonly { readonly type: string }[];
}

const noop = (): void => {};

/** Flat, guarded on the event, with a top-level final state. */
export const reflectorMachine = setup({
  types: { events: {} as { type: 'LISTED'; full: boolean } | { type: 'BROKE' } | { type: 'STOP' } },
  actions: { list: noop, watch: noop, backOff: noop, close: noop },
  guards: { isFull: ({ event }) => event.type === 'LISTED' && event.full },
}).createMachine({
  id: 'reflector',
  initial: 'listing',
  exit: 'close',
  states: {
    listing: { entry: 'list', on: { LISTED: [{ guard: 'isFull', target: 'watching', actions: 'watch' }, { target: 'listing', reenter: true }], BROKE: 'waiting', STOP: 'stopped' } },
    watching: { on: { BROKE: { target: 'waiting' }, LISTED: { actions: 'watch' }, STOP: 'stopped' }, exit: 'close' },
    waiting: { entry: 'backOff', on: { '*': 'listing', STOP: 'stopped', BROKE: undefined } },
    stopped: { type: 'final', entry: 'close', exit: 'list' },
  },
});

/** Nested, internal and reentering transitions, `onDone`, and actions of `initial`. */
export const podWorkerMachine = setup({
  types: { events: {} as { type: 'SYNC' } | { type: 'KILL'; now: boolean } | { type: 'EXITED' } | { type: 'RESET' } },
  actions: { enter: noop, leave: noop, start: noop, probe: noop, kill: noop, report: noop },
  guards: { isNow: ({ event }) => event.type === 'KILL' && event.now },
}).createMachine({
  id: 'pod-worker',
  entry: 'report',
  initial: 'running',
  on: { RESET: '.running', EXITED: { actions: 'report' } },
  states: {
    running: {
      entry: 'enter', exit: 'leave',
      initial: { target: 'pulling', actions: 'start' },
      on: { KILL: [{ guard: 'isNow', target: 'killing.hard' }, { target: 'killing', actions: 'kill' }], RESET: { target: 'running', reenter: true } },
      states: {
        pulling: { entry: 'enter', on: { SYNC: 'ready', EXITED: { target: '#pod-worker.running.pulling', reenter: true } } },
        ready: { exit: 'leave', on: { SYNC: { target: 'ready', actions: 'probe' }, EXITED: '#pod-worker.running' } },
      },
    },
    killing: {
      entry: 'kill', initial: 'soft', onDone: { target: 'running.ready', actions: 'report' },
      states: { soft: { on: { EXITED: 'gone', SYNC: { target: '#pod-worker.killing', actions: 'probe' } } }, hard: { on: { '*': 'gone' } }, gone: { type: 'final', entry: 'leave', exit: 'leave' } },
    },
  },
});

/** `always` on the triggering event, at several depths, and after an event that nobody handles. */
export const rolloutMachine = setup({
  types: { events: {} as { type: 'COUNT'; ready: number } | { type: 'PAUSE' } | { type: 'RESUME' } },
  actions: { scaleUp: noop, scaleDown: noop, settle: noop },
  guards: {
    isShort: ({ event }) => event.type === 'COUNT' && event.ready < 3,
    isOver: ({ event }) => event.type === 'COUNT' && event.ready > 3,
    isPause: ({ event }) => event.type === 'PAUSE',
  },
}).createMachine({
  id: 'rollout',
  initial: 'deciding',
  states: {
    deciding: { always: [{ guard: 'isShort', target: 'moving.up' }, { guard: 'isOver', target: 'moving.down' }, { target: 'settled' }] },
    moving: {
      initial: 'up', always: { guard: 'isPause', target: 'paused', actions: 'settle' },
      states: { up: { entry: 'scaleUp', on: { COUNT: '#rollout.deciding' } }, down: { entry: 'scaleDown', on: { COUNT: [{ guard: 'isOver', actions: 'scaleDown' }, '#rollout.deciding'] } } },
    },
    paused: { on: { RESUME: 'deciding' } },
    settled: { entry: 'settle', on: { COUNT: 'deciding', PAUSE: 'paused' }, always: { guard: 'isPause', actions: 'scaleDown' } },
  },
});

export const corpus: readonly CorpusEntry[] = [
  { machine: reflectorMachine, events: [{ type: 'LISTED', full: true }, { type: 'LISTED', full: false }, { type: 'BROKE' }, { type: 'STOP' }] as CorpusEntry['events'] },
  { machine: podWorkerMachine, events: [{ type: 'SYNC' }, { type: 'KILL', now: true }, { type: 'KILL', now: false }, { type: 'EXITED' }, { type: 'RESET' }] as CorpusEntry['events'] },
  { machine: rolloutMachine, events: [...[2, 3, 4].map((ready) => ({ type: 'COUNT', ready })), { type: 'PAUSE' }, { type: 'RESUME' }] },
];
