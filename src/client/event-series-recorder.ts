/**
 * Records events.k8s.io/v1 Events, as kube-scheduler does: the second of a kind turns the first into a series, further ones only count until the series is
 * refreshed or ends.
 * Models: client-go/tools/events/event_recorder.go `makeEvent`, event_broadcaster.go `recordToSink`, `finishSeries`, `refreshExistingEventSeries`
 * Not modelled: the limit of 1000 events between recorder and broadcaster.
 */
import type { PersistentMap } from '../base/persistent-map.ts';
import { emptyMap } from '../base/persistent-map.ts';
import type { KubeObject } from '../api/object.ts';
import { formatMicroTime, parseTime } from '../api/time.ts';
import type { ObjectReference } from '../api/types.ts';
import type { Effect, Env } from '../kernel/transition.ts';
import { arm, noEffects } from '../kernel/transition.ts';
import type { ApiRequest } from '../protocol/api.ts';
import { fraction, jitter } from './back-off.ts';
import type { Answer } from './controller.ts';
import { eventName, namespaceOfEvent, referenceTo } from './events/event-reference.ts';

export interface SeriesRecorderConfig {
  /** Such as `default-scheduler`. */
  readonly reportingController: string;
  /** Upstream: the controller, a dash, and the host's name. */
  readonly reportingInstance: string;
  /** Namespace of the recorder's timers. */
  readonly timer: string;
  /** Records nothing. */
  readonly isSilent?: boolean;
}

