/**
 * The patch that `kubectl apply` sends: what changed since the last apply, against what the cluster has.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go `CreateThreeWayMergePatch` with overwrite, `CreateTwoWayMergePatch`
 * Not modelled: kubectl's preconditions (the name, kind and apiVersion must not change).
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { diffMaps } from './diff-maps.ts';
import { asMap } from './list-order.ts';
import { rootType } from './merge-keys.ts';
import { mergeMaps } from './merge-maps.ts';
import { refusable } from './refusal.ts';

export interface ThreeWayMerge {
  /** What was applied last; absent where nothing was. */
  readonly original?: unknown;
  /** What is to be applied. */
  readonly modified: unknown;
  /** What the cluster has. */
  readonly current: unknown;
  readonly kind: string;
}

/** A strategic merge patch for `current`; `{}` where there is nothing to do. Errors: upstream's message. */
export const threeWayMergePatch = ({ original, modified, current, kind }: ThreeWayMerge): Either<string, unknown> =>
  refusable(() => {
    const type = rootType(kind);
    const delta = diffMaps(asMap(current), asMap(modified), type, { ignoreDeletions: true, ignoreChangesAndAdditions: false });
    const deletions = diffMaps(asMap(original ?? {}), asMap(modified), type, { ignoreDeletions: false, ignoreChangesAndAdditions: true });
    return mergeMaps(deletions, delta, type, 'into-patch');
  });

/** The strategic merge patch from `original` to `modified`. Errors: upstream's message. */
export const twoWayMergePatch = (original: unknown, modified: unknown, kind: string): Either<string, unknown> =>
  refusable(() => diffMaps(asMap(original), asMap(modified), rootType(kind), { ignoreDeletions: false, ignoreChangesAndAdditions: false }));
