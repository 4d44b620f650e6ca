/**
 * Merges a strategic merge patch into a document, or into another patch.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `mergeMap`, `mergePatchIntoOriginal`, `applyRetainKeysDirective`
 */
import type { JsonList, JsonMap } from './json-value.ts';
import { deepEqual, goText, goTypeOf, hasKey, isList, isMap, isSortedMap, mapItems, mapValues, mutableCopy, presentKeys, sortedMap, valueAt } from './json-value.ts';
import { DIRECTIVE, asMap, elementType, normalizeOrder, partition, requiredIdentity, splitDeletions } from './list-order.ts';
import type { FieldMeta } from './merge-keys.ts';
import { fieldMeta } from './merge-keys.ts';
import type { MergedList } from './merge-lists.ts';
import { mergeLists } from './merge-lists.ts';
import { refuse, refuseArgument, refuseDeletionList, refuseElementOrder, refusePatchType, refuseRetainKeys } from './refusal.ts';

export const RETAIN_KEYS = '$retainKeys';
export const DELETION_LIST = '$deleteFromPrimitiveList';
export const ELEMENT_ORDER = '$setElementOrder';

export type MergeMode =
  /** The server's: directives take effect, and nulls that match nothing are dropped. */
  | 'into-document'
  /** The client's: `original` is itself a patch, which keeps directives and nulls. */
  | 'into-patch';

type Draft = Map<string, unknown>;

/** The key that a parallel list `prefix/key` speaks of. */
const parallelKey = (key: string, prefix: string): string | undefined => {
  const slash = key.indexOf('/');
  return slash >= 0 && key.slice(0, slash) === prefix ? key.slice(slash + 1) : undefined;
};

const applyRetainKeys = (original: Draft, patch: Draft, mode: MergeMode): void => {
  const retained = patch.get(RETAIN_KEYS);
  if (retained === undefined) return;
  patch.delete(RETAIN_KEYS);
  if (mode === 'into-patch') {
    const other = original.get(RETAIN_KEYS);
    if (other !== undefined && !deepEqual(other, retained)) {
      refuse(`${goText(other)} and ${goText(retained)} are not deep equal: this may happen when calculating the 3-way diff patch`);
    }
    original.set(RETAIN_KEYS, retained);
    return;
  }
  if (!isList(retained)) return refuseRetainKeys();
  for (const [key, value] of patch) {
    if (value === null || key.startsWith(DELETION_LIST) || key.startsWith(ELEMENT_ORDER)) continue;
    if (!retained.includes(key)) refuseRetainKeys();
  }
  for (const key of original.keys()) if (!retained.includes(key)) original.delete(key);
};

/** The elements of `list` must stand in the order that `order` gives them, and in it at all. */
const requireOrder = (list: JsonList, order: JsonList, mergeKey: string): void => {
  if (list.length === 0 || order.length === 0) return;
  const kept = mergeKey === '' ? list : splitDeletions(list).kept;
  let at = 0;
  let ordered = 0;
  while (at < kept.length && ordered < order.length) {
    const item = kept[at];
    if (isMap(item) && valueAt(item, DIRECTIVE) !== undefined) {
      at += 1;
      continue;
    }
    const isSame = mergeKey === '' ? item === order[ordered] : requiredIdentity(item, mergeKey) === requiredIdentity(order[ordered], mergeKey);
    if (isSame) at += 1;
    ordered += 1;
  }
  if (at < kept.length) refuse(`The order in patch list:\n${goText(list)}\n doesn't match ${ELEMENT_ORDER} list:\n${goText(order)}\n`);
};

const listAt = (draft: Draft, key: string): JsonList | undefined => {
  const value = draft.get(key);
  return value === undefined || isList(value) ? value : refuseArgument('slice', value);
};

const mergeListField = (original: JsonList, patch: JsonList, meta: FieldMeta, mode: MergeMode, isDeletionList: boolean): MergedList =>
  meta.strategy === 'merge'
    ? mergeLists(original, patch, {
      mergeKey: meta.mergeKey ?? '',
      isDeletionList: isDeletionList && mode === 'into-document',
      mergeElements: (a, b) => mergeMaps(a, b, meta.of, mode),
    })
    : { merged: patch, serverOrder: original };

/** Merges the list that an element order speaks of, and takes it out of the patch. */
const applyElementOrder = (original: Draft, patch: Draft, key: string, order: JsonList, type: string | undefined, mode: MergeMode): void => {
  const field = parallelKey(key, ELEMENT_ORDER) ?? refuseElementOrder();
  const theirs = listAt(original, field);
  const ours = listAt(patch, field);
  const meta = fieldMeta(type, field);
  const mergeKey = meta.mergeKey ?? '';
  requireOrder(ours ?? [], order, mergeKey);
  if (theirs === undefined && ours === undefined) return;
  const { merged, serverOrder } = theirs !== undefined && ours !== undefined
    ? mergeListField(theirs, ours, meta, mode, false)
    : { merged: theirs ?? ours ?? [], serverOrder: theirs ?? [] };
  const lists = partition(merged, order, mergeKey);
  original.set(field, normalizeOrder(lists, { patch: order, server: serverOrder }, mergeKey, elementType(serverOrder, ours ?? [])));
  patch.delete(field);
};

