/** Total orders over plain values: the only comparators the simulation sorts with. */
import type { Ord } from 'fp-ts/lib/Ord.js';

/** Orders strings by UTF-16 code unit. For ASCII, which all Kubernetes names and keys are, this is etcd's byte order. */
export const compareStrings = (a: string, b: string): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

/** Orders numbers ascending; NaN is a broken invariant and must not reach it. */
export const compareNumbers = (a: number, b: number): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

/** `compareStrings` as an fp-ts order. */
export const ordString: Ord<string> = { equals: (a, b) => a === b, compare: compareStrings };

/** `compareNumbers` as an fp-ts order. */
export const ordNumber: Ord<number> = { equals: (a, b) => a === b, compare: compareNumbers };

/** The keys of a name-keyed plain object in byte order. Why: JavaScript iterates digit-only keys first. */
export const sortedKeys = (record: Readonly<Record<string, unknown>>): string[] => Object.keys(record).sort(compareStrings);

/** The entries of a name-keyed plain object in byte order of their keys. */
export const sortedEntries = <V>(record: Readonly<Record<string, V>>): [string, V][] =>
  sortedKeys(record).map((key) => [key, record[key] as V]);
