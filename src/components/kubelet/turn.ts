/**
 * One transition of the kubelet in the making: the state so far and the effects so far.
 * Why it is mutable: a message can move several parts (a worker, its probes, a status) in one transition; nothing of a turn outlives it.
 */
import type { KubeObject } from '../../api/object.ts';
import type { ObjectReference, Pod } from '../../api/types.ts';
import type { Mutable } from '../../base/mutable.ts';
import type { RecorderConfig, RecorderStep } from '../../client/event-recorder.ts';
import { EVENTS_CHANNEL, recordEvent } from '../../client/event-recorder.ts';
import { referenceTo } from '../../client/events/event-reference.ts';
import type { InformerSet } from '../../client/informers.ts';
import type { ApiClient } from '../../client/requests.ts';
import { issue } from '../../client/requests.ts';
import type { Effect, Env } from '../../kernel/transition.ts';
import { arm, cancel, send } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { CriCall } from '../../protocol/cri.ts';
import type { KubeletOptions, KubeletPolicy } from './options.ts';
import { fieldPathOf } from './pod/containers.ts';
import { emptyView } from './pod/runtime-view.ts';
import type { RuntimeView } from './pod/runtime-view.ts';
import type { CriTag, KubeletState, PodWorker, RequestTag } from './state.ts';
import { copyOf, copyOfWorker } from './state.ts';

/** What a kubelet is made of and never changes. */
export interface KubeletPlan {
  readonly options: KubeletOptions;
  readonly policy: KubeletPolicy;
  readonly client: ApiClient;
  readonly informers: InformerSet;
  readonly recorder: RecorderConfig;
}

export interface Turn {
  readonly plan: KubeletPlan;
  readonly env: Env;
  state: KubeletState;
  /** The state itself, once this turn has made a copy of its own to write into. */
  own: Mutable<KubeletState> | undefined;
  readonly effects: Effect[];
}

/** This turn's own copy of the state. */
export const writable = (turn: Turn): Mutable<KubeletState> => {
  if (turn.own === undefined || turn.own !== turn.state) turn.state = turn.own = copyOf(turn.state);
  return turn.own;
};

/** Changes some fields of the state. */
export const set = (turn: Turn, fields: Partial<KubeletState>): void => {
  Object.assign(writable(turn), fields);
};

export const setTimer = (turn: Turn, key: string, afterMs: number): void => {
  turn.effects.push(arm(key, Math.max(0, afterMs)));
};

export const clearTimer = (turn: Turn, key: string): void => {
  turn.effects.push(cancel(key));
};

export const callRuntime = (turn: Turn, call: CriCall, tag: CriTag): void => {
  const state = writable(turn);
  const id = state.nextCall;
  state.calls = state.calls.set(String(id), tag);
  state.nextCall = id + 1;
  turn.effects.push(send(turn.plan.options.runtime, 'cri', { kind: 'cri-call', id, call }));
};

/** Opens the stream of container events, and asks for what it does not tell: sandboxes and images. */
export const followRuntime = (turn: Turn): void => {
  turn.effects.push(send(turn.plan.options.runtime, 'cri-events', { kind: 'cri-watch' }));
  callRuntime(turn, { kind: 'list' }, { kind: 'list' });
};

export const ask = (turn: Turn, channel: string, request: ApiRequest, tag: RequestTag): void => {
  const [requests, effects] = issue(turn.state.requests, turn.plan.client, channel, request, tag);
  writable(turn).requests = requests;
  turn.effects.push(...effects);
};

/** Takes over what the event recorder did. */
export const followRecorder = (turn: Turn, step: RecorderStep): void => {
  writable(turn).recorder = step.recorder;
  turn.effects.push(...step.effects);
  if (step.request !== undefined) ask(turn, EVENTS_CHANNEL, step.request, { kind: 'event' });
};

export const record = (turn: Turn, regarding: KubeObject | ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void => {
  followRecorder(turn, recordEvent(turn.state.recorder, turn.plan.recorder, { regarding, type, reason, message }, turn.env));
};

export const recordContainer = (turn: Turn, pod: Pod, container: string, type: 'Normal' | 'Warning', reason: string, message: string): void => {
  record(turn, referenceTo(pod, fieldPathOf(pod, container)), type, reason, message);
};

export const viewOf = (state: KubeletState, uid: string): RuntimeView => state.views.get(uid) ?? emptyView;

export const setView = (turn: Turn, uid: string, view: RuntimeView): void => {
  const state = writable(turn);
  state.views = state.views.set(uid, view);
};

export const setWorker = (turn: Turn, worker: PodWorker): void => {
  const state = writable(turn);
  state.workers = state.workers.set(worker.uid, worker);
};

/** Changes some fields of a worker that is there. */
export const changeWorker = (turn: Turn, uid: string, fields: Partial<PodWorker>): void => {
  const worker = turn.state.workers.get(uid);
  if (worker !== undefined) setWorker(turn, Object.assign(copyOfWorker(worker), fields));
};

export const workerTimer = (uid: string): string => `worker ${uid}`;
export const hookTimer = (kind: 'pre-stop' | 'post-start', uid: string, which: string): string => `${kind} ${uid} ${which}`;
export const probeTimer = (key: string): string => `probe ${key}`;
