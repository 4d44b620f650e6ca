/**
 * Keeps a source from flooding the API with Events: drops spam, folds similar Events into one, counts repeated ones.
 * Models: client-go/tools/record/events_cache.go `EventCorrelator`
 */
import { formatTime } from '../../api/time.ts';
import type { Env } from '../../kernel/transition.ts';
import type { TokenBucket } from '../workqueue/rate-limiter.ts';
import { tryAccept } from '../workqueue/rate-limiter.ts';
import type { CoreEvent } from './event-reference.ts';
import { eventName } from './event-reference.ts';
import type { Lru } from './lru.ts';
import { emptyLru, lruGet, lruSet } from './lru.ts';

interface Aggregate {
  /** Messages seen, oldest first. */
  readonly messages: readonly string[];
  readonly lastMs: number;
}

interface Observation {
  readonly count: number;
  readonly firstTimestamp: string;
  readonly name: string;
  readonly resourceVersion: string;
}

export interface Correlator {
  readonly spam: Lru<TokenBucket>;
  readonly aggregates: Lru<Aggregate>;
  readonly log: Lru<Observation>;
}

export type Correlated =
  | { readonly kind: 'skip' }
  /** `patch` undefined: to be created. */
  | { readonly kind: 'write'; readonly event: CoreEvent; readonly patch: unknown };

const SPAM_LIMITS = { perSecond: 1 / 300, burst: 25 };
const MAX_SIMILAR = 10;
const SIMILAR_WITHIN_MS = 600_000;

export const newCorrelator = (): Correlator => ({ spam: emptyLru(), aggregates: emptyLru(), log: emptyLru() });

const aboutKey = ({ source, involvedObject: about }: CoreEvent): string =>
  `${source.component ?? ''}|${source.host ?? ''}|${about.kind ?? ''}|${about.namespace ?? ''}|${about.name ?? ''}|${about.uid ?? ''}|${about.apiVersion ?? ''}`;

const eventKey = (event: CoreEvent, about: string): string =>
  `${about}|${event.involvedObject.fieldPath ?? ''}|${event.type}|${event.reason}|${event.message}`;

const similarKey = (event: CoreEvent, about: string): string =>
  `${about}|${event.type}|${event.reason}|${event.reportingComponent ?? ''}|${event.reportingInstance ?? ''}`;

const combined = (event: CoreEvent, env: Env): CoreEvent => {
  const message = `(combined from similar events): ${event.message}`;
  const now = formatTime(env.nowMs);
  const { apiVersion, kind, involvedObject, type, reason, source } = event;
  return {
    apiVersion, kind, metadata: { name: eventName(involvedObject, message, env), namespace: event.metadata.namespace ?? 'default' }, involvedObject,
    reason, message, source, firstTimestamp: now, lastTimestamp: now, count: 1, type,
  };
};

/** The event itself, or the one that stands for all similar ones, with the key under which it is counted. */
const aggregate = (correlator: Correlator, event: CoreEvent, about: string, env: Env): readonly [Correlator, CoreEvent, string] => {
  const key = similarKey(event, about);
  const known = lruGet(correlator.aggregates, key);
  const fresh = known === undefined || env.nowMs - known.lastMs > SIMILAR_WITHIN_MS ? [] : known.messages;
  const message = event.message;
  const messages = fresh.includes(message) ? fresh : [...fresh, message];
  const full = messages.length >= MAX_SIMILAR;
  const kept: Aggregate = { messages: full ? messages.slice(1) : messages, lastMs: env.nowMs };
  const next = { spam: correlator.spam, aggregates: lruSet(correlator.aggregates, key, kept), log: correlator.log };
  return full ? [next, combined(event, env), key] : [next, event, eventKey(event, about)];
};

/** Counts the event under its key: the first is created, later ones patch it. */
const count = (correlator: Correlator, event: CoreEvent, key: string): readonly [Correlator, Correlated] => {
  const last = lruGet(correlator.log, key);
  const repeated = last !== undefined && last.count > 0;
  const counted: CoreEvent = repeated
    ? { ...event, metadata: { ...event.metadata, name: last.name, resourceVersion: last.resourceVersion }, firstTimestamp: last.firstTimestamp, count: last.count + 1 }
    : event;
  const patch = repeated ? { count: counted.count, lastTimestamp: counted.lastTimestamp, message: counted.message } : undefined;
  return [observed(correlator, counted, key), { kind: 'write', event: counted, patch }];
};

const observed = ({ spam, aggregates, log }: Correlator, event: CoreEvent, key: string): Correlator => ({
  spam, aggregates,
  log: lruSet(log, key, {
    count: event.count, firstTimestamp: event.firstTimestamp, name: event.metadata.name, resourceVersion: event.metadata.resourceVersion ?? '',
  }),
});

/** Source: `EventCorrelate`: aggregation first, then the spam filter on what comes of it. */
export const correlate = (correlator: Correlator, event: CoreEvent, env: Env): readonly [Correlator, Correlated] => {
  const about = aboutKey(event);
  const [aggregated, folded, key] = aggregate(correlator, event, about, env);
  const [counted, written] = count(aggregated, folded, key);
  const spamKey = folded === event ? about : aboutKey(folded);
  const [accepted, bucket] = tryAccept(lruGet(counted.spam, spamKey), SPAM_LIMITS, env.nowMs);
  const next = { spam: lruSet(counted.spam, spamKey, bucket), aggregates: counted.aggregates, log: counted.log };
  return [next, accepted ? written : { kind: 'skip' }];
};

/** What the server made of an event. Source: `UpdateState`. */
export const updateState = (correlator: Correlator, event: CoreEvent): Correlator => observed(correlator, event, eventKey(event, aboutKey(event)));
