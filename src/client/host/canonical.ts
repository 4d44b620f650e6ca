/**
 * The part of a controller host's state that may matter to its future: times relative to now, no request ids, no counters that only count.
 * Not modelled: times inside the controllers' own memories, and resourceVersions inside cached objects, which stay as they are.
 */
import type { PendingRequest } from '../requests.ts';
import type { Election } from '../leader-election/leader-election.ts';
import { DEFAULT_RATE_LIMITS, refilled } from '../workqueue/rate-limiter.ts';
import type { Workqueue } from '../workqueue/workqueue.ts';
import type { Informers } from '../informers.ts';
import { compareStrings } from '../../base/order.ts';
import { hashOf } from '../../base/hash.ts';
import type { HostState, Tag } from './host-state.ts';

const canonicalRequest = ({ server, channel, request, tag, retries }: PendingRequest<Tag>): unknown => ({ server, channel, request, tag, retries });

/** In an order that does not depend on the ids. */
const canonicalRequests = ({ server, broken, pending }: HostState['requests']): unknown => {
  const waiting: (readonly [string, unknown])[] = [];
  pending.forEach((request) => {
    const canonical = canonicalRequest(request);
    waiting.push([String(hashOf(canonical)), canonical]);
  });
  return { server, broken, waiting: waiting.sort((a, b) => compareStrings(a[0], b[0])) };
};

const canonicalQueue = ({ queue, status, dueMs, limiter }: Workqueue, nowMs: number): unknown => {
  const due = dueMs.size === 0 ? [] : dueMs.entries().map(([key, atMs]) => [key, atMs - nowMs]);
  const tokens = Math.floor(refilled(limiter.bucket, DEFAULT_RATE_LIMITS, nowMs));
  return { queue: queue.toArray(), status, due, failures: limiter.failures, tokens };
};

const canonicalInformers = (informers: Informers): unknown =>
  informers.map(({ reflector: { phase, unavailable, server, broken, backOff, lively }, indexer, synced, unsynced }) =>
    ({ phase, unavailable, server, broken, steps: backOff.backOff.steps, lively, objects: indexer.objects, synced, unsynced }));

const canonicalElection = ({ phase, observed, observedMs }: Election, nowMs: number): unknown =>
  ({ phase, holder: observed?.holderIdentity, transitions: observed?.leaseTransitions, agoMs: observed === undefined ? 0 : nowMs - observedMs });

/** As `Actor.canonical`. */
export const canonicalHostState = (state: HostState, nowMs: number): unknown => ({
  phase: state.phase,
  requests: canonicalRequests(state.requests),
  informers: canonicalInformers(state.informers),
  election: canonicalElection(state.election, nowMs),
  controllers: state.controllers.map(({ memory, started, queues, recorder }) => ({
    memory, started, event: recorder.write, events: recorder.queue.toArray(),
    queues: queues.map(({ queue, syncs, called }) => ({ syncs, called, keys: canonicalQueue(queue, nowMs) })),
  })),
});
