/**
 * The user: a client with a kubeconfig, who types one kubectl command after another.
 * Models: staging/src/k8s.io/kubectl/pkg/cmd
 * Not modelled: waiting for a condition, and kubectl's own retries: a command that fails says so and the next one runs, unless the user types it again.
 */
import type { Fifo } from '../../base/fifo.ts';
import { emptyFifo } from '../../base/fifo.ts';
import { invariant } from '../../base/assert.ts';
import { compareNumbers } from '../../base/order.ts';
import type { Answer } from '../../client/controller.ts';
import type { ApiClient, Requests } from '../../client/requests.ts';
import { DEFAULT_TIMEOUT_MS, issue, noRequests, settle } from '../../client/requests.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import { arm, noEffects, observe } from '../../kernel/transition.ts';
import type { ApiRequest, Credential } from '../../protocol/api.ts';
import type { ToUser, UserCommand } from '../../protocol/user.ts';
import { afterAnswer, firstRequest } from './commands.ts';
import type { TerminalEvent, TerminalState } from './machine.ts';
import { terminal } from './machine.ts';
import { mayBeDone, readAnswer } from './retyping.ts';

/** One command's outcome, in kubectl's words. */
export interface Said {
  readonly command: UserCommand;
  readonly text: string;
  readonly failed: boolean;
  readonly atMs: number;
}

interface AgendaEntry {
  /** On kubectl's own clock. */
  readonly dueMs: number;
  readonly command: UserCommand;
}

export interface KubectlState {
  readonly terminal: TerminalState;
  readonly waiting: Fifo<UserCommand>;
  readonly running: UserCommand | undefined;
  /** An earlier typing of `running` may have been carried out. Absent: no. */
  readonly isInDoubt?: true;
  /** Commands with a time of their own that has not come, the earliest first; one timer for that one. */
  readonly agenda: readonly AgendaEntry[];
  readonly requests: Requests<string>;
  /** Newest last. */
  readonly said: readonly Said[];
}

export interface KubectlOptions {
  readonly id: ActorId;
  readonly apiservers: readonly ActorId[];
  readonly credential: Credential;
  /** A command that got no answer, or one that does not say what became of it, is typed again after so long, until it has one. Absent: never. */
  readonly retypeAfterMs?: number;
}

interface User {
  readonly client: ApiClient;
  readonly retypeAfterMs: number | undefined;
}

type Turn = readonly [KubectlState, readonly Effect[]];

const CHANNEL = 'kubectl';
const AGENDA_TIMER = 'agenda';
const RETYPE_TIMER = 'retype';

const initial: KubectlState = {
  terminal: terminal.initial, waiting: emptyFifo(), running: undefined, agenda: [], requests: noRequests<string>(), said: [],
};

const ask = (state: KubectlState, client: ApiClient, request: ApiRequest, stage: string): Turn => {
  const [requests, effects] = issue(state.requests, client, CHANNEL, request, stage);
  return [{ ...state, requests }, effects];
};

const runNext = (state: KubectlState, { client }: User, env: Env): Turn => {
  const command = state.waiting.head;
  invariant(command !== undefined, 'kubectl: asked to run a command, but none is waiting');
  return ask({ ...state, running: command, waiting: state.waiting.shift() }, client, firstRequest(command, env.nowMs), 'first');
};

const runAgain = (state: KubectlState, { client }: User, env: Env): Turn => {
  const command = state.running;
  invariant(command !== undefined, 'kubectl: asked to run a command again, but none is running');
  return ask(state, client, firstRequest(command, env.nowMs), 'first');
};

/** Gives the machine an event and does what it says. */
const move = (state: KubectlState, user: User, env: Env, event: TerminalEvent): Turn => {
  const { state: next, actions } = terminal.next(state.terminal, event);
  const moved = next === state.terminal ? state : { ...state, terminal: next };
  const [action] = actions;
  switch (action) {
    case undefined: return [moved, noEffects];
    case 'runNext': return runNext(moved, user, env);
    case 'runAgain': return runAgain(moved, user, env);
    case 'waitToRetype': return [moved, [arm(RETYPE_TIMER, user.retypeAfterMs ?? 0)]];
    default: return action satisfies never;
  }
};

const enqueue = (state: KubectlState, user: User, env: Env, command: UserCommand): Turn =>
  move({ ...state, waiting: state.waiting.push(command) }, user, env, { type: 'command' });

