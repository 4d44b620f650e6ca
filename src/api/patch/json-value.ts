/** Plain JSON values as the patches see them: their Go types, equality and Go's way of printing them. */
import { compareStrings, sortedEntries } from '../../base/order.ts';

export type JsonMap = Readonly<Record<string, unknown>>;
export type JsonList = readonly unknown[];

/** The type that Kubernetes' JSON decoder gives a value. */
export type GoType = 'map' | 'slice' | 'string' | 'bool' | 'int64' | 'float64' | 'nil';

export const isList = (value: unknown): value is JsonList => Array.isArray(value);

export const isMap = (value: unknown): value is JsonMap => typeof value === 'object' && value !== null && !isList(value);

export const goTypeOf = (value: unknown): GoType => {
  if (isList(value)) return 'slice';
  if (isMap(value)) return 'map';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'nil';
};

/** `key in map`, without inherited properties. A key whose value is undefined counts as absent. */
export const hasKey = (map: JsonMap, key: string): boolean => Object.hasOwn(map, key) && map[key] !== undefined;

/** The value of a key, or undefined where it is absent. */
export const valueAt = (map: JsonMap, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

const doAscend = (keys: readonly string[]): boolean => {
  for (let i = 1; i < keys.length; i += 1) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
};

/** Why not simply sorted: nearly every map here was made by a patch, whose keys ascend already. */
const ascending = (keys: string[]): string[] => (doAscend(keys) ? keys : keys.sort(compareStrings));

export const presentKeys = (map: JsonMap): string[] => {
  const keys: string[] = [];
  for (const key of Object.keys(map)) if (map[key] !== undefined) keys.push(key);
  return ascending(keys);
};

const hasAllOf = (map: JsonMap, part: JsonMap): boolean => {
  for (const key of Object.keys(part)) if (part[key] !== undefined && !(hasKey(map, key) && deepEqual(map[key], part[key]))) return false;
  return true;
};

const hasNoneBeyond = (map: JsonMap, whole: JsonMap): boolean => {
  for (const key of Object.keys(map)) if (map[key] !== undefined && !hasKey(whole, key)) return false;
  return true;
};

export const deepEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((value, i) => deepEqual(value, b[i]));
  return isMap(a) && isMap(b) && hasAllOf(b, a) && hasNoneBeyond(b, a);
};

/** A record of the keys' values. Why not `Object.fromEntries`: it takes four times as long. */
const recordOf = (keys: readonly string[], valueOf: (key: string) => unknown): JsonMap => {
  const record: Record<string, unknown> = {};
  for (const key of keys) {
    if (key === '__proto__') Object.defineProperty(record, key, { value: valueOf(key), configurable: true, enumerable: true, writable: true });
    else record[key] = valueOf(key);
  }
  return record;
};

/** The map with its keys in byte order: the canonical form of every map that a patch makes. */
export const sortedMap = (map: ReadonlyMap<string, unknown>): JsonMap => {
  const keys: string[] = [];
  for (const [key, value] of map) if (value !== undefined) keys.push(key);
  return recordOf(ascending(keys), (key) => map.get(key));
};

/** Whether the map is such as `sortedMap` makes them. */
export const isSortedMap = (map: JsonMap): boolean => {
  const keys = Object.keys(map);
  return doAscend(keys) && keys.every((key) => map[key] !== undefined);
};

/** The sorted map of the changed values, without those that become undefined; the map itself where that is the same. */
export const mapValues = (map: JsonMap, changed: (value: unknown) => unknown): JsonMap => {
  const values = new Map<string, unknown>();
  let isSame = isSortedMap(map);
  for (const key of presentKeys(map)) {
    const value = changed(map[key]);
    if (value !== map[key]) isSame = false;
    if (value !== undefined) values.set(key, value);
  }
  return isSame ? map : recordOf([...values.keys()], (key) => values.get(key));
};

/** The list of the changed values; the list itself where none is another. */
export const mapItems = (list: JsonList, changed: (value: unknown) => unknown): JsonList => {
  const items = list.map(changed);
  return items.every((item, i) => item === list[i]) ? list : items;
};

/** The present entries as a map that may be changed. */
export const mutableCopy = (map: JsonMap): Map<string, unknown> => {
  const copy = new Map<string, unknown>();
  for (const key of presentKeys(map)) copy.set(key, map[key]);
  return copy;
};

/** Go's `%v`. */
export const goText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '<nil>';
  if (isList(value)) return `[${value.map(goText).join(' ')}]`;
  if (isMap(value)) return `map[${sortedEntries(value).map(([key, item]) => `${key}:${goText(item)}`).join(' ')}]`;
  return String(value);
};

/** A copy that shares nothing with the original. */
export const deepCopy = (value: unknown): unknown => {
  if (isList(value)) return value.map(deepCopy);
  if (isMap(value)) return Object.fromEntries(presentKeys(value).map((key) => [key, deepCopy(value[key])]));
  return value;
};
