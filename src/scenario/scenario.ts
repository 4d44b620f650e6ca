/** A scenario: a cluster and what is done to it, as plain data. The journal's header holds it, so a journal can be replayed without its files. */
import { printDigest, emptyDigest, extendDigest } from '../base/digest.ts';
import { hashOf } from '../base/hash.ts';
import { createCluster } from '../cluster/create-cluster.ts';
import type { ClusterTopology } from '../cluster/topology.ts';
import { variantNamed } from '../cluster/variants.ts';
import { restoreEtcd } from '../components/etcd/records.ts';
import type { World } from '../kernel/world.ts';
import type { RevisionRecord } from '../protocol/etcd.ts';
import type { UserCommand } from '../protocol/user.ts';

export interface TimelineEntry {
  /** After the cluster has come up. */
  readonly afterMs: number;
  readonly command: UserCommand;
}

export interface Scenario {
  readonly name: string;
  readonly topology: ClusterTopology;
  /** In the order in which commands of the same moment run. */
  readonly timeline: readonly TimelineEntry[];
  /** What etcd holds at the beginning, where a cluster goes on from what an earlier run left; a fresh installation when absent. */
  readonly store?: readonly RevisionRecord[];
  /** Ids of the variants that replace policies of its components; none when absent. */
  readonly variants?: readonly string[];
}

/** 16 hexadecimal digits; the same for the same cluster and timeline, whatever the scenario is called. */
export const scenarioDigest = ({ topology, timeline, store, variants = [] }: Scenario): string =>
  printDigest(extendDigest(emptyDigest, hashOf({ topology, timeline, store, ...(variants.length === 0 ? {} : { variants }) })));

/** The world of a scenario at its beginning. Throws when it names a variant that does not exist. */
export const createWorldOf = ({ topology, store, variants }: Scenario): World => createCluster(topology, {
  ...(store === undefined ? {} : { store: restoreEtcd(store) }), ...(variants === undefined ? {} : { variants: variants.map(variantNamed) }),
});
