/**
 * The lifecycles of a sandbox and of a container inside the runtime.
 * Models: containerd internal/cri/server/{sandbox_run,sandbox_stop,container_start,container_stop}.go
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export const sandboxMachine = setup({
  types: { events: {} as { readonly type: 'ATTACHED' | 'REFUSED' | 'STOP' | 'DETACHED' } },
  actions: { attach: () => {}, answerRun: () => {}, refuseRun: () => {}, detach: () => {}, answerStop: () => {} },
}).createMachine({
  id: 'cri-sandbox',
  initial: 'setting-up',
  states: {
    'setting-up': {
      entry: 'attach',
      on: { ATTACHED: { target: 'ready', actions: 'answerRun' }, REFUSED: { target: 'failed', actions: 'refuseRun' } },
    },
    ready: { on: { STOP: 'stopping' } },
    stopping: { entry: 'detach', on: { DETACHED: { target: 'not-ready', actions: 'answerStop' } } },
    'not-ready': { on: { STOP: { actions: 'answerStop' } } },
    failed: {},
  },
});

export const containerMachine = setup({
  types: { events: {} as { readonly type: 'START' | 'UP' | 'STOP' | 'END' } },
  actions: { awaitStart: () => {}, begin: () => {}, hasten: () => {}, end: () => {}, answerStops: () => {}, refuseStart: () => {} },
}).createMachine({
  id: 'cri-container',
  initial: 'created',
  states: {
    created: { on: { START: { target: 'starting', actions: 'awaitStart' }, STOP: { actions: 'answerStops' } } },
    starting: { on: { UP: { target: 'running', actions: 'begin' }, STOP: { target: 'stopping', actions: 'hasten' }, START: { actions: 'refuseStart' } } },
    running: { on: { END: 'exited', STOP: { target: 'stopping', actions: 'hasten' }, START: { actions: 'refuseStart' } } },
    stopping: { on: { END: 'exited', STOP: { actions: 'hasten' }, START: { actions: 'refuseStart' } } },
    exited: { entry: ['end', 'answerStops'], on: { STOP: { actions: 'answerStops' }, START: { actions: 'refuseStart' } } },
  },
});

export const sandboxChart = compile(sandboxMachine);
export const containerChart = compile(containerMachine);

export type SandboxPhase = (typeof sandboxChart)['initial'];
export type ContainerPhase = (typeof containerChart)['initial'];
