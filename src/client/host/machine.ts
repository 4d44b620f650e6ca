/**
 * The lifecycle of a process that hosts controllers: it stands by until it leads, runs, and exits when it loses the lead.
 * Models: cmd/kube-controller-manager/app/controllermanager.go `Run`, `leaderElectAndRun`
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type HostPhase = 'stopped' | 'standby' | 'running' | 'exited';

export type HostEvent =
  /** The process starts, or is started again; `elects`: only the leader runs. */
  | { readonly type: 'start'; readonly elects: boolean }
  | { readonly type: 'lead' }
  | { readonly type: 'lose' };

export type HostAction = 'campaign' | 'announce' | 'run' | 'exit';

const none = (): void => {};

export const controllerHostMachine = setup({
  types: { events: {} as HostEvent },
  actions: { campaign: none, announce: none, run: none, exit: none },
  guards: { elects: ({ event }) => event.type === 'start' && event.elects },
}).createMachine({
  id: 'controller-host',
  initial: 'stopped',
  states: {
    stopped: { on: { start: [{ guard: 'elects', target: 'standby', actions: 'campaign' }, { target: 'running', actions: 'run' }] } },
    standby: { on: { lead: { target: 'running', actions: ['announce', 'run'] } } },
    running: { on: { lose: { target: 'exited', actions: 'exit' } } },
    exited: { on: { start: [{ guard: 'elects', target: 'standby', actions: 'campaign' }, { target: 'running', actions: 'run' }] } },
  },
});

export const hostChart = compile<HostPhase, HostEvent, HostAction>(controllerHostMachine);
