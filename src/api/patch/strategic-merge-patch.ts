/**
 * Strategic merge patches: JSON merge patches that know which lists merge, and by which key.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `StrategicMergePatch`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { JsonMap } from './json-value.ts';
import { isList, isMap, mapItems, presentKeys } from './json-value.ts';
import { DIRECTIVE, asMap } from './list-order.ts';
import { rootType } from './merge-keys.ts';
import { DELETION_LIST, ELEMENT_ORDER, RETAIN_KEYS, mergeMaps } from './merge-maps.ts';
import { refusable } from './refusal.ts';

/**
 * The patched document; parts that the patch does not touch are shared with `doc`. Errors: upstream's message.
 * As upstream's library does, it may leave directives and nulls where the patch adds a whole element: see `withoutLeftovers`.
 */
export const applyStrategicMergePatch = (
  doc: unknown,
  patch: unknown,
  { kind }: { readonly apiVersion: string; readonly kind: string },
): Either<string, unknown> => refusable(() => mergeMaps(asMap(doc), asMap(patch), rootType(kind), 'into-document'));

const isDirective = (key: string): boolean =>
  key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(`${DELETION_LIST}/`) || key.startsWith(`${ELEMENT_ORDER}/`);

const mapWithoutLeftovers = (map: JsonMap): JsonMap => {
  const kept = presentKeys(map).filter((key) => map[key] !== null && !isDirective(key));
  const entries = kept.map((key): [string, unknown] => [key, withoutLeftovers(map[key])]);
  const isSame = kept.length === Object.keys(map).length && entries.every(([key, value]) => value === map[key]);
  return isSame ? map : Object.fromEntries(entries);
};

/** What the API server's decoding into the typed object drops: directives and null fields. Shares what has none. */
export const withoutLeftovers = (value: unknown): unknown => {
  if (isMap(value)) return mapWithoutLeftovers(value);
  if (!isList(value)) return value;
  return mapItems(value, withoutLeftovers);
};
