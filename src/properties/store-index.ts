/** The newest objects by uid, by controller and by node: one index for all monitors of a world, brought up to date from etcd's log when it is asked. */
import type { KubeObject } from '../api/object.ts';
import { controllerOf } from '../api/pod-helpers.ts';
import type { Pod } from '../api/types.ts';
import { etcdState } from '../cluster/store-view.ts';
import type { World } from '../kernel/world.ts';
import { entryAt } from '../log/append-log.ts';
import type { EtcdEvent } from '../protocol/etcd.ts';
import { changeOf, resourceOfKey } from './changes.ts';

type ByKey = ReadonlyMap<string, KubeObject>;

export interface StoreIndex {
  readonly byUid: (uid: string) => KubeObject | undefined;
  /** Every object but events and leases. */
  readonly all: () => Iterable<KubeObject>;
  /** By storage key: all that the object with this uid controls, of whatever kind. */
  readonly controlledBy: (uid: string) => ByKey;
  /** By storage key: all pods bound to the node. */
  readonly podsOn: (node: string) => ReadonlyMap<string, Pod>;
}

/** What comes and goes with time alone, and owns nothing. */
const IGNORED: ReadonlySet<string> = new Set(['events', 'leases.coordination.k8s.io']);
const NOTHING: ByKey = new Map();

interface Tables {
  revision: number;
  readonly uids: Map<string, KubeObject>;
  readonly controlled: Map<string, Map<string, KubeObject>>;
  readonly onNode: Map<string, Map<string, KubeObject>>;
}

const nodeOf = (object: KubeObject): string | undefined => (object.kind === 'Pod' ? (object as Pod).spec.nodeName : undefined);

const put = (table: Map<string, Map<string, KubeObject>>, at: string | undefined, key: string, object: KubeObject): void => {
  if (at === undefined || at === '') return;
  const group = table.get(at);
  if (group === undefined) table.set(at, new Map([[key, object]]));
  else group.set(key, object);
};

const drop = (table: Map<string, Map<string, KubeObject>>, at: string | undefined, key: string): void => {
  if (at !== undefined && at !== '') table.get(at)?.delete(key);
};

const remove = ({ uids, controlled, onNode }: Tables, key: string, object: KubeObject): void => {
  uids.delete(object.metadata.uid ?? '');
  drop(controlled, controllerOf(object)?.uid, key);
  drop(onNode, nodeOf(object), key);
};

const add = ({ uids, controlled, onNode }: Tables, key: string, object: KubeObject): void => {
  uids.set(object.metadata.uid ?? '', object);
  put(controlled, controllerOf(object)?.uid, key, object);
  put(onNode, nodeOf(object), key, object);
};

const apply = (tables: Tables, event: EtcdEvent, revision: number): void => {
  const change = changeOf(event, revision);
  if (change === undefined || IGNORED.has(change.resource)) return;
  if (change.before !== undefined) remove(tables, change.key, change.before);
  if (change.after !== undefined) add(tables, change.key, change.after);
};

const scan = (world: World): Tables => {
  const { keyspace, revision } = etcdState(world);
  const tables: Tables = { revision, uids: new Map(), controlled: new Map(), onNode: new Map() };
  keyspace.forEach(({ value }, key) => {
    const resource = resourceOfKey(key);
    if (resource !== undefined && !IGNORED.has(resource)) add(tables, key, value as KubeObject);
  });
  return tables;
};

/** Undefined: revisions between are compacted, and there is nothing to go on from. */
const caughtUp = (tables: Tables, world: World): Tables | undefined => {
  const { revision, log } = etcdState(world);
  if (tables.revision < revision && tables.revision + 1 < log.start) return undefined;
  for (; tables.revision < revision; tables.revision += 1) {
    for (const event of entryAt(log, tables.revision + 1) ?? []) apply(tables, event, tables.revision + 1);
  }
  return tables;
};

const indexes = new WeakMap<World, Tables>();

const tablesOf = (world: World): Tables => {
  const known = indexes.get(world);
  const tables = (known === undefined ? undefined : caughtUp(known, world)) ?? scan(world);
  if (tables !== known) indexes.set(world, tables);
  return tables;
};

/** As the store stands now. Good until the next step. */
export const storeIndex = (world: World): StoreIndex => {
  const tables = tablesOf(world);
  return {
    byUid: (uid) => tables.uids.get(uid),
    all: () => tables.uids.values(),
    controlledBy: (uid) => tables.controlled.get(uid) ?? NOTHING,
    podsOn: (node) => (tables.onNode.get(node) ?? NOTHING) as ReadonlyMap<string, Pod>,
  };
};
