/**
 * The part of a kubelet's state that may matter to its future: times relative to now, no ids of requests and calls.
 * Not modelled: times inside pods, statuses and back-offs, which stay as they are.
 */
import { canonicalInformers, canonicalRequests } from '../../client/canonical.ts';
import type { KubeletState } from './state.ts';

/** As `Actor.canonical`. Why without the correlator: it picks the form of an Event only. */
export const canonicalKubelet = (state: KubeletState, nowMs: number): unknown => {
  const { requests, recorder, informers, calls, nextCall: _nextCall, node, lease, ...rest } = state;
  return {
    ...rest,
    requests: canonicalRequests(requests), event: recorder.write, events: recorder.queue.toArray(), informers: canonicalInformers(informers),
    calls: [...calls.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, tag]) => tag),
    node: { ...node, reportedMs: nowMs - node.reportedMs }, lease: { failures: lease.failures, holds: lease.object !== undefined },
  };
};
