/**
 * The keys that stand now, in byte order, as an immutable B-tree of counted nodes: insert, delete, rank and slice in O(log n).
 * Models: etcd server/storage/mvcc/index.go (treeIndex)
 * Not modelled: generations of a key; the past is read off the revision log.
 */
import { lowerBound } from '../../base/order.ts';

/** Leaves hold keys, inner nodes hold children; `count` is the number of keys below, `least` the smallest of them. */
type Leaf = { readonly keys: readonly string[] };
type Inner = { readonly children: readonly KeyIndex[]; readonly leasts: readonly string[]; readonly count: number };
export type KeyIndex = Leaf | Inner;

/** Most keys or children of a node; a fuller one is split in two. */
const MAX = 64;

export const emptyIndex: KeyIndex = { keys: [] };

const isLeaf = (node: KeyIndex): node is Leaf => 'keys' in node;
export const indexSize = (node: KeyIndex): number => (isLeaf(node) ? node.keys.length : node.count);
const least = (node: KeyIndex): string => (isLeaf(node) ? node.keys[0] : node.leasts[0]) as string;

const innerOf = (children: readonly KeyIndex[]): Inner => ({
  children, leasts: children.map(least), count: children.reduce((sum, child) => sum + indexSize(child), 0),
});

/** The child that holds `key` or would. */
const slotOf = (node: Inner, key: string): number => {
  const at = lowerBound(node.leasts, key);
  return at < node.leasts.length && node.leasts[at] === key ? at : Math.max(0, at - 1);
};

const spliced = <T>(list: readonly T[], at: number, removed: number, ...added: readonly T[]): T[] => {
  const copy = list.slice();
  copy.splice(at, removed, ...added);
  return copy;
};

/** Splits an overfull node; a key that comes last leaves a full left half behind, since keys often arrive in order. */
const halves = <T>(list: readonly T[], at: number): readonly [readonly T[], readonly T[]] => {
  const middle = at === list.length - 1 ? list.length - 1 : list.length >>> 1;
  return [list.slice(0, middle), list.slice(middle)];
};

const insertInto = (node: KeyIndex, key: string): readonly KeyIndex[] => {
  if (isLeaf(node)) {
    const at = lowerBound(node.keys, key);
    if (node.keys[at] === key) return [node];
    const keys = spliced(node.keys, at, 0, key);
    return keys.length <= MAX ? [{ keys }] : halves(keys, at).map((half) => ({ keys: half }));
  }
  const slot = slotOf(node, key);
  const child = node.children[slot] as KeyIndex;
  const grown = insertInto(child, key);
  if (grown.length === 1) return grown[0] === child ? [node] : [withChild(node, slot, grown[0] as KeyIndex)];
  const children = spliced(node.children, slot, 1, ...grown);
  return children.length <= MAX ? [innerOf(children)] : halves(children, slot + 1).map(innerOf);
};

const withChild = (node: Inner, slot: number, child: KeyIndex): Inner => {
  const children = node.children.slice();
  const before = children[slot] as KeyIndex;
  children[slot] = child;
  const first = least(child);
  const leasts = first === node.leasts[slot] ? node.leasts : spliced(node.leasts, slot, 1, first);
  return { children, leasts, count: node.count + indexSize(child) - indexSize(before) };
};

export const insertKey = (index: KeyIndex, key: string): KeyIndex => {
  const grown = insertInto(index, key);
  return grown.length === 1 ? (grown[0] as KeyIndex) : innerOf(grown);
};

/** Undefined when nothing is left. Nodes are not merged with their neighbours: only an empty one goes. */
const removeFrom = (node: KeyIndex, key: string): KeyIndex | undefined => {
  if (isLeaf(node)) {
    const at = lowerBound(node.keys, key);
    if (node.keys[at] !== key) return node;
    return node.keys.length === 1 ? undefined : { keys: spliced(node.keys, at, 1) };
  }
  const slot = slotOf(node, key);
  const child = node.children[slot] as KeyIndex;
  const shrunk = removeFrom(child, key);
  if (shrunk === child) return node;
  if (shrunk !== undefined) return withChild(node, slot, shrunk);
  if (node.children.length === 1) return undefined;
  return node.children.length === 2 ? node.children[1 - slot] : innerOf(spliced(node.children, slot, 1));
};

export const removeKey = (index: KeyIndex, key: string): KeyIndex => removeFrom(index, key) ?? emptyIndex;

/** How many keys are less than `key`. */
export const rankOf = (index: KeyIndex, key: string): number => {
  let node = index;
  let rank = 0;
  while (!isLeaf(node)) {
    const slot = slotOf(node, key);
    for (let i = 0; i < slot; i++) rank += indexSize(node.children[i] as KeyIndex);
    node = node.children[slot] as KeyIndex;
  }
  return rank + lowerBound(node.keys, key);
};

/** The keys of ranks [from, to), in order. */
export const keysBetween = (index: KeyIndex, from: number, to: number): readonly string[] => {
  const keys: string[] = [];
  collect(index, from, to, keys);
  return keys;
};

const collect = (node: KeyIndex, from: number, to: number, into: string[]): void => {
  if (isLeaf(node)) {
    const last = Math.min(to, node.keys.length);
    for (let i = Math.max(0, from); i < last; i++) into.push(node.keys[i] as string);
    return;
  }
  let begin = 0;
  for (const child of node.children) {
    const end = begin + indexSize(child);
    if (begin < to && from < end) collect(child, from - begin, to - begin, into);
    begin = end;
  }
};
