/**
 * What counts as the same in a cluster: equal hashes only for worlds in which the same can still happen, so that a search may go on from one of them.
 * It sees through what `hashOf` cannot: the revisions inside cached objects and messages.
 * Not in it: the absolute time, ids of requests, positions of watches (they are what is still undelivered), Events (no component reads them), etcd's leases
 *   (nothing but Events has one).
 * Not seen through: times inside objects and component memories, so two worlds that did the same at other moments count as two.
 */
import { combine, hashText } from '../../base/hash.ts';
import { newKeyspaceSum } from '../../components/etcd/keyspace-sum.ts';
import type { EtcdState } from '../../components/etcd/state.ts';
import type { Hashing } from '../../kernel/world-config.ts';
import { ETCD } from '../store-view.ts';
import { newVersionsHasher } from './versions-hash.ts';

const EVENTS = '/registry/events/';

/** Remembers what it has hashed: one for a world and all that are forked from it. */
export const clusterHashing = (): Hashing => {
  const versions = newVersionsHasher();
  /** Why not etcd's own canonical form: it hashes the revisions that some values hold. */
  const storeSum = newKeyspaceSum((kv, store) => (kv.key.startsWith(EVENTS) ? 0 : combine(hashText(kv.key), combine(versions.hash(kv.value, store), kv.version))));
  const etcdHash = ({ watchers, ...store }: EtcdState): number => combine(storeSum(store), watchers.length);
  return {
    state: (actor, state, nowMs, stateOf) => {
      const store = stateOf(ETCD) as EtcdState;
      if (actor.id === ETCD) return etcdHash(store);
      return versions.hash(actor.canonical === undefined ? state : actor.canonical(state, nowMs), store);
    },
    message: (body, stateOf) => versions.hash(body, stateOf(ETCD) as EtcdState),
  };
};
