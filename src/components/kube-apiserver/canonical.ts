/**
 * The part of the state that may matter to the future, for hashing: contents without revisions, positions as what is still to come.
 * Why objects are hashed without their resourceVersion: two runs that wrote the same objects in another order stand in the same state.
 */
import { hashOf, hashText } from '../../base/hash.ts';
import { memoised } from '../../base/memo.ts';
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

/** Events are written for people: no component reads them. */
const ofNoConsequence: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io']);

const cacherView = memoised((cacher: Cacher) => ({
  resource: cacher.resource, phase: cacher.phase, objects: digestOf(cacher.objects), waiting: cacher.waiting.length, remembered: cacher.events.size,
}));

const cachersView = memoised((cachers: ApiserverState['cachers']) => cachers.values().filter(({ resource }) => !ofNoConsequence.has(resource)).map(cacherView));

const caughtUp = new WeakMap<ApiserverState['streams'], unknown>();

/** Where each stream stands relative to its cache. Why remembered once all have caught up: a cache never goes back. */
const streamsView = ({ streams, cachers }: ApiserverState): unknown => {
  const known = caughtUp.get(streams);
  if (known !== undefined) return known;
  const views = streams.values().map(({ afterRevision, ...stream }) => ({ ...stream, ahead: Math.max(0, afterRevision - (cachers.get(storedAs(stream.resource))?.revision ?? 0)) }));
  if (views.every(({ ahead }) => ahead === 0)) caughtUp.set(streams, views);
  return views;
};

/** How far a waiting read's cache is behind, not where it stands. */
const parkedView = (state: ApiserverState, parked: Parked): unknown =>
  (parked.kind === 'list' ? { kind: 'list', job: parked.job, behind: parked.revision - (state.cachers.get(parked.resource)?.revision ?? 0) } : parked);

/** Call ids and parked keys only count, so what they lead to is listed in their order instead. */
export const canonicalState = (state: ApiserverState): unknown => ({
  phase: state.phase,
  backlog: state.backlog,
  cachers: cachersView(state.cachers),
  streams: streamsView(state),
  pending: [...state.pending.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, pending]) => pending),
  parked: [...state.parked.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, parked]) => parkedView(state, parked)),
  collections: state.collections.values(),
  granting: state.eventLease.granting,
});
