/**
 * Sandboxes: set up with an address from the network, stopped, removed.
 * Models: containerd internal/cri/server/{sandbox_run,sandbox_stop,sandbox_remove}.go
 * Not modelled: namespaces, cgroups, the pause container's own death.
 */
import { invariant } from '../../base/assert.ts';
import { arm, cancel, send } from '../../kernel/transition.ts';
import type { Env } from '../../kernel/transition.ts';
import type { SandboxConfig } from '../../protocol/cri.ts';
import type { FromNetwork } from '../../protocol/network.ts';
import { killContainer, removeContainer } from './containers.ts';
import { containerTimer, detachTimer, newId, reply, replyError } from './effects.ts';
import type { Outcome, RuntimeEffect, RuntimeOptions } from './effects.ts';
import { sandboxChart } from './machine.ts';
import { withSandbox } from './state.ts';
import type { Caller, RuntimeState, SandboxRecord } from './state.ts';

const DETACH_RETRY_MS = 1000;

const callNetwork = (state: RuntimeState, options: RuntimeOptions, record: SandboxRecord, kind: 'cni-add' | 'cni-del'): Outcome => {
  const id = state.nextCniId;
  const { id: sandboxId, config } = record.status;
  const { podUid, podNamespace, podName, hostNetwork } = config;
  const next = { ...state, cni: state.cni.set(String(id), sandboxId), nextCniId: id + 1 };
  const body = kind === 'cni-add'
    ? { kind, id, node: options.node, sandboxId, podUid, podNamespace, podName, hostNetwork } as const
    : { kind, id, node: options.node, sandboxId } as const;
  return [next, [send(options.network, 'cni', body)]];
};

const cniFailure = (record: SandboxRecord, why: string): string =>
  `rpc error: code = Unknown desc = failed to setup network for sandbox "${record.status.id}": plugin type="ptp" failed (add): ${why}`;

const containersOf = (state: RuntimeState, sandboxId: string): readonly string[] => {
  const ids: string[] = [];
  for (const [id, record] of state.containers.entries()) if (record.status.sandboxId === sandboxId) ids.push(id);
  return ids;
};

/** Forgets a sandbox and what was in it. */
const drop = (state: RuntimeState, sandboxId: string): Outcome => {
  let next: RuntimeState = { ...state, sandboxes: state.sandboxes.delete(sandboxId) };
  const effects: RuntimeEffect[] = [];
  for (const id of containersOf(state, sandboxId)) {
    next = removeContainer(next, id);
    effects.push(cancel(containerTimer(id)));
  }
  return [next, effects];
};

const act = (state: RuntimeState, options: RuntimeOptions, record: SandboxRecord, action: string, why: string): Outcome => {
  const answered = withSandbox(state, { ...record, callers: [] });
  switch (action) {
    case 'attach': return callNetwork(state, options, record, 'cni-add');
    case 'detach': return callNetwork(state, options, record, 'cni-del');
    case 'answerRun': return [answered, record.callers.map((caller) => reply(caller, { kind: 'sandbox', sandbox: record.status }))];
    case 'refuseRun':
      return [{ ...state, sandboxes: state.sandboxes.delete(record.status.id) }, record.callers.map((caller) => replyError(caller, cniFailure(record, why)))];
    case 'answerStop': {
      const answers = record.callers.map((caller) => reply(caller, { kind: 'done' }));
      if (record.isDoomed !== true) return [answered, answers];
      const [removed, effects] = drop(answered, record.status.id);
      return [removed, [...effects, ...answers]];
    }
    default: invariant(false, `container runtime: unknown action ${action}`);
  }
};

const move = (state: RuntimeState, options: RuntimeOptions, record: SandboxRecord, actions: readonly string[], why = ''): Outcome => {
  let next = withSandbox(state, record);
  const effects: RuntimeEffect[] = [];
  for (const action of actions) {
    const [after, sent] = act(next, options, record, action, why);
    next = after;
    effects.push(...sent);
  }
  return [next, effects];
};

export const runSandbox = (state: RuntimeState, options: RuntimeOptions, caller: Caller, config: SandboxConfig, env: Env): Outcome => {
  const id = newId(env, `sandbox ${config.podUid}`, config.attempt);
  const status = { id, config, state: 'not-ready', createdMs: env.nowMs, ip: undefined } as const;
  return move(state, options, { phase: sandboxChart.initial, status, callers: [caller] }, sandboxChart.initialActions);
};

