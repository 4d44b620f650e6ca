/**
 * Which generation of each slice this controller has written, so that it does not act on a cache that has not seen it yet.
 * Models: staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go
 */
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { EndpointSlice } from '../../../api/types.ts';

/** A deletion that no watch has told of yet. */
const DELETION_EXPECTED = -1;

/** By Service key, then by slice UID: the generation that was written last. */
export type Tracker = PersistentMap<PersistentMap<number>>;

export const emptyTracker: Tracker = emptyMap<PersistentMap<number>>();

const uidOf = (slice: EndpointSlice): string => slice.metadata.uid ?? '';
const generationOf = (slice: EndpointSlice): number => slice.metadata.generation ?? 0;

export const hasSlice = (tracker: Tracker, service: string, slice: EndpointSlice): boolean => tracker.get(service)?.has(uidOf(slice)) === true;

/** Whether a slice seen in a watch is not what was written last. */
export const shouldSync = (tracker: Tracker, service: string, slice: EndpointSlice): boolean => {
  const known = tracker.get(service)?.get(uidOf(slice));
  return known === undefined || known === DELETION_EXPECTED || generationOf(slice) > known;
};

/** Whether the cache lags behind what was written: a slice is older, is to be gone, or is missing. */
export const isStale = (tracker: Tracker, service: string, cached: readonly EndpointSlice[]): boolean => {
  const written = tracker.get(service);
  if (written === undefined) return false;
  const seen = new Map(cached.map((slice) => [uidOf(slice), generationOf(slice)]));
  if (cached.some((slice) => { const known = written.get(uidOf(slice)); return known !== undefined && (known === DELETION_EXPECTED || known > generationOf(slice)); })) return true;
  return written.entries().some(([uid, generation]) => generation !== DELETION_EXPECTED && !seen.has(uid));
};

export const trackWrite = (tracker: Tracker, service: string, slice: EndpointSlice): Tracker =>
  tracker.set(service, (tracker.get(service) ?? emptyMap<number>()).set(uidOf(slice), generationOf(slice)));

export const expectDeletion = (tracker: Tracker, service: string, slice: EndpointSlice): Tracker =>
  tracker.set(service, (tracker.get(service) ?? emptyMap<number>()).set(uidOf(slice), DELETION_EXPECTED));

/** A deletion was seen: whether it was expected. */
export const handleDeletion = (tracker: Tracker, service: string, slice: EndpointSlice): { readonly tracker: Tracker; readonly wasExpected: boolean } => {
  const written = tracker.get(service);
  const known = written?.get(uidOf(slice));
  if (written === undefined || known === undefined) return { tracker, wasExpected: true };
  return { tracker: tracker.set(service, written.delete(uidOf(slice))), wasExpected: known === DELETION_EXPECTED };
};
