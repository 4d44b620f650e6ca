/** The life of a kube-proxy: there only while its container's process runs, and quiet until its caches are filled. */
import { setup } from 'xstate';
import type { StateOf } from '../../kernel/statechart.ts';
import { compile } from '../../kernel/statechart.ts';

const named = (): void => undefined;

export const proxyMachine = setup({
  types: { events: {} as { type: 'started' } | { type: 'stopped' } | { type: 'filled' } | { type: 'changed'; isDue: boolean } | { type: 'due' } },
  actions: { startInformers: named, stopInformers: named, armSync: named, disarmSync: named, sync: named },
  guards: { isDue: ({ event }) => event.type === 'changed' && event.isDue },
}).createMachine({
  id: 'kube-proxy',
  initial: 'absent',
  states: {
    absent: { on: { started: { target: 'running' } } },
    running: {
      entry: 'startInformers',
      exit: 'stopInformers',
      initial: 'filling',
      on: { stopped: { target: 'absent' } },
      states: {
        filling: { on: { filled: { target: 'quiet', actions: 'sync' } } },
        quiet: { on: { changed: [{ guard: 'isDue', actions: 'sync' }, { target: 'pending' }] } },
        pending: { entry: 'armSync', exit: 'disarmSync', on: { due: { target: 'quiet', actions: 'sync' } } },
      },
    },
  },
});

export const proxyChart = compile(proxyMachine);
export type ProxyPhase = StateOf<typeof proxyMachine>;
