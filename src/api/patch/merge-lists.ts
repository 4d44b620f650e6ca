/**
 * Merges two lists of a strategic merge patch by their merge key.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `mergeSlice` and its callees
 */
import type { JsonList, JsonMap } from './json-value.ts';
import { hasKey, valueAt } from './json-value.ts';
import { DIRECTIVE, asMap, deduplicate, elementType, normalizeOrder, partition, requiredIdentity } from './list-order.ts';
import { refuse, refuseNoMergeKey, refusePatchType } from './refusal.ts';

export interface ListMerge {
  readonly mergeKey: string;
  readonly isDeletionList: boolean;
  readonly mergeElements: (original: JsonMap, patch: JsonMap) => JsonMap;
}

export interface MergedList {
  readonly merged: JsonList;
  /**
   * The original list as upstream's in-place changes leave it.
   * Why: it then serves as the order of the live object, where a place freed by a deletion may hold an added element.
   */
  readonly serverOrder: JsonList;
}

/** A Go slice of a list: deletions shift within it, and additions fill the freed places before they move on. */
interface Slice {
  readonly backing: unknown[];
  length: number;
}

const findByKey = (list: JsonList, mergeKey: string, identity: unknown): number =>
  list.findIndex((item, i) => {
    if (typeof item !== 'object' || item === null) refuse(`value for key ${i} is not a map.`);
    return valueAt(asMap(item), mergeKey) === identity;
  });

const view = (slice: Slice): JsonList => slice.backing.slice(0, slice.length);

const deleteMatching = (slice: Slice, mergeKey: string, identity: unknown): void => {
  for (let at = findByKey(view(slice), mergeKey, identity); at >= 0; at = findByKey(view(slice), mergeKey, identity)) {
    slice.backing.copyWithin(at, at + 1, slice.length);
    slice.length -= 1;
  }
};

/** Applies the deletions among `patch`. Answers its plain elements, and whether they replace the list. */
const takeDirectives = (slice: Slice, patch: JsonList, mergeKey: string): { plain: unknown[]; isReplaced: boolean } => {
  const plain: unknown[] = [];
  let isReplaced = false;
  for (const element of patch) {
    const map = asMap(element);
    const directive = valueAt(map, DIRECTIVE);
    if (directive === undefined) plain.push(map);
    else if (directive === 'replace') isReplaced = true;
    else if (directive === 'merge') refuse('merging lists cannot yet be specified in the patch');
    else if (directive !== 'delete') refusePatchType(directive, map);
    else if (!hasKey(map, mergeKey)) refuseNoMergeKey(map, mergeKey);
    else deleteMatching(slice, mergeKey, map[mergeKey]);
  }
  return { plain, isReplaced };
};

const mergeMaps = (original: JsonList, patch: JsonList, merge: ListMerge): MergedList => {
  if (merge.mergeKey === '') return refuse('cannot merge lists without merge key for type struct');
  const slice: Slice = { backing: [...original], length: original.length };
  const { plain, isReplaced } = takeDirectives(slice, patch, merge.mergeKey);
  const base = isReplaced ? plain : view(slice);
  const additions = isReplaced ? [] : plain;
  const merged = [...base];
  for (const element of additions) {
    const at = findByKey(merged, merge.mergeKey, requiredIdentity(element, merge.mergeKey));
    if (at >= 0) {
      merged[at] = merge.mergeElements(asMap(merged[at]), asMap(element));
    } else {
      if (merged.length < slice.backing.length) slice.backing[merged.length] = element;
      merged.push(element);
    }
  }
  const lists = partition(merged, additions, merge.mergeKey);
  return {
    merged: normalizeOrder(lists, { patch: additions, server: base }, merge.mergeKey, 'map'),
    serverOrder: slice.backing,
  };
};

/** Merges `patch` into `original`, element by element. */
export const mergeLists = (original: JsonList, patch: JsonList, merge: ListMerge): MergedList => {
  if (original.length === 0 && patch.length === 0) return { merged: original, serverOrder: original };
  const type = elementType(original, patch);
  if (type === 'map') return mergeMaps(original, patch, merge);
  if (merge.isDeletionList) return { merged: original.filter((item) => !patch.includes(item)), serverOrder: original };
  const lists = partition(deduplicate([...original, ...patch]), patch, merge.mergeKey);
  return { merged: normalizeOrder(lists, { patch, server: original }, merge.mergeKey, type), serverOrder: original };
};
