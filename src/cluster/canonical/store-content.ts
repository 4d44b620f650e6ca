/**
 * What a user can see of a store, as one hash: its objects without what differs from run to run for no reason of theirs (uids, times, versions),
 * and without what only ticks (Events, Leases). Two ends of runs with the same content came out alike.
 */
import { combine, hashNumber, hashText, highLane, lowLane, packLanes } from '../../base/hash.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { compareStrings } from '../../base/order.ts';
import type { KubeObject } from '../../api/object.ts';
import { newKeyspaceSum } from '../../components/etcd/keyspace-sum.ts';
import type { Store } from '../../components/etcd/state.ts';
import type { World } from '../../kernel/world.ts';
import { describeObjectName } from '../../protocol/describe.ts';
import { etcdState } from '../store-view.ts';
import type { ClusterTopology, NodeTopology } from '../topology.ts';

const TICKING: readonly string[] = ['/registry/events/', '/registry/leases/', '/registry/masterleases/'];

/** Fields that tell runs apart and not their outcomes. */
const isIncidental = (field: string): boolean => /(?:Time|Timestamp|At)$/.test(field) || ['uid', 'resourceVersion', 'containerID'].includes(field);

/** Fields that follow from which node something stands on, and in which order it came there. */
const OF_A_PLACE: ReadonlySet<string> = new Set(['podIP', 'podIPs', 'hostIP', 'hostIPs', 'addresses', 'podCIDR', 'podCIDRs', 'ip']);

/** How a generated name ends: five of the letters and digits that names are drawn from. */
const DRAWN_SUFFIX = /-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

type Rename = (text: string) => string;

interface Look {
  readonly rename: Rename;
  readonly leavesOut: (field: string) => boolean;
  readonly memo: WeakMap<object, number>;
}

const nothing = hashText('nothing');

const hashSeen = (value: unknown, look: Look): number => {
  if (typeof value === 'string') return hashText(look.rename(value));
  if (typeof value === 'number') return hashNumber(value);
  if (typeof value === 'boolean') return value ? 1 : 2;
  if (typeof value !== 'object' || value === null) return nothing;
  if (Array.isArray(value)) return (value as readonly unknown[]).reduce<number>((hash, item) => combine(hash, hashSeen(item, look)), value.length);
  let [high, low] = [0, 0];
  for (const [field, held] of Object.entries(value)) {
    if (held === undefined || look.leavesOut(field)) continue;
    const hash = combine(hashText(field), hashSeen(held, look));
    high ^= highLane(hash);
    low ^= lowLane(hash);
  }
  return packLanes(high, low);
};

const hashObject = (object: KubeObject, look: Look): number => {
  const known = look.memo.get(object);
  if (known !== undefined) return known;
  const hash = hashSeen(object, look);
  look.memo.set(object, hash);
  return hash;
};

const isSeen = (key: string): boolean => !TICKING.some((prefix) => key.startsWith(prefix));

const lookAt = (look: Look): ((store: Store) => number) => newKeyspaceSum(({ key, value }) =>
  (isSeen(key) && typeof value === 'object' && value !== null ? hashObject(value as KubeObject, look) : 0));

/** Remembers what it has hashed. */
export const newStoreContent = (): ((world: World) => number) => {
  const look: Look = { rename: (text) => text, leavesOut: isIncidental, memo: new WeakMap() };
  const sum = lookAt(look);
  return (world) => sum(etcdState(world));
};

/** So many nodes may trade places; with more, the number of ways to do so is too large to try them all. */
const MAX_INTERCHANGEABLE = 4;

const looksOf = ({ labels, taints, capacity }: NodeTopology): string => JSON.stringify([labels, taints, capacity]);

const permutations = (items: readonly string[]): readonly (readonly string[])[] =>
  (items.length === 0 ? [[]] : items.flatMap((item, at) => permutations(items.filter((_, i) => i !== at)).map((rest) => [item, ...rest])));

/** Every way in which nodes that are alike may trade names, that of keeping them included. */
const tradesOf = ({ nodes }: ClusterTopology): readonly ReadonlyMap<string, string>[] => {
  const groups = new Map<string, string[]>();
  for (const node of nodes) groups.set(looksOf(node), [...(groups.get(looksOf(node)) ?? []), node.name]);
  return [...groups.values()].reduce<readonly ReadonlyMap<string, string>[]>((trades, names) => {
    if (names.length > MAX_INTERCHANGEABLE) return trades;
    return trades.flatMap((trade) => permutations(names).map((traded) => new Map([...trade, ...names.map((name, i) => [name, traded[i] as string] as const)])));
  }, [new Map()]);
};

/** As the content, but alike also where nodes that are alike have traded places and generated names differ in what was drawn. Remembers what it has hashed. */
export const newStoreClass = (topology: ClusterTopology): ((world: World) => number) => {
  const sums = tradesOf(topology).map((trade) => lookAt({
    rename: (text) => trade.get(text) ?? text.replace(DRAWN_SUFFIX, '-*'),
    leavesOut: (field) => isIncidental(field) || OF_A_PLACE.has(field),
    memo: new WeakMap(),
  }));
  return (world) => sums.map((sum) => sum(etcdState(world))).reduce((least, hash) => Math.min(least, hash));
};

/** The fields by which one value differs from another, down to what holds no fields. */
const fieldsApart = (a: unknown, b: unknown, path: string): readonly string[] => {
  if (canonicalJson(a) === canonicalJson(b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [`${path} ${JSON.stringify(a) ?? 'absent'} | ${JSON.stringify(b) ?? 'absent'}`];
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  const heldBy = (record: object, field: string): unknown => (record as Readonly<Record<string, unknown>>)[field];
  return [...fields].filter((field) => !isIncidental(field) && !OF_A_PLACE.has(field))
    .flatMap((field) => fieldsApart(heldBy(a, field), heldBy(b, field), path === '' ? field : `${path}.${field}`));
};

/** In what two stores differ, but for what is incidental: `Pod default/web-0 spec.nodeName "node-1" | "node-2"`. */
export const storeDifferences = (a: World, b: World): readonly string[] => {
  const [left, right] = [etcdState(a).keyspace, etcdState(b).keyspace];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter(isSeen).sort(compareStrings);
  return keys.flatMap((key) => {
    const [one, other] = [left.get(key)?.value, right.get(key)?.value] as readonly (KubeObject | undefined)[];
    if (one === undefined || other === undefined) return [`${describeObjectName((one ?? other) as KubeObject)} ${one === undefined ? 'absent | present' : 'present | absent'}`];
    return fieldsApart(one, other, '').map((field) => `${describeObjectName(one)} ${field}`);
  });
};
