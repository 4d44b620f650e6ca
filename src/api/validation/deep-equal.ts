/**
 * Equality of plain API values the way upstream compares them: an absent field, null and an empty list or map are the same.
 * Models: staging/src/k8s.io/apimachinery/third_party/forked/golang/reflect/deep_equal.go Equalities.DeepEqual
 */

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.values(value).every((part) => part === undefined));

const recordsEqual = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean => {
  for (const key of Object.keys(a)) if (!semanticEqual(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (!(key in a) && !isEmpty(b[key])) return false;
  return true;
};

/** True when two JSON values mean the same object. */
export const semanticEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => semanticEqual(item, (b as readonly unknown[])[i]));
  }
  return !Array.isArray(b) && recordsEqual(a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>);
};
