/**
 * Containers: created, started, run by their behaviour, stopped, removed, probed.
 * Models: containerd internal/cri/server/{container_create,container_start,container_stop,container_remove}.go; for probes pkg/kubelet/prober/prober.go
 * Not modelled: logs, termination messages, exec. A probe's answer follows from the behaviour.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { invariant } from '../../base/assert.ts';
import { arm, cancel } from '../../kernel/transition.ts';
import type { ActorId, Env } from '../../kernel/transition.ts';
import type { ContainerBehavior, ContainerConfig, CriAnswer, CriCall, CriContainerStatus } from '../../protocol/cri.ts';
import { profileOf, resolveBehavior } from './behavior.ts';
import { containerTimer, imagesOfProcess, newId, reply, replyError, report, tellProcess } from './effects.ts';
import type { Outcome, RuntimeEffect, RuntimeOptions } from './effects.ts';
import { containerChart } from './machine.ts';
import { withContainer } from './state.ts';
import type { Caller, ContainerRecord, Ending, RuntimeState } from './state.ts';

const KILLED = 137;
/** What a Go program exits with when it panics. */
const DIED = 2;

const notFound = (id: string): string => `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found`;

export const createContainer = (state: RuntimeState, options: RuntimeOptions, caller: Caller, sandboxId: string, config: ContainerConfig, env: Env): Outcome => {
  const sandbox = state.sandboxes.get(sandboxId);
  if (sandbox?.phase !== 'ready') return [state, [replyError(caller, `failed to find sandbox id "${sandboxId}": not found`)]];
  const image = state.images.get(config.image);
  if (image === undefined) return [state, [replyError(caller, `failed to resolve image "${config.image}": not found`)]];
  const behavior = resolveBehavior(config, options.images === undefined ? undefined : profileOf(options.images, config.image));
  if (isLeft(behavior)) return [state, [replyError(caller, behavior.left)]];
  const status: CriContainerStatus = {
    id: newId(env, `container ${sandbox.status.config.podUid} ${config.name}`, config.attempt),
    sandboxId, config: { ...config, behavior: behavior.right }, state: 'created', createdMs: env.nowMs, imageRef: image.imageRef,
  };
  return [withContainer(state, { phase: containerChart.initial, status, stoppers: [] }), [reply(caller, { kind: 'container', container: status })]];
};

/** The end that its behaviour brings by itself. */
const naturalEnding = (behavior: ContainerBehavior, startedMs: number): Ending | undefined => {
  const finish = behavior.runForMs === undefined ? undefined : { dueMs: startedMs + behavior.runForMs, exitCode: behavior.exitCode, oom: false };
  if (behavior.crashAfterMs === undefined) return finish;
  const oom = behavior.oom === true;
  const crash = { dueMs: startedMs + behavior.crashAfterMs, exitCode: oom ? KILLED : 1, oom };
  return finish !== undefined && finish.dueMs <= crash.dueMs ? finish : crash;
};

const stopEnding = (behavior: ContainerBehavior, timeoutMs: number, nowMs: number): Ending =>
  (behavior.stopDelayMs <= timeoutMs
    ? { dueMs: nowMs + behavior.stopDelayMs, exitCode: behavior.exitCode, oom: false }
    : { dueMs: nowMs + timeoutMs, exitCode: KILLED, oom: false });

const earlier = (a: Ending | undefined, b: Ending): Ending => (a !== undefined && a.dueMs <= b.dueMs ? a : b);

const reasonOf = (ending: Ending): string => ending.reason ?? (ending.oom ? 'OOMKilled' : ending.exitCode === 0 ? 'Completed' : 'Error');

type Event = 'START' | 'UP' | 'STOP' | 'END';

/** What an event carries besides its name. */
interface Detail {
  readonly options: RuntimeOptions;
  readonly env: Env;
  readonly timeoutMs?: number;
  readonly caller?: Caller;
}

const podUidOf = (state: RuntimeState, status: CriContainerStatus): string => state.sandboxes.get(status.sandboxId)?.status.config.podUid ?? '';

const begin = (state: RuntimeState, record: ContainerRecord, { options, env }: Detail): readonly [ContainerRecord, readonly RuntimeEffect[]] => {
  const { upMs: _up, starter, ...rest } = record;
  const status: CriContainerStatus = { ...record.status, state: 'running', startedMs: env.nowMs };
  const ending = naturalEnding(status.config.behavior, env.nowMs);
  return [{ ...rest, status, ...(ending === undefined ? {} : { ending }) }, [
    ...(starter === undefined ? [] : [reply(starter, { kind: 'container', container: status })]),
    ...report(state, options, 'started', podUidOf(state, status), status),
    ...tellProcess(options, 'process-start', podUidOf(state, status), status),
    ...(ending === undefined ? [] : [arm(containerTimer(status.id), ending.dueMs - env.nowMs)]),
  ]];
};

