/**
 * What one scheduling cycle looks at: all nodes in search order, fixed at the cycle's beginning.
 * Models: pkg/scheduler/backend/cache/{snapshot,node_tree}.go
 */
import { zoneKey } from '../framework/node-info.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { Node } from '../../../api/types.ts';
import type { NodeTable } from './node-table.ts';
import { chunkFold, nodeAt, tableOf } from './node-table.ts';

export interface Snapshot {
  readonly table: NodeTable;
  /** Search position by node name. Immutable; replaced when the set of nodes changes. */
  readonly index: ReadonlyMap<string, number>;
}

export const emptySnapshot: Snapshot = { table: tableOf([]), index: new Map() };

export const numNodes = (snapshot: Snapshot): number => snapshot.table.size;
export const nodeByName = (snapshot: Snapshot, name: string): NodeInfo | undefined => {
  const i = snapshot.index.get(name);
  return i === undefined ? undefined : nodeAt(snapshot.table, i);
};

export const snapshotOf = (infos: readonly NodeInfo[]): Snapshot => ({ table: tableOf(infos), index: new Map(infos.map((info, i) => [info.name, i])) });

/** Node names by zone, zones and names in order of arrival. */
export interface NodeTree {
  readonly zones: readonly { readonly zone: string; readonly names: readonly string[] }[];
}
export const emptyTree: NodeTree = { zones: [] };

export const addToTree = (tree: NodeTree, node: Node): NodeTree => {
  const zone = zoneKey(node);
  const { name } = node.metadata;
  const known = tree.zones.some((entry) => entry.zone === zone);
  if (!known) return { zones: [...tree.zones, { zone, names: [name] }] };
  return { zones: tree.zones.map((entry) => (entry.zone !== zone || entry.names.includes(name) ? entry : { zone, names: [...entry.names, name] })) };
};

/** A zone without nodes goes. */
export const removeFromTree = (tree: NodeTree, node: Node): NodeTree => {
  const zone = zoneKey(node);
  const zones = tree.zones.map((entry) => (entry.zone !== zone ? entry : { zone, names: entry.names.filter((name) => name !== node.metadata.name) }));
  return { zones: zones.filter((entry) => entry.names.length > 0) };
};

/** One node of each zone in turn, so that any run of consecutive nodes is spread over zones. */
export const searchOrder = (tree: NodeTree): readonly string[] => {
  const order: string[] = [];
  const longest = tree.zones.reduce((most, { names }) => Math.max(most, names.length), 0);
  for (let i = 0; i < longest; i += 1) for (const { names } of tree.zones) if (i < names.length) order.push(names[i] as string);
  return order;
};

interface Totals { readonly affinity: number; readonly antiAffinity: number }
const totals = chunkFold((chunk): Totals => chunk.reduce(
  (sum, info) => ({ affinity: sum.affinity + info.podsWithAffinity, antiAffinity: sum.antiAffinity + info.podsWithAntiAffinity }),
  { affinity: 0, antiAffinity: 0 },
));
/** Pods anywhere with any affinity term, and with a required anti-affinity term. */
export const affinityTotals = (snapshot: Snapshot): Totals => totals(snapshot.table).reduce(
  (sum, part) => ({ affinity: sum.affinity + part.affinity, antiAffinity: sum.antiAffinity + part.antiAffinity }),
  { affinity: 0, antiAffinity: 0 },
);

const imageCounts = chunkFold((chunk): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const info of chunk) for (const name of info.images.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
});
/** On how many nodes an image lies. */
export const nodesWithImage = (snapshot: Snapshot, image: string): number =>
  imageCounts(snapshot.table).reduce((sum, counts) => sum + (counts.get(image) ?? 0), 0);
