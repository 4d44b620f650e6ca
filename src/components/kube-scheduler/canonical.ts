/**
 * The part of the scheduler's state that may matter to its future: without times, counters and what is derived.
 * Why the informers' stores are left to their own hashes: they hold the objects; here only what the scheduler decided counts.
 */
import { eventsSince } from './queue/in-flight.ts';
import type { SchedulerState } from './state.ts';

export const canonicalScheduler = (state: SchedulerState): unknown => ({
  phase: state.phase,
  leading: state.election.phase,
  queue: state.queue.pods.entries().map(([uid, pod]) => ({
    uid, phase: pod.phase, attempts: pod.unschedulableCount, errors: pod.consecutiveErrors, by: pod.unschedulablePlugins, pending: pod.pendingPlugins, gatedBy: pod.gatedBy,
  })),
  order: state.queue.pods.values().filter((pod) => pod.phase === 'active').sort((a, b) => a.timestampMs - b.timestampMs || a.seq - b.seq).map(({ info }) => info.uid),
  inFlight: state.queue.inFlight.pods.map(({ uid }) => uid),
  kept: state.queue.inFlight.pods.map(({ uid }) => eventsSince(state.queue.inFlight, uid).map(({ event, before, after }) => [event.label, (after ?? before)?.metadata.name])),
  nominated: state.queue.nominator.nodeOf,
  cached: state.cache.pods.entries().map(([uid, { node, assumed }]) => ({ uid, node, assumed })),
  nodes: state.cache.nodes.entries().map(([name, { node }]) => ({ name, spec: node?.spec, labels: node?.metadata.labels, allocatable: node?.status?.allocatable })),
  nextStart: state.nextStart,
  attempt: state.attempt?.uid,
  called: state.called,
  bindings: state.bindings.entries().map(([uid, { node, requests }]) => ({ uid, node, left: requests.length })),
  preemptions: state.preemptions.entries().map(([uid, { node, phase, outstanding, failed }]) => ({ uid, node, phase, outstanding, failed })),
  stores: state.informers.map(({ indexer, synced, unsynced, reflector }) => ({ objects: indexer.objects, synced, unsynced, reflector: reflector.phase })),
  requests: state.requests.pending.size,
});