const end = (state: RuntimeState, record: ContainerRecord, { options, env }: Detail): readonly [ContainerRecord, readonly RuntimeEffect[]] => {
  const { ending, upMs: _up, starter, ...rest } = record;
  const how = ending ?? { dueMs: env.nowMs, exitCode: KILLED, oom: false };
  const status: CriContainerStatus = {
    ...record.status, state: 'exited', startedMs: record.status.startedMs ?? env.nowMs, finishedMs: env.nowMs, exitCode: how.exitCode, reason: reasonOf(how),
  };
  return [{ ...rest, status }, [
    cancel(containerTimer(status.id)),
    ...(starter === undefined ? [] : [replyError(starter, 'rpc error: code = Unknown desc = container was stopped before it started')]),
    ...report(state, options, 'stopped', podUidOf(state, status), status),
    ...(record.status.startedMs === undefined ? [] : tellProcess(options, 'process-stop', podUidOf(state, status), status)),
  ]];
};

const hasten = (record: ContainerRecord, { env, timeoutMs = 0, caller }: Detail): readonly [ContainerRecord, readonly RuntimeEffect[]] => {
  const ending = earlier(record.ending, stopEnding(record.status.config.behavior, timeoutMs, env.nowMs));
  const stoppers = caller === undefined ? record.stoppers : [...record.stoppers, caller];
  // What ends it may be overdue: its timer waits for messages that lag.
  return [{ ...record, ending, stoppers }, [arm(containerTimer(record.status.id), Math.max(0, ending.dueMs - env.nowMs))]];
};

const act = (state: RuntimeState, record: ContainerRecord, action: string, detail: Detail): readonly [ContainerRecord, readonly RuntimeEffect[]] => {
  const { caller, env } = detail;
  const { startDelayMs } = record.status.config.behavior;
  switch (action) {
    case 'awaitStart':
      return [{ ...record, upMs: env.nowMs + startDelayMs, ...(caller === undefined ? {} : { starter: caller }) },
        startDelayMs === 0 ? [] : [arm(containerTimer(record.status.id), startDelayMs)]];
    case 'begin': return begin(state, record, detail);
    case 'hasten': return hasten(record, detail);
    case 'end': return end(state, record, detail);
    case 'answerStops':
      return [{ ...record, stoppers: [] }, [...record.stoppers, ...(caller === undefined || record.stoppers.includes(caller) ? [] : [caller])].map((to) => reply(to, { kind: 'container', container: record.status }))];
    case 'refuseStart': return [record, caller === undefined ? [] : [replyError(caller, `rpc error: code = Unknown desc = container "${record.status.id}" is in ${record.phase} state`)]];
    default: invariant(false, `container runtime: unknown action ${action}`);
  }
};

const step = (state: RuntimeState, id: string, event: Event, detail: Detail): Outcome => {
  const found = state.containers.get(id);
  if (found === undefined) return [state, detail.caller === undefined ? [] : [replyError(detail.caller, notFound(id))]];
  const { state: phase, actions } = containerChart.next(found.phase, { type: event });
  let record: ContainerRecord = phase === found.phase ? found : { ...found, phase };
  const effects: RuntimeEffect[] = [];
  for (const action of actions) {
    const [after, sent] = act(state, record, action, detail);
    record = after;
    effects.push(...sent);
  }
  return [record === found ? state : withContainer(state, record), effects];
};

const then = ([state, effects]: Outcome, more: (state: RuntimeState) => Outcome): Outcome => {
  const [next, sent] = more(state);
  return [next, effects.length === 0 ? sent : [...effects, ...sent]];
};

export const startContainer = (state: RuntimeState, options: RuntimeOptions, caller: Caller, id: string, env: Env): Outcome => {
  const started = step(state, id, 'START', { options, env, caller });
  const record = started[0].containers.get(id);
  return record?.phase === 'starting' && record.upMs === env.nowMs ? then(started, (next) => step(next, id, 'UP', { options, env })) : started;
};

/** A stop that takes no time ends it in the same step. */
const endIfDue = (outcome: Outcome, options: RuntimeOptions, id: string, env: Env): Outcome => {
  const record = outcome[0].containers.get(id);
  return record?.phase === 'stopping' && record.ending !== undefined && record.ending.dueMs <= env.nowMs
    ? then(outcome, (next) => step(next, id, 'END', { options, env })) : outcome;
};

