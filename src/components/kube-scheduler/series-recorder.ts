/**
 * Records events.k8s.io/v1 Events: each in a request of its own, a repeated one as a series on the first.
 * Models: client-go/tools/events/{event_broadcaster,event_recorder}.go recordToSink, attemptRecording, finishSeries
 * Not modelled: refreshing a running series every 30 minutes.
 */
import { formatMicroTime } from '../../api/time.ts';
import type { ObjectReference } from '../../api/types.ts';
import type { KubeObject } from '../../api/object.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { eventName, namespaceOfEvent, referenceTo } from '../../client/events/event-reference.ts';
import type { Answer } from '../../client/controller.ts';
import type { Env } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';

export interface SeriesEvent {
  readonly regarding: KubeObject;
  readonly related?: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

interface Series { readonly count: number; readonly lastObservedTime: string }
interface Recorded {
  readonly body: KubeObject;
  readonly series: Series | undefined;
  readonly lastMs: number;
}

export interface EventWrite { readonly request: ApiRequest; readonly tries: number }

export interface SeriesRecorder {
  /** By what makes two events the same. */
  readonly known: PersistentMap<Recorded>;
  /** Writes without an answer, to be tried again. */
  readonly retries: readonly EventWrite[];
}

export const newSeriesRecorder = (): SeriesRecorder => ({ known: emptyMap(), retries: [] });

/** A series that has been quiet for so long is over. */
export const FINISH_MS = 6 * 60_000;
export const RETRY_MS = 10_000;
const MAX_TRIES = 12;

const keyOf = (event: SeriesEvent, regarding: ObjectReference): string =>
  [event.type, event.action, event.reason, regarding.uid, regarding.namespace, regarding.name, regarding.resourceVersion, event.related?.metadata.uid].join('|');

const bodyOf = (event: SeriesEvent, regarding: ObjectReference, controller: string, env: Env): KubeObject => ({
  apiVersion: 'events.k8s.io/v1', kind: 'Event',
  metadata: { name: eventName(regarding, `${event.type}|${event.reason}|${event.note}`, env), namespace: namespaceOfEvent(regarding) },
  eventTime: formatMicroTime(env.nowMs),
  reportingController: controller, reportingInstance: `${controller}-${env.self}`.slice(0, 128),
  action: event.action, reason: event.reason, regarding,
  ...(event.related === undefined ? {} : { related: referenceTo(event.related) }),
  note: event.note, type: event.type,
} as KubeObject);

export const EVENTS = 'events.events.k8s.io';
const create = (body: KubeObject): ApiRequest => ({ verb: 'create', resource: EVENTS, namespace: body.metadata.namespace ?? 'default', body });
const patch = (body: KubeObject, series: Series): ApiRequest =>
  ({ verb: 'patch', resource: EVENTS, namespace: body.metadata.namespace ?? 'default', name: body.metadata.name, patchType: 'strategic', body: { series } });

export interface Recording { readonly recorder: SeriesRecorder; readonly write: EventWrite | undefined }

/** The second of its kind starts a series, which is written; further ones are only counted. */
export const record = (recorder: SeriesRecorder, event: SeriesEvent, controller: string, env: Env): Recording => {
  const regarding = referenceTo(event.regarding);
  const key = keyOf(event, regarding);
  const first = recorder.known.get(key);
  if (first === undefined) {
    const body = bodyOf(event, regarding, controller, env);
    return { recorder: { ...recorder, known: recorder.known.set(key, { body, series: undefined, lastMs: env.nowMs }) }, write: { request: create(body), tries: 0 } };
  }
  const series = { count: (first.series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(env.nowMs) };
  const known = recorder.known.set(key, { ...first, series, lastMs: env.nowMs });
  return { recorder: { ...recorder, known }, write: first.series === undefined ? { request: patch(first.body, series), tries: 0 } : undefined };
};

/** A refusal is final; a write without an answer is tried again. */
export const written = (recorder: SeriesRecorder, write: EventWrite, answer: Answer): SeriesRecorder =>
  (answer.kind !== 'unknown-outcome' || write.tries + 1 >= MAX_TRIES ? recorder : { ...recorder, retries: [...recorder.retries, { ...write, tries: write.tries + 1 }] });

/** Forgets what has been quiet, and writes the final count of a series that ends. */
export const finishSeries = (recorder: SeriesRecorder, nowMs: number): { readonly recorder: SeriesRecorder; readonly writes: readonly EventWrite[] } => {
  let { known } = recorder;
  const writes: EventWrite[] = [];
  for (const [key, { body, series, lastMs }] of recorder.known.entries()) {
    if (nowMs - lastMs < FINISH_MS) continue;
    known = known.delete(key);
    if (series !== undefined) writes.push({ request: patch(body, series), tries: 0 });
  }
  return { recorder: { ...recorder, known }, writes };
};
