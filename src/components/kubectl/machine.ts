/** The life of a user at a terminal: one command at a time, each when the one before has said its outcome. */
import { setup } from 'xstate';
import type { StateOf } from '../../kernel/statechart.ts';
import { compile } from '../../kernel/statechart.ts';

const named = (): void => undefined;

export const terminalMachine = setup({
  types: { events: {} as { type: 'command' } | { type: 'said'; isMore: boolean } },
  actions: { runNext: named },
  guards: { isMore: ({ event }) => event.type === 'said' && event.isMore },
}).createMachine({
  id: 'terminal',
  initial: 'idle',
  states: {
    idle: { on: { command: { target: 'asking' } } },
    asking: {
      entry: 'runNext',
      on: { said: [{ guard: 'isMore', target: 'asking', reenter: true }, { target: 'idle' }] },
    },
  },
});

export const terminal = compile(terminalMachine);
export type TerminalState = StateOf<typeof terminalMachine>;