const applyElementOrders = (original: Draft, patch: Draft, type: string | undefined, mode: MergeMode): void => {
  for (const key of [...patch.keys()].filter((name) => name.startsWith(ELEMENT_ORDER))) {
    const order = patch.get(key);
    if (mode === 'into-patch') {
      const other = original.get(key);
      if (other !== undefined && !deepEqual(other, order)) refuseElementOrder();
      original.set(key, order);
    }
    patch.delete(key);
    applyElementOrder(original, patch, key, isList(order) ? order : refuseArgument('slice', order), type, mode);
  }
};

const withoutNulls = (value: unknown): unknown => {
  if (isList(value)) return mapItems(value, withoutNulls);
  return isMap(value) ? mapValues(value, (field) => (field === null ? undefined : withoutNulls(field))) : value;
};

/** The value without elements and fields that are directives; undefined where it is one itself. */
const withoutDirectives = (value: unknown): unknown => {
  if (isList(value)) {
    const items = mapItems(value, withoutDirectives);
    return items.includes(undefined) ? items.filter((item) => item !== undefined) : items;
  }
  if (!isMap(value)) return value;
  return valueAt(value, DIRECTIVE) === undefined ? mapValues(value, withoutDirectives) : undefined;
};

const adopt = (original: Draft, key: string, value: unknown, mode: MergeMode): void => {
  const adopted = withoutDirectives(mode === 'into-document' ? withoutNulls(value) : value);
  if (adopted === undefined) original.delete(key);
  else original.set(key, adopted);
};

const mergeField = (original: Draft, patchKey: string, value: unknown, type: string | undefined, mode: MergeMode): void => {
  const isDeletionList = patchKey.startsWith(DELETION_LIST);
  if (isDeletionList && mode === 'into-patch') {
    original.set(patchKey, value);
    return;
  }
  const key = isDeletionList ? parallelKey(patchKey, DELETION_LIST) ?? refuseDeletionList() : patchKey;
  if (value === null) {
    original.delete(key);
    if (mode === 'into-document') return;
  }
  const current = original.get(key);
  if (current === undefined || goTypeOf(current) !== goTypeOf(value)) {
    if (!isDeletionList) adopt(original, key, value, mode);
    return;
  }
  const meta = fieldMeta(type, key);
  if (isMap(current)) original.set(key, meta.strategy === 'replace' ? value : mergeMaps(current, asMap(value), meta.of, mode));
  else if (isList(current) && isList(value)) original.set(key, mergeListField(current, value, meta, mode, isDeletionList).merged);
  else original.set(key, value);
};

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Whether the patch says nothing but what the document has, as the uid of its target does. */
const isNoChange = (original: JsonMap, patch: JsonMap): boolean => {
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === undefined || value === null || isNested(value) || value !== original[key] || !hasKey(original, key)) return false;
  }
  return isSortedMap(original);
};

const hasDirectives = (patch: JsonMap): boolean => {
  for (const key of Object.keys(patch)) if (key.startsWith('$')) return true;
  return false;
};

/** `patch` merged into `original`, an object of the named type. Neither is changed. Refuses what upstream refuses. */
export const mergeMaps = (original: JsonMap, patch: JsonMap, type: string | undefined, mode: MergeMode): JsonMap => {
  if (hasDirectives(patch)) return mergeWithDirectives(original, patch, type, mode);
  if (isNoChange(original, patch)) return original;
  const merged = mutableCopy(original);
  for (const key of presentKeys(patch)) mergeField(merged, key, patch[key], type, mode);
  return sortedMap(merged);
};

const mergeWithDirectives = (original: JsonMap, patch: JsonMap, type: string | undefined, mode: MergeMode): JsonMap => {
  const directive = valueAt(patch, DIRECTIVE);
  const remaining = mutableCopy(patch);
  if (directive !== undefined) {
    remaining.delete(DIRECTIVE);
    return directive === 'replace' ? sortedMap(remaining) : directive === 'delete' ? {} : refusePatchType(directive, patch);
  }
  const merged = mutableCopy(original);
  applyRetainKeys(merged, remaining, mode);
  applyElementOrders(merged, remaining, type, mode);
  for (const [key, value] of remaining) mergeField(merged, key, value, type, mode);
  return sortedMap(merged);
};
