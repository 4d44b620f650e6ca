/**
 * The strategic merge patch that leads from one document to another.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `diffMaps`, `diffLists` and their callees
 */
import { compareStrings } from '../../base/order.ts';
import type { JsonList, JsonMap } from './json-value.ts';
import { deepEqual, goText, goTypeOf, hasKey, isList, isMap, presentKeys, sortedMap, valueAt } from './json-value.ts';
import { DIRECTIVE, asMap, deduplicate, elementType, insertionSort, orderBy, requiredIdentity, sortScalars } from './list-order.ts';
import type { FieldMeta } from './merge-keys.ts';
import { fieldMeta } from './merge-keys.ts';
import { DELETION_LIST, ELEMENT_ORDER, RETAIN_KEYS } from './merge-maps.ts';
import { refuse } from './refusal.ts';

export interface DiffOptions {
  readonly ignoreDeletions: boolean;
  readonly ignoreChangesAndAdditions: boolean;
}

type Draft = Map<string, unknown>;

interface ListDiff {
  readonly patch: JsonList;
  readonly deletions: JsonList;
  readonly order: JsonList;
}

const NO_DIFF: ListDiff = { patch: [], deletions: [], order: [] };

/** Walks two lists sorted by their texts side by side; an element on one side only is handed over alone. */
const walk = (
  original: JsonList, modified: JsonList, textOf: (item: unknown) => string,
  visit: (pair: { readonly original?: unknown; readonly modified?: unknown }) => void,
): void => {
  let i = 0;
  let j = 0;
  while (i < original.length || j < modified.length) {
    const order = i >= original.length ? 1 : j >= modified.length ? -1 : compareStrings(textOf(original[i]), textOf(modified[j]));
    visit(order === 0 ? { original: original[i], modified: modified[j] } : order < 0 ? { original: original[i] } : { modified: modified[j] });
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
};

const diffScalars = (original: JsonList, modified: JsonList, options: DiffOptions): { added: unknown[]; deleted: unknown[] } => {
  const added: unknown[] = [];
  const deleted: unknown[] = [];
  walk(original, sortScalars(modified), goText, (pair) => {
    if (pair.original === undefined && !options.ignoreChangesAndAdditions) added.push(pair.modified);
    if (pair.modified === undefined && !options.ignoreDeletions) deleted.push(pair.original);
  });
  return { added, deleted: deduplicate(deleted) };
};

const diffListOfScalars = (original: JsonList, modified: JsonList, options: DiffOptions): ListDiff => {
  // Why sorted: upstream sorts the original in place, and then compares it with the modified list as it stands.
  const sorted = sortScalars(original);
  const { added, deleted } = diffScalars(sorted, modified, options);
  const isOrdered = (!options.ignoreDeletions && deleted.length > 0) || (!options.ignoreChangesAndAdditions && !deepEqual(sorted, modified));
  return { patch: orderBy(added, modified, '', 'string'), deletions: deleted, order: isOrdered ? modified : [] };
};

const sortByKey = (list: JsonList, mergeKey: string): unknown[] => {
  if (list.length === 0) return [];
  elementType(list);
  const textOf = (item: unknown): string => goText(valueAt(asMap(item), mergeKey));
  return insertionSort(list, (a, b) => textOf(a) <= textOf(b));
};

const isOrderSame = (original: JsonList, modified: JsonList, mergeKey: string): boolean =>
  original.length === modified.length
  && original.every((item, i) => requiredIdentity(item, mergeKey) === requiredIdentity(modified[i], mergeKey));

const diffListOfMaps = (original: JsonList, modified: JsonList, meta: FieldMeta, options: DiffOptions): ListDiff => {
  const mergeKey = meta.mergeKey ?? '';
  const changes: unknown[] = [];
  const deletions: unknown[] = [];
  walk(sortByKey(original, mergeKey), sortByKey(modified, mergeKey), (item) => goText(requiredIdentity(item, mergeKey)), (pair) => {
    if (pair.original === undefined) {
      if (!options.ignoreChangesAndAdditions) changes.push(pair.modified);
    } else if (pair.modified === undefined) {
      const identity = requiredIdentity(pair.original, mergeKey);
      if (!options.ignoreDeletions) deletions.push(sortedMap(new Map([[mergeKey, identity], [DIRECTIVE, 'delete']])));
    } else if (pair.original !== pair.modified || meta.of !== undefined) {
      const diff = diffFields(asMap(pair.original), asMap(pair.modified), meta.of, options, meta.retainKeys === true);
      if (diff.size > 0) changes.push(sortedMap(diff.set(mergeKey, requiredIdentity(pair.modified, mergeKey))));
    }
  });
  const patch = [...orderBy(changes, modified, mergeKey, 'map'), ...deletions];
  const isOrdered = (!options.ignoreChangesAndAdditions && (patch.length > 0 || !isOrderSame(original, modified, mergeKey)))
    || (!options.ignoreDeletions && patch.length > 0);
  const order = isOrdered ? modified.map((item) => ({ [mergeKey]: requiredIdentity(item, mergeKey) })) : [];
  return { patch, deletions: [], order };
};

const diffLists = (original: JsonList, modified: JsonList, meta: FieldMeta, options: DiffOptions): ListDiff => {
  if (original.length === 0) return options.ignoreChangesAndAdditions ? NO_DIFF : { ...NO_DIFF, patch: modified };
  return elementType(original, modified) === 'map'
    ? diffListOfMaps(original, modified, meta, options)
    : diffListOfScalars(original, modified, options);
};

const diffListField = (draft: Draft, key: string, original: JsonList, modified: JsonList, meta: FieldMeta, options: DiffOptions): void => {
  const { patch, deletions, order } = diffLists(original, modified, meta, options);
  if (patch.length > 0) draft.set(key, patch);
  if (deletions.length > 0) draft.set(`${DELETION_LIST}/${key}`, deletions);
  if (order.length > 0) draft.set(`${ELEMENT_ORDER}/${key}`, order);
};

const diffDirective = (draft: Draft, original: unknown, modified: unknown): void => {
  if (typeof original !== 'string' || typeof modified !== 'string') refuse(`invalid value for special key: ${DIRECTIVE}`);
  if (original !== modified) draft.set(DIRECTIVE, modified);
};

/** One field that both documents have. */
const diffField = (draft: Draft, key: string, original: unknown, modified: unknown, type: string | undefined, options: DiffOptions): void => {
  if (key === DIRECTIVE) {
    diffDirective(draft, original, modified);
    return;
  }
  const meta = fieldMeta(type, key);
  if (isMap(original) && isMap(modified) && meta.strategy !== 'replace') {
    const diff = diffFields(original, modified, meta.of, options, meta.retainKeys === true);
    if (diff.size > 0) draft.set(key, sortedMap(diff));
  } else if (isList(original) && isList(modified) && meta.strategy === 'merge') {
    diffListField(draft, key, original, modified, meta, options);
  } else if (!options.ignoreChangesAndAdditions) {
    // Why even if equal: upstream sends a map that is replaced as a whole in any case.
    const isReplacedMap = isMap(original) && isMap(modified);
    if (isReplacedMap || goTypeOf(original) !== goTypeOf(modified) || !deepEqual(original, modified)) draft.set(key, modified);
  }
};

const diffFields = (original: JsonMap, modified: JsonMap, type: string | undefined, options: DiffOptions, retainKeys: boolean): Draft => {
  const draft: Draft = new Map();
  for (const key of presentKeys(modified)) {
    if (hasKey(original, key)) diffField(draft, key, original[key], modified[key], type, options);
    else if (!options.ignoreChangesAndAdditions) draft.set(key, modified[key]);
  }
  const removed = presentKeys(original).filter((key) => !hasKey(modified, key));
  if (!options.ignoreDeletions) for (const key of removed) draft.set(key, null);
  const retained = retainKeys ? presentKeys(modified).filter((key) => modified[key] !== null) : [];
  const hasMore = removed.some((key) => original[key] !== null);
  if (retained.length > 0 && (draft.size > 0 || hasMore)) draft.set(RETAIN_KEYS, retained);
  return draft;
};

/** The patch from `original` to `modified`, objects of the named type; empty where they are equal. */
export const diffMaps = (original: JsonMap, modified: JsonMap, type: string | undefined, options: DiffOptions): JsonMap =>
  sortedMap(diffFields(original, modified, type, options, false));
