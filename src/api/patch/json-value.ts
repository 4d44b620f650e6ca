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

export const presentKeys = (map: JsonMap): string[] => Object.keys(map).filter((key) => map[key] !== undefined).sort(compareStrings);

export const deepEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((value, i) => deepEqual(value, b[i]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = presentKeys(a);
  return keys.length === presentKeys(b).length && keys.every((key) => hasKey(b, key) && deepEqual(a[key], b[key]));
};

/** The map with its keys in byte order: the canonical form of every map that a patch makes. */
export const sortedMap = (map: ReadonlyMap<string, unknown>): JsonMap =>
  Object.fromEntries([...map].filter(([, value]) => value !== undefined).sort(([a], [b]) => compareStrings(a, b)));

/** The present entries as a map that may be changed. */
export const mutableCopy = (map: JsonMap): Map<string, unknown> => new Map(presentKeys(map).map((key) => [key, map[key]]));

/** Go's `%v`. */
export const goText = (value: unknown): string => {
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
