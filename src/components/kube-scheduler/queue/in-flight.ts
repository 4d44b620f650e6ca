/**
 * The events that happened while pods were being scheduled, so that none is lost to a pod whose attempt then fails.
 * Models: pkg/scheduler/backend/queue/active_queue.go inFlightPods, inFlightEvents
 */
import type { KubeObject } from '../../../api/object.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';

export interface KeptEvent {
  readonly seq: number;
  readonly event: ClusterEvent;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}
interface Kept { readonly kept: KeptEvent; readonly next: Kept | undefined }

export interface InFlight {
  readonly nextSeq: number;
  /** By order of popping. */
  readonly pods: readonly { readonly uid: string; readonly since: number }[];
  /** Newest first; only what some pod in flight may still ask for. */
  readonly events: Kept | undefined;
}

export const noneInFlight: InFlight = { nextSeq: 0, pods: [], events: undefined };

export const track = (flight: InFlight, uid: string): InFlight => ({ ...flight, pods: [...flight.pods, { uid, since: flight.nextSeq }] });

const prunedTo = (events: Kept | undefined, since: number): Kept | undefined => {
  const needed: KeptEvent[] = [];
  for (let cell = events; cell !== undefined && cell.kept.seq >= since; cell = cell.next) needed.push(cell.kept);
  return needed.reduceRight<Kept | undefined>((next, kept) => ({ kept, next }), undefined);
};

export const untrack = (flight: InFlight, uid: string): InFlight => {
  const pods = flight.pods.filter((pod) => pod.uid !== uid);
  if (pods.length === flight.pods.length) return flight;
  const oldest = pods[0];
  if (oldest === undefined) return noneInFlight;
  return { ...flight, pods, events: oldest.since === flight.pods[0]?.since ? flight.events : prunedTo(flight.events, oldest.since) };
};

/** Unchanged when nothing is in flight. */
export const keep = (flight: InFlight, event: ClusterEvent, before: KubeObject | undefined, after: KubeObject | undefined): InFlight =>
  (flight.pods.length === 0 ? flight
    : { ...flight, nextSeq: flight.nextSeq + 1, events: { kept: { seq: flight.nextSeq, event, before, after }, next: flight.events } });

/** In the order in which they happened. */
export const eventsSince = (flight: InFlight, uid: string): readonly KeptEvent[] => {
  const since = flight.pods.find((pod) => pod.uid === uid)?.since;
  const found: KeptEvent[] = [];
  if (since === undefined) return found;
  for (let cell = flight.events; cell !== undefined && cell.kept.seq >= since; cell = cell.next) found.push(cell.kept);
  return found.reverse();
};