export const stopContainer = (state: RuntimeState, options: RuntimeOptions, caller: Caller, id: string, timeoutMs: number, env: Env): Outcome =>
  endIfDue(step(state, id, 'STOP', { options, env, caller, timeoutMs }), options, id, env);

export const killContainer = (state: RuntimeState, options: RuntimeOptions, id: string, env: Env): Outcome =>
  endIfDue(step(state, id, 'STOP', { options, env, timeoutMs: 0 }), options, id, env);

export const removeContainer = (state: RuntimeState, id: string): RuntimeState => ({ ...state, containers: state.containers.delete(id) });

/** The timer of a container has fired: its start delay is over, or its end has come. */
export const containerDue = (state: RuntimeState, options: RuntimeOptions, id: string, env: Env): Outcome =>
  step(state, id, state.containers.get(id)?.phase === 'starting' ? 'UP' : 'END', { options, env });

/** Opens the kubelet's stream of events. Why it begins with every container: what happened while there was none is not told again. */
export const watchContainers = (state: RuntimeState, options: RuntimeOptions): Outcome => {
  const watched = { ...state, isWatched: true };
  const begun = state.containers.values().filter(({ status }) => status.state !== 'created');
  return [watched, begun.flatMap(({ status }) => report(watched, options, status.state === 'running' ? 'started' : 'stopped', podUidOf(state, status), status))];
};

/** The process of a running container has ended by itself, before its behaviour would have had it. */
export const processExited = (state: RuntimeState, options: RuntimeOptions, id: string, exitCode: number, env: Env): Outcome => {
  const record = state.containers.get(id);
  if (record?.phase !== 'running' && record?.phase !== 'stopping') return [state, []];
  return step(withContainer(state, { ...record, ending: { dueMs: env.nowMs, exitCode, oom: false } }), id, 'END', { options, env });
};

/** Ref: containerd's restart.go loadContainer: of a container whose task is gone nobody knows how it ended. */
const LOST = { exitCode: 255, oom: false, reason: 'Unknown' } as const;

/** No process is left: whatever ran, or was about to, has ended. */
export const processesLost = (state: RuntimeState, options: RuntimeOptions, env: Env): Outcome =>
  state.containers.values().filter(({ phase }) => phase !== 'created' && phase !== 'exited').reduce<Outcome>((outcome, record) => then(outcome, (next) => {
    const stopping = withContainer(next, { ...record, phase: 'stopping', ending: { dueMs: env.nowMs, ...LOST } });
    return step(stopping, record.status.id, 'END', { options, env });
  }), [state, []]);

/** The process of a container has died by itself: an actor that crashed. */
export const processDied = (state: RuntimeState, options: RuntimeOptions, actor: ActorId, env: Env): Outcome => {
  const images = imagesOfProcess(options, actor);
  const running = state.containers.values().filter(({ phase, status }) => (phase === 'running' || phase === 'stopping') && images.includes(status.config.image));
  return running.reduce<Outcome>((outcome, { status }) => then(outcome, (next) => processExited(next, options, status.id, DIED, env)), [state, []]);
};

/** Arms again what a restart of the runtime itself disarmed. */
export const rearmContainer = (record: ContainerRecord, env: Env): readonly RuntimeEffect[] => {
  const dueMs = record.phase === 'starting' ? record.upMs : record.ending?.dueMs;
  return dueMs === undefined || record.phase === 'exited' ? [] : [arm(containerTimer(record.status.id), Math.max(0, dueMs - env.nowMs))];
};

const failureOutput = (status: CriContainerStatus, probe: 'startup' | 'liveness' | 'readiness'): string => {
  const handler = status.config.spec[`${probe}Probe`];
  if (handler?.httpGet !== undefined) return 'HTTP probe failed with statuscode: 503';
  if (handler?.tcpSocket !== undefined) return `dial tcp :${handler.tcpSocket.port}: connect: connection refused`;
  if (handler?.grpc !== undefined) return `service unhealthy (responded with "NOT_SERVING")`;
  return '';
};

export const probeContainer = (state: RuntimeState, call: Extract<CriCall, { readonly kind: 'probe' }>, env: Env): CriAnswer => {
  const status = state.containers.get(call.containerId)?.status;
  if (status === undefined) return { kind: 'error', message: notFound(call.containerId) };
  const { readyAfterMs, unhealthyAfterMs } = status.config.behavior;
  const runningMs = status.state === 'running' ? env.nowMs - (status.startedMs ?? env.nowMs) : -1;
  const healthy = call.probe !== 'liveness' || unhealthyAfterMs === undefined || runningMs < unhealthyAfterMs;
  const success = readyAfterMs !== undefined && runningMs >= readyAfterMs && healthy;
  return { kind: 'probed', success, output: success ? '' : failureOutput(status, call.probe) };
};
