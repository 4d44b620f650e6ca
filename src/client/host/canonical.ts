/**
 * The part of a controller host's state that may matter to its future: times relative to now, no request ids, no counters that only count.
 * Not modelled: times inside the controllers' own memories, and resourceVersions inside cached objects, which stay as they are.
 */
import { memoisedAt } from '../../base/memo.ts';
import { canonicalInformers, canonicalRequests } from '../canonical.ts';
import type { Election } from '../leader-election/leader-election.ts';
import { DEFAULT_RATE_LIMITS, refilled } from '../workqueue/rate-limiter.ts';
import type { Workqueue } from '../workqueue/workqueue.ts';
import type { HostState } from './host-state.ts';

const canonicalQueue = ({ queue, status, dueMs, limiter }: Workqueue, nowMs: number): unknown => {
  const due = dueMs.size === 0 ? [] : dueMs.entries().map(([key, atMs]) => [key, atMs - nowMs]);
  const tokens = Math.floor(refilled(limiter.bucket, DEFAULT_RATE_LIMITS, nowMs));
  return { queue: queue.toArray(), status, due, failures: limiter.failures, tokens };
};

const canonicalElection = ({ phase, observed, observedMs }: Election, nowMs: number): unknown =>
  ({ phase, holder: observed?.holderIdentity, transitions: observed?.leaseTransitions, agoMs: observed === undefined ? 0 : nowMs - observedMs });

const canonicalController = memoisedAt(({ memory, started, queues, recorder }: HostState['controllers'][number], nowMs) => ({
  memory, started, event: recorder.write, events: recorder.queue.toArray(),
  queues: queues.map(({ queue, syncs, called }) => ({ syncs, called, keys: canonicalQueue(queue, nowMs) })),
}));

/** As `Actor.canonical`. */
export const canonicalHostState = (state: HostState, nowMs: number): unknown => ({
  phase: state.phase,
  requests: canonicalRequests(state.requests),
  informers: canonicalInformers(state.informers),
  election: canonicalElection(state.election, nowMs),
  controllers: state.controllers.map((controller) => canonicalController(controller, nowMs)),
});
