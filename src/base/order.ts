/** Total orders over plain values: the only comparators the simulation sorts with. */

/** Orders strings by UTF-16 code unit. For ASCII, which all Kubernetes names and keys are, this is etcd's byte order. */
export const compareStrings = (a: string, b: string): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

/** Orders numbers ascending; NaN is a broken invariant and must not reach it. */
export const compareNumbers = (a: number, b: number): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

/** The keys of a name-keyed plain object in byte order. Why: JavaScript iterates digit-only keys first. */
export const sortedKeys = (record: Readonly<Record<string, unknown>>): string[] => Object.keys(record).sort(compareStrings);

/** The entries of a name-keyed plain object in byte order of their keys. */
export const sortedEntries = <V>(record: Readonly<Record<string, V>>): [string, V][] =>
  sortedKeys(record).map((key) => [key, record[key] as V]);

/** How many of the ascending `keys` are less than `key`: where it is, or where it would go. */
export const lowerBound = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
};
