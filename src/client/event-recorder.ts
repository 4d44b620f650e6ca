/**
 * Records core/v1 Events of one source: in order, in the background, again after connection trouble, and never in the way of the recording side.
 * Models: client-go/tools/record/event.go `recorderImpl.makeEvent`, `recordToSink`, `recordEvent`
 */
import type { Fifo } from '../base/fifo.ts';
import { emptyFifo } from '../base/fifo.ts';
import type { KubeObject } from '../api/object.ts';
import type { EventSource, ObjectReference } from '../api/types.ts';
import { formatTime } from '../api/time.ts';
import type { Effect, Env } from '../kernel/transition.ts';
import { arm, noEffects } from '../kernel/transition.ts';
import type { ApiRequest } from '../protocol/api.ts';
import { fraction } from './back-off.ts';
import type { Answer } from './controller.ts';
import type { Correlated, Correlator } from './events/correlator.ts';
import { correlate, newCorrelator, updateState } from './events/correlator.ts';
import type { CoreEvent } from './events/event-reference.ts';
import { eventName, namespaceOfEvent, referenceTo } from './events/event-reference.ts';

export interface RecorderConfig {
  readonly source: EventSource;
  /** The recorder's own timer. */
  readonly timer: string;
  /** Records nothing. */
  readonly isSilent?: boolean;
}

export interface RecordedEvent {
  /** An object, or a reference to a part of one. */
  readonly regarding: KubeObject | ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface Write {
  readonly event: CoreEvent;
  readonly patch: unknown;
  readonly tries: number;
  /** The patch found nothing: being created instead. */
  readonly creating: boolean;
}

export interface EventRecorder {
  readonly correlator: Correlator;
  readonly queue: Fifo<CoreEvent>;
  /** Undefined: idle. */
  readonly write: Write | undefined;
}

export interface RecorderStep {
  readonly recorder: EventRecorder;
  /** To be sent on channel `events`; its answer comes back to `recorderAnswered`. */
  readonly request: ApiRequest | undefined;
  readonly effects: readonly Effect[];
}

export const EVENTS_CHANNEL = 'events';
const MAX_QUEUED = 1000;
const MAX_TRIES = 12;
const SLEEP_MS = 10_000;

export const newEventRecorder = (): EventRecorder => ({ correlator: newCorrelator(), queue: emptyFifo<CoreEvent>(), write: undefined });

const isObject = (regarding: KubeObject | ObjectReference): regarding is KubeObject => 'metadata' in regarding;

const makeEvent = ({ regarding, type, reason, message }: RecordedEvent, { source }: RecorderConfig, env: Env): CoreEvent => {
  const involvedObject = isObject(regarding) ? referenceTo(regarding) : regarding;
  const now = formatTime(env.nowMs);
  return {
    apiVersion: 'v1', kind: 'Event',
    metadata: { name: eventName(involvedObject, `${source.component ?? ''}|${type}|${reason}|${message}|${involvedObject.fieldPath ?? ''}`, env), namespace: namespaceOfEvent(involvedObject) },
    involvedObject, reason, message, source, firstTimestamp: now, lastTimestamp: now, count: 1, type,
    reportingComponent: source.component ?? '', reportingInstance: source.host ?? '',
  };
};

const createRequest = (event: CoreEvent): ApiRequest => {
  const { name, namespace = 'default' } = event.metadata;
  return { verb: 'create', resource: 'events', namespace, body: { ...event, metadata: { name, namespace } } };
};

const patchRequest = (event: CoreEvent, patch: unknown): ApiRequest =>
  ({ verb: 'patch', resource: 'events', namespace: event.metadata.namespace ?? 'default', name: event.metadata.name, body: patch, patchType: 'strategic' });

const requestOf = ({ event, patch, creating }: Write): ApiRequest => (patch === undefined || creating ? createRequest(event) : patchRequest(event, patch));

const idle = (recorder: EventRecorder): RecorderStep => ({ recorder, request: undefined, effects: noEffects });

/** Takes the next event up, if none is being written. */
const pump = (recorder: EventRecorder, env: Env): RecorderStep => {
  let { correlator, queue } = recorder;
  while (recorder.write === undefined && queue.head !== undefined) {
    const [next, correlated]: readonly [Correlator, Correlated] = correlate(correlator, queue.head, env);
    correlator = next;
    queue = queue.shift();
    if (correlated.kind === 'skip') continue;
    const write: Write = { event: correlated.event, patch: correlated.patch, tries: 0, creating: false };
    return { recorder: { correlator, queue, write }, request: requestOf(write), effects: noEffects };
  }
  return idle(queue === recorder.queue ? recorder : { correlator, queue, write: recorder.write });
};

/** Queues an event; one too many is dropped, and every one where the recorder is silent. */
export const recordEvent = (recorder: EventRecorder, config: RecorderConfig, event: RecordedEvent, env: Env): RecorderStep => {
  if (config.isSilent === true || recorder.queue.size >= MAX_QUEUED) return idle(recorder);
  const { correlator, queue, write } = recorder;
  return pump({ correlator, queue: queue.push(makeEvent(event, config, env)), write }, env);
};

/** Without an answer the write is tried again, later; a refusal is final, except that a patch of an event that is gone becomes a creation. */
export const recorderAnswered = (recorder: EventRecorder, config: RecorderConfig, answer: Answer, env: Env): RecorderStep => {
  const { write } = recorder;
  if (write === undefined) return idle(recorder);
  if (answer.kind === 'unknown-outcome') {
    const tries = write.tries + 1;
    if (tries >= MAX_TRIES) return pump({ ...recorder, write: undefined }, env);
    const delayMs = tries === 1 ? SLEEP_MS * fraction(env.random(`${config.timer}/${write.event.metadata.name}`, 0)) : SLEEP_MS;
    return { recorder: { ...recorder, write: { ...write, tries, creating: false } }, request: undefined, effects: [arm(config.timer, delayMs)] };
  }
  if (answer.kind === 'refused' && answer.code === 404 && write.patch !== undefined && !write.creating) {
    const creating: Write = { ...write, creating: true };
    return { recorder: { ...recorder, write: creating }, request: requestOf(creating), effects: noEffects };
  }
  const correlator = answer.kind === 'object' ? updateState(recorder.correlator, answer.object as CoreEvent) : recorder.correlator;
  return pump({ correlator, queue: recorder.queue, write: undefined }, env);
};

/** The recorder's timer fired: tries again. */
export const recorderTimer = (recorder: EventRecorder): RecorderStep =>
  ({ recorder, request: recorder.write === undefined ? undefined : requestOf(recorder.write), effects: noEffects });
