/**
 * Whether two objects are stored alike, so that writing one over the other is no change.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go GuaranteedUpdate (comparison of the encoded bytes)
 */
import type { KubeObject } from '../../../api/object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the encoding leaves out: nothing, and empty lists. */
const leftOut = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const sameFields = (a: Fields, b: Fields, ignored?: string): boolean => {
  for (const key of Object.keys(a)) if (key !== ignored && !sameValue(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (key !== ignored && !(key in a) && !leftOut(b[key])) return false;
  return true;
};

const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (leftOut(a) || leftOut(b)) return leftOut(a) && leftOut(b);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  }
  return sameFields(a as Fields, b as Fields);
};

const emptyMapsGone = (metadata: Fields): Fields => {
  const { labels, annotations, ...rest } = metadata;
  const kept = (map: unknown): boolean => map !== undefined && Object.keys(map as Fields).length > 0;
  return { ...rest, ...(kept(labels) ? { labels } : {}), ...(kept(annotations) ? { annotations } : {}) };
};

/** Equal but for the resourceVersion. */
export const sameStored = (now: KubeObject, before: KubeObject): boolean =>
  now === before
  || (sameFields(now as unknown as Fields, before as unknown as Fields, 'metadata')
    && (now.metadata === before.metadata
      || sameFields(emptyMapsGone(now.metadata as unknown as Fields), emptyMapsGone(before.metadata as unknown as Fields), 'resourceVersion')));