const armNext = (agenda: readonly AgendaEntry[], env: Env): readonly Effect[] => {
  const [next] = agenda;
  return next === undefined ? noEffects : [arm(AGENDA_TIMER, Math.max(0, next.dueMs - env.nowMs))];
};

const schedule = (state: KubectlState, entries: readonly { readonly afterMs: number; readonly command: UserCommand }[], env: Env): Turn => {
  const added = entries.map(({ afterMs, command }): AgendaEntry => ({ dueMs: env.nowMs + afterMs, command }));
  const agenda = [...state.agenda, ...added].sort((a, b) => compareNumbers(a.dueMs, b.dueMs));
  return [{ ...state, agenda }, armNext(agenda, env)];
};

const answered = (state: KubectlState, user: User, env: Env, stage: string, answer: Answer): Turn => {
  const command = state.running;
  invariant(command !== undefined, 'kubectl: an answer without a command');
  const next = afterAnswer(command, stage, answer);
  if (next.kind === 'ask') return ask(state, user.client, next.request, next.stage);
  const { isInDoubt = false, ...rest } = state;
  const reading = user.retypeAfterMs === undefined || !next.failed ? 'over' : readAnswer(command, answer, isInDoubt);
  if (reading === 'again') {
    const doubtful: KubectlState = isInDoubt || mayBeDone(command, stage, answer) ? { ...rest, isInDoubt: true } : state;
    const [paused, effects] = move(doubtful, user, env, { type: 'unanswered' });
    return [paused, [observe('said', { text: next.text, failed: true }), ...effects]];
  }
  const failed = next.failed && reading !== 'done';
  const said: Said = { command, text: next.text, failed, atMs: env.nowMs };
  const over = { ...rest, running: undefined, said: [...state.said, said] };
  const [moved, effects] = move(over, user, env, { type: 'said', isMore: over.waiting.size > 0 });
  return [moved, [observe('said', { text: next.text, failed }), ...effects]];
};

const settled = (state: KubectlState, user: User, env: Env, input: Input): Turn => {
  const settlement = settle(state.requests, input);
  const start: Turn = [settlement.requests === state.requests ? state : { ...state, requests: settlement.requests }, settlement.effects];
  return settlement.settled.reduce<Turn>(([current, effects], { tag, answer }) => {
    const [next, more] = answered(current, user, env, tag, answer);
    return [next, [...effects, ...more]];
  }, start);
};

const onMessage = (state: KubectlState, user: User, env: Env, input: Input & { readonly kind: 'message' }): Turn => {
  const body = input.body as ToUser | { readonly kind: 'api-answer' };
  switch (body.kind) {
    case 'user-command': return enqueue(state, user, env, body.command);
    case 'user-agenda': return schedule(state, body.entries, env);
    default: return settled(state, user, env, input);
  }
};

/** Types every command whose time has come, in the order of the agenda. */
const typeDue = (state: KubectlState, user: User, env: Env): Turn => {
  const due = state.agenda.filter(({ dueMs }) => dueMs <= env.nowMs);
  const agenda = state.agenda.slice(due.length);
  return due.reduce<Turn>(([current, effects], { command }) => {
    const [next, more] = enqueue(current, user, env, command);
    return [next, [...effects, ...more]];
  }, [{ ...state, agenda }, armNext(agenda, env)]);
};

const onTimer = (state: KubectlState, user: User, env: Env, input: Input & { readonly kind: 'timer' }): Turn => {
  switch (input.key) {
    case AGENDA_TIMER: return typeDue(state, user, env);
    case RETYPE_TIMER: return move(state, user, env, { type: 'retype' });
    default: return settled(state, user, env, input);
  }
};

export const kubectlActor = ({ id, apiservers, credential, retypeAfterMs }: KubectlOptions): Actor<KubectlState> => {
  const user: User = { client: { servers: apiservers, credential, userAgent: 'kubectl', timeoutMs: DEFAULT_TIMEOUT_MS }, retypeAfterMs };
  return {
    id, initial,
    transition: (state, input, env) => {
      switch (input.kind) {
        case 'start': return [state, noEffects];
        case 'message': return onMessage(state, user, env, input);
        case 'timer': return onTimer(state, user, env, input);
        case 'disconnected': return settled(state, user, env, input);
        default: return input satisfies never;
      }
    },
    canonical: ({ said: _said, ...rest }) => rest,
  };
};

/** True when every command has been typed and has had its answer, none waiting to be typed again. */
export const isUserIdle = (state: KubectlState): boolean => state.running === undefined && state.waiting.size === 0 && state.agenda.length === 0;
