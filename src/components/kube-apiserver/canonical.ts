/**
 * The part of the state that may matter to the future, for hashing: contents without revisions, positions as what is still to come.
 * Why objects are hashed without their resourceVersion: two runs that wrote the same objects in another order stand in the same state.
 */
import { hashOf, hashText } from '../../base/hash.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ApiserverState, Cacher, Parked } from './state.ts';
import { encodeValue, storedAs } from './storage/codec.ts';

const hashes = new WeakMap<KubeObject, number>();

const objectHash = (object: KubeObject): number => {
  const known = hashes.get(object);
  if (known !== undefined) return known;
  const hash = hashOf(encodeValue(object));
  hashes.set(object, hash);
  return hash;
};

const digests = new WeakMap<Cacher['objects'], readonly [number, number]>();

/** Order does not matter: two sums over all objects. */
const digestOf = (objects: Cacher['objects']): readonly [number, number] => {
  const known = digests.get(objects);
  if (known !== undefined) return known;
  let low = 0;
  let high = 0;
  objects.forEach((inNamespace, namespace) => inNamespace.forEach((object, name) => {
    const hash = hashText(`${namespace}/${name} ${objectHash(object)}`);
    low ^= hash | 0;
    high ^= (hash / 2 ** 32) | 0;
  }));
  const digest = [low, high] as const;
  digests.set(objects, digest);
  return digest;
};

const cacherView = (cacher: Cacher): unknown => ({
  resource: cacher.resource, phase: cacher.phase, objects: digestOf(cacher.objects), waiting: cacher.waiting.length, remembered: cacher.events.size,
});

/** How far a waiting read's cache is behind, not where it stands. */
const parkedView = (state: ApiserverState, parked: Parked): unknown =>
  (parked.kind === 'list' ? { kind: 'list', job: parked.job, behind: parked.revision - (state.cachers.get(parked.resource)?.revision ?? 0) } : parked);

/** Call ids and parked keys only count, so what they lead to is listed in their order instead. */
export const canonicalState = (state: ApiserverState): unknown => ({
  phase: state.phase,
  backlog: state.backlog,
  cachers: state.cachers.values().map(cacherView),
  streams: state.streams.values().map(({ afterRevision, ...stream }) => ({ ...stream, ahead: Math.max(0, afterRevision - (state.cachers.get(storedAs(stream.resource))?.revision ?? 0)) })),
  pending: [...state.pending.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, pending]) => pending),
  parked: [...state.parked.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, parked]) => parkedView(state, parked)),
  collections: state.collections.values(),
  granting: state.eventLease.granting,
});
