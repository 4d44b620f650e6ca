/**
 * JSON merge patches.
 * Models: RFC 7386; staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go `jsonPatcher` for `application/merge-patch+json`
 */
import { isMap, mutableCopy, presentKeys, sortedMap } from './json-value.ts';

/** The patched document; parts that the patch does not touch are shared with `doc`. */
export const applyMergePatch = (doc: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch;
  const merged = mutableCopy(isMap(doc) ? doc : {});
  for (const key of presentKeys(patch)) {
    if (patch[key] === null) merged.delete(key);
    else merged.set(key, applyMergePatch(merged.get(key), patch[key]));
  }
  return sortedMap(merged);
};