export interface SeriesRecordedEvent {
  readonly regarding: KubeObject;
  /** A second object that had part in it. */
  readonly related?: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

interface SeriesEvent extends KubeObject {
  readonly eventTime: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly note: string;
  readonly type: string;
}

interface Write {
  readonly event: SeriesEvent;
  readonly tries: number;
  /** The patch found nothing: being created instead. */
  readonly creating: boolean;
  /** The key to forget when it is written: the last write of a series. */
  readonly finishes: string | undefined;
}

export interface SeriesRecorder {
  /** The first of each kind, by what it has in common with those that follow. */
  readonly cache: PersistentMap<SeriesEvent>;
  /** Under way or waiting to be tried again, by number. */
  readonly writes: PersistentMap<Write>;
  readonly nextWrite: number;
  readonly startedMs: number | undefined;
  readonly housekeeping: boolean;
}

/** Each answer comes back to `seriesAnswered` with its request's number. */
export interface SeriesRecorderStep {
  readonly recorder: SeriesRecorder;
  readonly requests: readonly { readonly write: number; readonly request: ApiRequest }[];
  readonly effects: readonly Effect[];
}

const MAX_TRIES = 12;
const SLEEP_MS = 10_000;
const FINISH_MS = 6 * 60_000;
const REFRESH_MS = 30 * 60_000;

export const newSeriesRecorder = (): SeriesRecorder =>
  ({ cache: emptyMap<SeriesEvent>(), writes: emptyMap<Write>(), nextWrite: 1, startedMs: undefined, housekeeping: false });

const makeEvent = ({ regarding, related, type, reason, action, note }: SeriesRecordedEvent, config: SeriesRecorderConfig, env: Env): SeriesEvent => {
  const reference = referenceTo(regarding);
  return {
    apiVersion: 'events.k8s.io/v1', kind: 'Event',
    metadata: { name: eventName(reference, `${type}|${reason}|${note}`, env), namespace: namespaceOfEvent(reference) },
    eventTime: formatMicroTime(env.nowMs), reportingController: config.reportingController, reportingInstance: config.reportingInstance,
    action, reason, regarding: reference, ...(related === undefined ? {} : { related: referenceTo(related) }), note, type,
  };
};

const referenceKey = ({ kind, namespace, name, uid, apiVersion, resourceVersion }: ObjectReference): string =>
  `${kind ?? ''}|${namespace ?? ''}|${name ?? ''}|${uid ?? ''}|${apiVersion ?? ''}|${resourceVersion ?? ''}`;

/** What makes two events one series: all but the note and the time. */
const seriesKey = ({ type, action, reason, regarding, related }: SeriesEvent): string =>
  `${type}|${action}|${reason}|${referenceKey(regarding)}${related === undefined ? '' : `|${referenceKey(related)}`}`;

const RESOURCE = 'events.events.k8s.io';

const requestOf = ({ event, creating }: Write): ApiRequest => {
  const namespace = event.metadata.namespace ?? 'default';
  return event.series === undefined || creating
    ? { verb: 'create', resource: RESOURCE, namespace, body: event }
    : { verb: 'patch', resource: RESOURCE, namespace, name: event.metadata.name, body: { series: event.series }, patchType: 'strategic' };
};

const quiet = (recorder: SeriesRecorder): SeriesRecorderStep => ({ recorder, requests: [], effects: noEffects });

const write = (step: SeriesRecorderStep, event: SeriesEvent, finishes?: string): SeriesRecorderStep => {
  const { recorder } = step;
  const started: Write = { event, tries: 0, creating: false, finishes };
  const next = { ...recorder, writes: recorder.writes.set(String(recorder.nextWrite), started), nextWrite: recorder.nextWrite + 1 };
  return { recorder: next, requests: [...step.requests, { write: recorder.nextWrite, request: requestOf(started) }], effects: step.effects };
};

const finishTimer = (config: SeriesRecorderConfig): string => `${config.timer}/finish`;
const refreshTimer = (config: SeriesRecorderConfig): string => `${config.timer}/refresh`;
const retryTimer = (config: SeriesRecorderConfig, number: number | string): string => `${config.timer}/retry/${number}`;
export const isSeriesTimer = (config: SeriesRecorderConfig, key: string): boolean => key.startsWith(`${config.timer}/`);

/** All that may be armed: to be cancelled when the process ends. */
export const seriesTimers = (recorder: SeriesRecorder, config: SeriesRecorderConfig): readonly string[] =>
  [finishTimer(config), refreshTimer(config), ...recorder.writes.keys().map((number) => retryTimer(config, number))];

/** From now to the next full period since the recorder's start. */
const untilTick = (startedMs: number, nowMs: number, periodMs: number): number => periodMs - ((nowMs - startedMs) % periodMs);

const withTick = (step: SeriesRecorderStep, timer: string, periodMs: number, { nowMs }: Env): SeriesRecorderStep =>
  ({ ...step, effects: [...step.effects, arm(timer, untilTick(step.recorder.startedMs ?? nowMs, nowMs, periodMs))] });

/** Why only while something is cached: the ticks of an empty recorder do nothing. */
const keepHouse = (step: SeriesRecorderStep, config: SeriesRecorderConfig, env: Env): SeriesRecorderStep => {
  const { recorder } = step;
  if (recorder.housekeeping || recorder.cache.size === 0) return step;
  const begun = { ...step, recorder: { ...recorder, housekeeping: true, startedMs: recorder.startedMs ?? env.nowMs } };
  return withTick(withTick(begun, finishTimer(config), FINISH_MS, env), refreshTimer(config), REFRESH_MS, env);
};

/** Writes the first of its kind, turns it into a series at the second, and counts from then on. Does nothing where the recorder is silent. */
export const recordSeriesEvent = (recorder: SeriesRecorder, config: SeriesRecorderConfig, recorded: SeriesRecordedEvent, env: Env): SeriesRecorderStep => {
  if (config.isSilent === true) return quiet(recorder);
  const event = makeEvent(recorded, config, env);
  const key = seriesKey(event);
  const known = recorder.cache.get(key);
  if (known === undefined) return keepHouse(write(quiet({ ...recorder, cache: recorder.cache.set(key, event) }), event), config, env);
  const series = { count: known.series === undefined ? 2 : known.series.count + 1, lastObservedTime: formatMicroTime(env.nowMs) };
  const counted = { ...known, series };
  const step = quiet({ ...recorder, cache: recorder.cache.set(key, counted) });
  return known.series === undefined ? write(step, counted) : step;
};

const forgetWrite = (recorder: SeriesRecorder, number: number, finishes: string | undefined): SeriesRecorder => ({
  ...recorder, writes: recorder.writes.delete(String(number)), cache: finishes === undefined ? recorder.cache : recorder.cache.delete(finishes),
});

const again = (recorder: SeriesRecorder, config: SeriesRecorderConfig, number: number, failed: Write, env: Env): SeriesRecorderStep => {
  const tries = failed.tries + 1;
  if (tries >= MAX_TRIES) return quiet(forgetWrite(recorder, number, undefined));
  const delayMs = jitter(SLEEP_MS, 0.25, fraction(env.random(`${config.timer}/${failed.event.metadata.name}`, tries)));
  const writes = recorder.writes.set(String(number), { ...failed, tries, creating: false });
  return { recorder: { ...recorder, writes }, requests: [], effects: [arm(retryTimer(config, number), delayMs)] };
};

export const seriesAnswered = (recorder: SeriesRecorder, config: SeriesRecorderConfig, number: number, answer: Answer, env: Env): SeriesRecorderStep => {
  const waiting = recorder.writes.get(String(number));
  if (waiting === undefined) return quiet(recorder);
  if (answer.kind === 'unknown-outcome') return again(recorder, config, number, waiting, env);
  if (answer.kind === 'refused' && waiting.event.series !== undefined) {
    if (answer.code === 404 && !waiting.creating) {
      const creating = { ...waiting, creating: true };
      return { recorder: { ...recorder, writes: recorder.writes.set(String(number), creating) }, requests: [{ write: number, request: requestOf(creating) }], effects: noEffects };
    }
    // Why again: the event was created after all, between the patch that missed it and the creation.
    if (answer.status.reason === 'AlreadyExists') return again(recorder, config, number, waiting, env);
  }
  return quiet(forgetWrite(recorder, number, waiting.finishes));
};

const isOver = (event: SeriesEvent, nowMs: number): boolean => (parseTime(event.series?.lastObservedTime ?? event.eventTime) ?? 0) < nowMs - FINISH_MS;

/** Ends the series that nothing was added to for six minutes, and forgets the single events as old. */
const finishSeries = (recorder: SeriesRecorder, config: SeriesRecorderConfig, env: Env): SeriesRecorderStep => {
  const over = recorder.cache.entries().filter(([, event]) => isOver(event, env.nowMs));
  const singles = over.filter(([, event]) => event.series === undefined).reduce((cache, [key]) => cache.delete(key), recorder.cache);
  const series = over.filter(([, event]) => event.series !== undefined);
  const housekeeping = singles.size > 0;
  const step = series.reduce((before, [key, event]) => write(before, event, key), quiet({ ...recorder, cache: singles, housekeeping }));
  return housekeeping ? withTick(step, finishTimer(config), FINISH_MS, env) : step;
};

const refreshSeries = (recorder: SeriesRecorder, config: SeriesRecorderConfig, env: Env): SeriesRecorderStep => {
  const step = recorder.cache.values().filter((event) => event.series !== undefined).reduce((before, event) => write(before, event), quiet(recorder));
  return recorder.housekeeping ? withTick(step, refreshTimer(config), REFRESH_MS, env) : step;
};

/** A timer of the recorder's (see `isSeriesTimer`). */
export const seriesTimer = (recorder: SeriesRecorder, config: SeriesRecorderConfig, key: string, env: Env): SeriesRecorderStep => {
  if (key === finishTimer(config)) return finishSeries(recorder, config, env);
  if (key === refreshTimer(config)) return refreshSeries(recorder, config, env);
  const number = Number(key.slice(retryTimer(config, 0).length - 1));
  const waiting = recorder.writes.get(String(number));
  return waiting === undefined ? quiet(recorder) : { recorder, requests: [{ write: number, request: requestOf(waiting) }], effects: noEffects };
};
