/**
 * The store of one informer: objects by key, and indexes over them, kept with every change.
 * Models: client-go/tools/cache/thread_safe_store.go, index.go `MetaNamespaceIndexFunc`
 */
import { compareStrings, sortedEntries } from '../base/order.ts';
import { invariant } from '../base/assert.ts';
import type { PersistentMap } from '../base/persistent-map.ts';
import { emptyMap, mapFrom } from '../base/persistent-map.ts';
import type { KubeObject } from '../api/object.ts';
import type { Selector } from '../api/label-selector.ts';
import { isEmptySelector, matchesSelector } from '../api/label-selector.ts';
import type { IndexFunction, Lister } from './caches.ts';
import { keyOf } from './caches.ts';
import type { Bucket } from './index-bucket.ts';
import { bucketOf, dropFromBucket, emptyBucket, FEW, keysOfBucket, putInBucket, sizeOfBucket } from './index-bucket.ts';

type Index = PersistentMap<Bucket>;

export interface Indexer {
  readonly objects: PersistentMap<KubeObject>;
  /** In the order of the schema's names; the first is the index by namespace. */
  readonly indexes: readonly Index[];
  /** Where the store stands; '' before the first list. */
  readonly resourceVersion: string;
}

/** The indexes of a store: configuration, never part of a state. */
export interface IndexSchema {
  readonly names: readonly string[];
  readonly functions: readonly IndexFunction[];
  /** What `listerOf` made last. Nothing observable depends on it. */
  readonly made: { indexer: Indexer | undefined; lister: Lister | undefined };
}

/** Upstream's name of the index by namespace. */
const NAMESPACE_INDEX = 'namespace';

const NONE: readonly string[] = [];
const byNamespace: IndexFunction = ({ metadata: { namespace } }) => (namespace === undefined || namespace === '' ? NONE : [namespace]);

export const indexSchema = (indexes: Readonly<Record<string, IndexFunction>> = {}): IndexSchema => {
  const custom = sortedEntries(indexes).filter(([name]) => name !== NAMESPACE_INDEX);
  return {
    names: [NAMESPACE_INDEX, ...custom.map(([name]) => name)], functions: [byNamespace, ...custom.map(([, indexFunction]) => indexFunction)],
    made: { indexer: undefined, lister: undefined },
  };
};

export const emptyIndexer = (schema: IndexSchema): Indexer =>
  ({ objects: emptyMap<KubeObject>(), indexes: schema.names.map(() => emptyMap<Bucket>()), resourceVersion: '' });

const isSame = (a: readonly string[], b: readonly string[]): boolean => a === b || (a.length === b.length && a.every((value, i) => value === b[i]));

const put = (index: Index, value: string, key: string): Index => index.set(value, putInBucket(index.get(value) ?? emptyBucket, key));

const drop = (index: Index, value: string, key: string): Index => {
  const bucket = index.get(value);
  if (bucket === undefined) return index;
  const left = dropFromBucket(bucket, key);
  return sizeOfBucket(left) === 0 ? index.delete(value) : index.set(value, left);
};

const reindex = (index: Index, indexFunction: IndexFunction, key: string, before: KubeObject | undefined, object: KubeObject | undefined): Index => {
  const old = before === undefined ? NONE : indexFunction(before);
  const now = object === undefined ? NONE : indexFunction(object);
  if (isSame(old, now)) return index;
  let next = index;
  for (const value of old) if (!now.includes(value)) next = drop(next, value, key);
  for (const value of now) if (!old.includes(value)) next = put(next, value, key);
  return next;
};

const reindexed = (
  indexes: readonly Index[], schema: IndexSchema, key: string, before: KubeObject | undefined, object: KubeObject | undefined,
): readonly Index[] => {
  let next: Index[] | undefined;
  for (let at = 0; at < indexes.length; at += 1) {
    const index = indexes[at] as Index;
    const changed = reindex(index, schema.functions[at] as IndexFunction, key, before, object);
    if (changed !== index) (next ??= indexes.slice())[at] = changed;
  }
  return next ?? indexes;
};

/** Adds or replaces an object; the store then stands at `resourceVersion`. */
export const upsert = (indexer: Indexer, schema: IndexSchema, key: string, object: KubeObject, resourceVersion: string): Indexer => {
  const indexes = reindexed(indexer.indexes, schema, key, indexer.objects.get(key), object);
  return { objects: indexer.objects.set(key, object), indexes, resourceVersion };
};

