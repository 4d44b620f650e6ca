/**
 * The lifecycles that drive the kubelet: a pod worker, the start of one container, one probe, the image puller.
 * Models: pkg/kubelet/pod_workers.go (SyncPod, SyncTerminatingPod, SyncTerminatedPod), kuberuntime/kuberuntime_container.go startContainer,
 *   prober/worker.go doProbe, images/puller.go serialImagePuller
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

const none = (): void => {};

export type WorkerEvent =
  /** There is something to look at: an update, a change in the runtime, a probe's result. */
  | { readonly type: 'WORK' }
  /** The pod was deleted, evicted or rejected; again, when its grace period was shortened. */
  | { readonly type: 'TERMINATE' }
  /** What was begun is done; `terminal`: the pod has reached a terminal phase by itself. */
  | { readonly type: 'SYNCED'; readonly terminal: boolean }
  | { readonly type: 'FAILED' }
  | { readonly type: 'RETRY' }
  /** A pod that is seen for the first time when it has already ended and nothing of it runs. */
  | { readonly type: 'ENDED' };

export const podWorkerMachine = setup({
  types: { events: {} as WorkerEvent },
  guards: { isTerminal: ({ event }) => event.type === 'SYNCED' && event.terminal },
  actions: { syncPod: none, markPending: none, cancelSync: none, rest: none, retryLater: none, killPod: none, hasten: none, reportStopped: none, finishPod: none },
}).createMachine({
  id: 'pod-worker',
  initial: 'syncing',
  states: {
    syncing: {
      initial: 'idle',
      states: {
        idle: { on: { WORK: 'working', TERMINATE: '#pod-worker.terminating', ENDED: '#pod-worker.terminated' } },
        working: {
          entry: 'syncPod',
          on: {
            WORK: { actions: 'markPending' },
            TERMINATE: { target: 'cancelling', actions: 'cancelSync' },
            SYNCED: [{ guard: 'isTerminal', target: '#pod-worker.terminating' }, { target: 'idle', actions: 'rest' }],
            FAILED: { target: 'backing-off', actions: 'retryLater' },
          },
        },
        cancelling: { on: { SYNCED: '#pod-worker.terminating', FAILED: '#pod-worker.terminating' } },
        'backing-off': { on: { WORK: 'working', RETRY: 'working', TERMINATE: '#pod-worker.terminating' } },
      },
    },
    terminating: {
      initial: 'working',
      states: {
        working: {
          entry: 'killPod',
          on: {
            TERMINATE: { actions: 'hasten' },
            SYNCED: { target: '#pod-worker.terminated', actions: 'reportStopped' },
            FAILED: { target: 'backing-off', actions: 'retryLater' },
          },
        },
        'backing-off': { on: { WORK: 'working', RETRY: 'working', TERMINATE: 'working' } },
      },
    },
    terminated: { entry: 'finishPod', on: { WORK: { actions: 'rest' } } },
  },
});

export type ContainerEvent =
  | { readonly type: 'START' | 'PULL' | 'PULLED' | 'CREATED' | 'STARTED' | 'FINISHED' }
  | { readonly type: 'FAILED'; readonly reason: string; readonly message: string; readonly untilMs: number | undefined }
  | { readonly type: 'ABORT' };

export const containerStartMachine = setup({
  types: { events: {} as ContainerEvent },
  actions: { ensureImage: none, pullImage: none, createContainer: none, startContainer: none, runPostStart: none, complete: none, fail: none, abort: none },
}).createMachine({
  id: 'container-start',
  initial: 'waiting',
  states: {
    waiting: { on: { START: { target: 'checking-image', actions: 'ensureImage' }, FAILED: { actions: 'fail' } } },
    'checking-image': {
      on: {
        PULL: { target: 'pulling', actions: 'pullImage' },
        PULLED: { target: 'creating', actions: 'createContainer' },
        FAILED: { target: 'waiting', actions: 'fail' },
        ABORT: { target: 'waiting', actions: 'abort' },
      },
    },
    pulling: {
      on: {
        PULLED: { target: 'creating', actions: 'createContainer' },
        FAILED: { target: 'waiting', actions: 'fail' },
        ABORT: { target: 'waiting', actions: 'abort' },
      },
    },
    creating: {
      on: {
        CREATED: { target: 'starting', actions: 'startContainer' },
        FAILED: { target: 'waiting', actions: 'fail' },
        ABORT: { target: 'waiting', actions: 'abort' },
      },
    },
    starting: {
      on: {
        STARTED: { target: 'post-start', actions: 'runPostStart' },
        FAILED: { target: 'waiting', actions: 'fail' },
        ABORT: { target: 'waiting', actions: 'abort' },
      },
    },
    'post-start': { on: { FINISHED: { target: 'running', actions: 'complete' }, ABORT: { target: 'waiting', actions: 'abort' } } },
    running: { on: { START: { target: 'checking-image', actions: 'ensureImage' }, FAILED: { target: 'waiting', actions: 'fail' } } },
  },
});

export type ProbeEvent =
  | { readonly type: 'RUNNING' | 'STOPPED' | 'TICK' | 'HOLD' | 'QUIET' }
  | { readonly type: 'RESULT'; readonly reached: boolean };

export const probeMachine = setup({
  types: { events: {} as ProbeEvent },
  guards: { hasReached: ({ event }) => event.type === 'RESULT' && event.reached },
  actions: { begin: none, probe: none, again: none, conclude: none, disarm: none },
}).createMachine({
  id: 'probe-worker',
  initial: 'waiting',
  states: {
    waiting: { on: { RUNNING: { target: 'scheduled', actions: 'begin' } } },
    scheduled: {
      on: {
        TICK: { target: 'probing', actions: 'probe' },
        STOPPED: { target: 'waiting', actions: 'disarm' },
        HOLD: { target: 'on-hold', actions: 'disarm' },
      },
    },
    probing: {
      on: {
        RESULT: [{ guard: 'hasReached', target: 'scheduled', actions: ['again', 'conclude'] }, { target: 'scheduled', actions: 'again' }],
        QUIET: { target: 'scheduled', actions: 'again' },
        STOPPED: 'waiting',
      },
    },
    'on-hold': { on: { STOPPED: 'waiting' } },
  },
});

export type PullerEvent = { readonly type: 'REQUEST' } | { readonly type: 'PULLED'; readonly more: boolean };

export const imagePullerMachine = setup({
  types: { events: {} as PullerEvent },
  guards: { hasMore: ({ event }) => event.type === 'PULLED' && event.more },
  actions: { pullNext: none },
}).createMachine({
  id: 'image-puller',
  initial: 'idle',
  states: {
    idle: { on: { REQUEST: { target: 'pulling', actions: 'pullNext' } } },
    pulling: { on: { PULLED: [{ guard: 'hasMore', target: 'pulling', actions: 'pullNext' }, { target: 'idle' }] } },
  },
});

export const podWorkerChart = compile(podWorkerMachine);
export const containerStartChart = compile(containerStartMachine);
export const probeChart = compile(probeMachine);
export const imagePullerChart = compile(imagePullerMachine);

export type WorkerPhase = (typeof podWorkerChart)['initial'];
export type ContainerStartPhase = (typeof containerStartChart)['initial'];
export type ProbePhase = (typeof probeChart)['initial'];
export type PullerPhase = (typeof imagePullerChart)['initial'];

export const isTerminating = (phase: WorkerPhase): boolean => phase.startsWith('terminating.');
export const isFinished = (phase: WorkerPhase): boolean => phase === 'terminated';
