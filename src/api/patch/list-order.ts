/**
 * The order of merged lists: what the patch asks for first, then what the live object had.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `normalizeElementOrder` and its callees
 */
import { compareStrings } from '../../base/order.ts';
import type { GoType, JsonList, JsonMap } from './json-value.ts';
import { goText, goTypeOf, hasKey, isMap, valueAt } from './json-value.ts';
import { refuse, refuseArgument, refuseListOfLists, refuseNoMergeKey } from './refusal.ts';

export const DIRECTIVE = '$patch';

export const asMap = (value: unknown): JsonMap => (isMap(value) ? value : refuseArgument('map', value));

/** The element's value of the merge key, or the element itself in a list of scalars. */
const identityOf = (item: unknown, mergeKey: string): unknown =>
  mergeKey === '' ? item : isMap(item) ? valueAt(item, mergeKey) ?? null : null;

export const requiredIdentity = (item: unknown, mergeKey: string): unknown => {
  const map = asMap(item);
  return hasKey(map, mergeKey) ? map[mergeKey] : refuseNoMergeKey(map, mergeKey);
};

const indexIn = (list: JsonList, item: unknown, mergeKey: string): number => {
  const identity = identityOf(item, mergeKey);
  return list.findIndex((other) => identityOf(other, mergeKey) === identity);
};

/** Why by hand: upstream's orders are no strict ones, and what Go's sort makes of them shows in the result. */
export const insertionSort = (list: JsonList, less: (a: unknown, b: unknown) => boolean): unknown[] => {
  const sorted = [...list];
  for (let i = 1; i < sorted.length; i += 1) {
    for (let j = i; j > 0 && less(sorted[j], sorted[j - 1]); j -= 1) {
      [sorted[j], sorted[j - 1]] = [sorted[j - 1], sorted[j]];
    }
  }
  return sorted;
};

/** The type of all elements; undefined where they are of several, or there is none. */
const soleType = (lists: readonly JsonList[]): GoType | undefined => {
  let sole: GoType | undefined;
  for (const list of lists) {
    for (const item of list) {
      const type = goTypeOf(item);
      if (sole !== undefined && type !== sole) return undefined;
      sole = type;
    }
  }
  return sole;
};

/** The common type of the elements. */
export const elementType = (...lists: readonly JsonList[]): GoType => {
  const sole = soleType(lists);
  if (sole !== undefined && sole !== 'slice') return sole;
  const types = new Set(lists.flat().map(goTypeOf));
  if (types.has('slice')) return refuseListOfLists();
  return refuse(types.size > 1 ? `list element types are not identical: ${goText(lists)}` : 'no elements in any of the given slices');
};

const isDeletion = (item: unknown): boolean => valueAt(asMap(item), DIRECTIVE) === 'delete';

export const splitDeletions = (list: JsonList): { readonly kept: unknown[]; readonly deletions: unknown[] } =>
  ({ kept: list.filter((item) => !isDeletion(item)), deletions: list.filter(isDeletion) });

/** Sorts `list` by the positions in `order`; deletions come last. */
export const orderBy = (list: JsonList, order: JsonList, mergeKey: string, type: GoType): unknown[] => {
  const isMaps = type === 'map';
  const key = isMaps ? mergeKey : '';
  if (isMaps) for (const item of [...list, ...order]) requiredIdentity(item, mergeKey);
  const { kept, deletions } = isMaps ? splitDeletions(list) : { kept: list, deletions: [] };
  const sorted = insertionSort(kept, (a, b) => {
    const left = indexIn(order, a, key);
    const right = left < 0 ? -1 : indexIn(order, b, key);
    return left < 0 || right < 0 || left < right;
  });
  return [...sorted, ...deletions];
};

const interleave = (left: JsonList, right: JsonList, serverOrder: JsonList, key: string): unknown[] => {
  const merged: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const leftAt = indexIn(serverOrder, left[i], key);
    const rightAt = indexIn(serverOrder, right[j], key);
    if (leftAt >= 0 && rightAt >= 0 && leftAt < rightAt) {
      merged.push(left[i]);
      i += 1;
    } else {
      merged.push(right[j]);
      j += 1;
    }
  }
  return [...merged, ...right.slice(j), ...left.slice(i)];
};

/** The two lists, each in its own order, the server's interleaved among the patch's by `serverOrder`. */
export const normalizeOrder = (
  lists: { readonly patch: JsonList; readonly serverOnly: JsonList },
  orders: { readonly patch: JsonList; readonly server: JsonList },
  mergeKey: string,
  type: GoType,
): unknown[] => {
  const patch = orderBy(lists.patch, orders.patch, mergeKey, type);
  const serverOnly = orderBy(lists.serverOnly, orders.server, mergeKey, type);
  return interleave(serverOnly, patch, orders.server, type === 'map' ? mergeKey : '');
};

/** Splits `list` by whether `by` has the element. */
export const partition = (list: JsonList, by: JsonList, mergeKey: string): { readonly patch: unknown[]; readonly serverOnly: unknown[] } => {
  const isIn = (item: unknown): boolean => {
    const identity = mergeKey === '' ? item : requiredIdentity(item, mergeKey);
    return by.some((other) => (mergeKey === '' ? other === identity : valueAt(asMap(other), mergeKey) === identity));
  };
  const flags = list.map(isIn);
  return { patch: list.filter((_, i) => flags[i]), serverOnly: list.filter((_, i) => !flags[i]) };
};

/** Each duplicate's place is taken by the last element, as upstream does. */
export const deduplicate = (list: JsonList): unknown[] => {
  const unique = [...list];
  for (let i = 0; i < unique.length; i += 1) {
    for (let j = i + 1; j < unique.length; j += 1) {
      if (unique[i] !== unique[j]) continue;
      unique[j] = unique[unique.length - 1];
      unique.pop();
      j -= 1;
    }
  }
  return unique;
};

export const sortScalars = (list: JsonList): unknown[] => [...list].sort((a, b) => compareStrings(goText(a), goText(b)));