/** Whatever still runs in it is killed at once. */
export const stopSandbox = (state: RuntimeState, options: RuntimeOptions, caller: Caller, sandboxId: string, env: Env): Outcome => {
  const found = state.sandboxes.get(sandboxId);
  if (found === undefined) return [state, [reply(caller, { kind: 'done' })]];
  let next = state;
  const effects: RuntimeEffect[] = [];
  for (const id of containersOf(state, sandboxId)) {
    const [after, sent] = killContainer(next, options, id, env);
    next = after;
    effects.push(...sent);
  }
  const { state: phase, actions } = sandboxChart.next(found.phase, { type: 'STOP' });
  const record = { ...found, phase, status: { ...found.status, state: 'not-ready', ip: undefined } as const, callers: [...found.callers, caller] };
  const [stopped, sent] = move(next, options, record, actions);
  return [stopped, [...effects, ...sent]];
};

/** The machine was off: every sandbox has lost its network, and what ran in it. */
export const sandboxesLost = (state: RuntimeState, options: RuntimeOptions): Outcome => {
  let next = state;
  const effects: RuntimeEffect[] = [];
  for (const found of state.sandboxes.values()) {
    if (found.phase !== 'ready') continue;
    const { state: phase, actions } = sandboxChart.next(found.phase, { type: 'STOP' });
    const [lost, sent] = move(next, options, { ...found, phase, status: { ...found.status, state: 'not-ready', ip: undefined } }, actions);
    next = lost;
    effects.push(...sent);
  }
  return [next, effects];
};

/** One that still runs is stopped first, by force. */
export const removeSandbox = (state: RuntimeState, options: RuntimeOptions, caller: Caller, sandboxId: string, env: Env): Outcome => {
  const found = state.sandboxes.get(sandboxId);
  if (found === undefined) return [state, [reply(caller, { kind: 'done' })]];
  if (found.phase === 'not-ready') {
    const [removed, effects] = drop(state, sandboxId);
    return [removed, [...effects, reply(caller, { kind: 'done' })]];
  }
  const doomed = withSandbox(state, { ...found, isDoomed: true });
  if (found.phase === 'ready') return stopSandbox(doomed, options, caller, sandboxId, env);
  return [withSandbox(state, { ...found, isDoomed: true, callers: [...found.callers, caller] }), []];
};

/** Set up, but nobody waits for it any more: its call was cancelled, and so it is taken down. */
const giveUp = (state: RuntimeState, options: RuntimeOptions, found: SandboxRecord): Outcome => {
  const { state: phase, actions } = sandboxChart.next(sandboxChart.next(found.phase, { type: 'ATTACHED' }).state, { type: 'STOP' });
  return move(state, options, { ...found, phase }, actions);
};

export const networkAnswered = (state: RuntimeState, options: RuntimeOptions, answer: Extract<FromNetwork, { readonly kind: 'cni-answer' }>): Outcome => {
  const sandboxId = state.cni.get(String(answer.id));
  const forgotten = { ...state, cni: state.cni.delete(String(answer.id)) };
  const found = sandboxId === undefined ? undefined : state.sandboxes.get(sandboxId);
  if (found === undefined) return [forgotten, []];
  if (found.phase === 'stopping') {
    const { state: phase, actions } = sandboxChart.next(found.phase, { type: 'DETACHED' });
    return move(forgotten, options, { ...found, phase }, actions);
  }
  const { state: phase, actions } = sandboxChart.next(found.phase, { type: answer.ip === undefined ? 'REFUSED' : 'ATTACHED' });
  if (answer.ip !== undefined && (found.callers.length === 0 || found.isDoomed === true)) return giveUp(forgotten, options, found);
  const status = answer.ip === undefined ? found.status : { ...found.status, state: 'ready', ip: answer.ip } as const;
  return move(forgotten, options, { ...found, phase, status }, actions, answer.error);
};

/** The network's answers will not come: a set-up has failed, a detachment is tried again a second later (at once would loop while the link is cut). */
export const networkLost = (state: RuntimeState, options: RuntimeOptions): Outcome => {
  let next: RuntimeState = state;
  const effects: RuntimeEffect[] = [];
  for (const [id, sandboxId] of state.cni.entries()) {
    const found = state.sandboxes.get(sandboxId);
    if (found?.phase === 'stopping') {
      next = { ...next, cni: next.cni.delete(id) };
      effects.push(arm(detachTimer(sandboxId), DETACH_RETRY_MS));
    } else {
      const [after, sent] = networkAnswered(next, options, { kind: 'cni-answer', id: Number(id), ip: undefined, error: 'connection to the network lost' });
      next = after;
      effects.push(...sent);
    }
  }
  return [next, effects];
};

export const detachAgain = (state: RuntimeState, options: RuntimeOptions, sandboxId: string): Outcome => {
  const found = state.sandboxes.get(sandboxId);
  return found?.phase === 'stopping' ? callNetwork(state, options, found, 'cni-del') : [state, []];
};