/** Removes an object, if it is there. */
export const remove = (indexer: Indexer, schema: IndexSchema, key: string, resourceVersion: string): Indexer => {
  const before = indexer.objects.get(key);
  if (before === undefined) return moveTo(indexer, resourceVersion);
  return { objects: indexer.objects.delete(key), indexes: reindexed(indexer.indexes, schema, key, before, undefined), resourceVersion };
};

export const moveTo = (indexer: Indexer, resourceVersion: string): Indexer =>
  (indexer.resourceVersion === resourceVersion ? indexer : { objects: indexer.objects, indexes: indexer.indexes, resourceVersion });

const buildIndex = (indexFunction: IndexFunction, entries: readonly (readonly [string, KubeObject])[]): Index => {
  const groups = new Map<string, string[]>();
  for (const [key, object] of entries) {
    for (const value of indexFunction(object)) {
      const keys = groups.get(value);
      if (keys === undefined) groups.set(value, [key]);
      else if (keys.at(-1) !== key) keys.push(key);
    }
  }
  return mapFrom([...groups].map(([value, keys]) => [value, bucketOf(keys)] as const));
};

/** A store of exactly these objects. */
export const buildIndexer = (schema: IndexSchema, objects: readonly KubeObject[], resourceVersion: string): Indexer => {
  const entries = objects.map((object) => [keyOf(object), object] as const).sort((a, b) => compareStrings(a[0], b[0]));
  return { objects: mapFrom(entries), indexes: schema.functions.map((indexFunction) => buildIndex(indexFunction, entries)), resourceVersion };
};

/** What a lister has listed already; it is the lister of one state, so that stays right. Undefined: nothing yet. */
interface Listed {
  known: Map<string, readonly KubeObject[]> | undefined;
}

const remembered = (listed: Listed, name: string, list: () => readonly KubeObject[]): readonly KubeObject[] => {
  listed.known ??= new Map();
  const known = listed.known.get(name);
  if (known !== undefined) return known;
  const objects = list();
  listed.known.set(name, objects);
  return objects;
};

const resolved = (indexer: Indexer, bucket: Bucket): readonly KubeObject[] => keysOfBucket(bucket).map((key) => indexer.objects.get(key) as KubeObject);

const NOTHING: readonly KubeObject[] = [];

const inIndex = (indexer: Indexer, listed: Listed, at: number, value: string): readonly KubeObject[] => {
  const bucket = indexer.indexes[at]?.get(value);
  if (bucket === undefined) return NOTHING;
  return sizeOfBucket(bucket) <= FEW ? resolved(indexer, bucket) : remembered(listed, `${at}/${value}`, () => resolved(indexer, bucket));
};

const selected = (objects: readonly KubeObject[], selector: Selector | undefined): readonly KubeObject[] =>
  (selector === undefined || isEmptySelector(selector) ? objects : objects.filter((object) => matchesSelector(selector, object.metadata.labels)));

const makeLister = (indexer: Indexer, names: readonly string[], listed: Listed = { known: undefined }): Lister => ({
  get: (namespace, name) => indexer.objects.get(namespace === '' ? name : `${namespace}/${name}`),
  list: (namespace, selector) => selected(
    namespace === undefined || namespace === '' ? remembered(listed, '', () => indexer.objects.values()) : inIndex(indexer, listed, 0, namespace), selector),
  byIndex: (name, value) => {
    const at = names.indexOf(name);
    invariant(at >= 0, () => `Expected one of the indexes ${names.join(', ')}. Instead, received ${name}. Hint: declare it with the informer.`);
    return inIndex(indexer, listed, at, value);
  },
  size: indexer.objects.size,
  resourceVersion: indexer.resourceVersion,
});

/** The read side of a store; while only one state is asked about, the same lister. Why not by the store's state: an entry for each new state costs more than a lister does. */
export const listerOf = (indexer: Indexer, { names, made }: IndexSchema): Lister => {
  if (made.indexer === indexer && made.lister !== undefined) return made.lister;
  made.indexer = indexer;
  return (made.lister = makeLister(indexer, names));
};
