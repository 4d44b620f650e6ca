/**
 * The part of the scheduler's state that may matter to its future: without times, counters and what is derived.
 */
import { memoised } from '../../base/memo.ts';
import { canonicalInformers, canonicalRequests } from '../../client/canonical.ts';
import { eventsSince } from './queue/in-flight.ts';
import type { SchedulerState } from './state.ts';

const queued = memoised((pods: SchedulerState['queue']['pods']) => ({
  queue: pods.entries().map(([uid, pod]) => ({
    uid, phase: pod.phase, attempts: pod.unschedulableCount, errors: pod.consecutiveErrors, by: pod.unschedulablePlugins, pending: pod.pendingPlugins, gatedBy: pod.gatedBy,
  })),
  order: pods.values().filter((pod) => pod.phase === 'active').sort((a, b) => a.timestampMs - b.timestampMs || a.seq - b.seq).map(({ info }) => info.uid),
}));

const inFlight = memoised((flight: SchedulerState['queue']['inFlight']) => flight.pods.map(({ uid }) =>
  ({ uid, kept: eventsSince(flight, uid).map(({ event, before, after }) => [event.label, (after ?? before)?.metadata.name]) })));

const cachedPods = memoised((pods: SchedulerState['cache']['pods']) => pods.entries().map(([uid, { node, assumed }]) => ({ uid, node, assumed })));

const cachedNodes = memoised((nodes: SchedulerState['cache']['nodes']) => nodes.entries().map(([name, { node }]) =>
  ({ name, spec: node?.spec, labels: node?.metadata.labels, allocatable: node?.status?.allocatable })));

/** As `Actor.canonical`. */
export const canonicalScheduler = (state: SchedulerState): unknown => ({
  phase: state.phase,
  leading: state.election.phase,
  queue: queued(state.queue.pods),
  inFlight: inFlight(state.queue.inFlight),
  nominated: state.queue.nominator.nodeOf,
  cached: cachedPods(state.cache.pods),
  nodes: cachedNodes(state.cache.nodes),
  nextStart: state.nextStart,
  attempt: state.attempt?.uid,
  called: state.called,
  bindings: state.bindings.entries().map(([uid, { node, requests }]) => ({ uid, node, left: requests.length })),
  preemptions: state.preemptions.entries().map(([uid, { node, phase, outstanding, failed }]) => ({ uid, node, phase, outstanding, failed })),
  informers: canonicalInformers(state.informers),
  requests: canonicalRequests(state.requests),
});
