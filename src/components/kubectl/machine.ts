/** The life of a user at a terminal: one command at a time, each when the one before has said its outcome, or been typed until it had one. */
import { setup } from 'xstate';
import type { StateOf } from '../../kernel/statechart.ts';
import { compile } from '../../kernel/statechart.ts';

export type TerminalEvent = { type: 'command' } | { type: 'said'; isMore: boolean } | { type: 'unanswered' } | { type: 'retype' };

const named = (): void => undefined;

export const terminalMachine = setup({
  types: { events: {} as TerminalEvent },
  actions: { runNext: named, waitToRetype: named, runAgain: named },
  guards: { isMore: ({ event }) => event.type === 'said' && event.isMore },
}).createMachine({
  id: 'terminal',
  initial: 'idle',
  states: {
    idle: { on: { command: { target: 'asking' } } },
    asking: {
      entry: 'runNext',
      on: { said: [{ guard: 'isMore', target: 'asking', reenter: true }, { target: 'idle' }], unanswered: { target: 'pausing' } },
    },
    pausing: { entry: 'waitToRetype', on: { retype: { target: 'retyping' } } },
    retyping: {
      entry: 'runAgain',
      on: { said: [{ guard: 'isMore', target: 'asking' }, { target: 'idle' }], unanswered: { target: 'pausing' } },
    },
  },
});

export const terminal = compile(terminalMachine);
export type TerminalState = StateOf<typeof terminalMachine>;
