/** What the store holds, read from outside the world without disturbing it: etcd's newest revision, decoded as kube-apiserver decodes it. */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import { draftOf } from '../components/etcd/draft.ts';
import { range } from '../components/etcd/range.ts';
import type { EtcdState } from '../components/etcd/state.ts';
import { decodeKeyValue, infoOf, storageKey } from '../components/kube-apiserver/storage/codec.ts';
import type { World } from '../kernel/world.ts';
import { prefixEnd } from '../protocol/etcd.ts';
import type { ReadObjects } from './read-objects.ts';

export const ETCD = 'etcd';

export const etcdState = (world: World): EtcdState => world.stateOf<EtcdState>(ETCD);

/** The store's revision. */
export const storeRevision = (world: World): number => etcdState(world).revision;

/** One object as it stands in the store. */
export const readObject = (world: World, resource: ResourceId, namespace: string | undefined, name: string): KubeObject | undefined => {
  const kv = etcdState(world).keyspace.get(storageKey(infoOf(resource), namespace, name));
  return kv === undefined ? undefined : decodeKeyValue(kv);
};

/** Every object of a resource as the store has them now (or had them at `revision`), sorted by key. Throws when that revision is compacted. */
export const readStore = (world: World, revision?: number): ReadObjects => (resource) => {
  const prefix = storageKey(infoOf(resource), undefined);
  return range(draftOf(etcdState(world)), { kind: 'range', key: prefix, rangeEnd: prefixEnd(prefix), ...(revision === undefined ? {} : { revision }) })
    .kvs.map(decodeKeyValue);
};
