/**
 * Who owns what: which candidates a controller keeps, adopts and releases.
 * Models: pkg/controller/controller_ref_manager.go ClaimObject, ownerRefControllerPatch, GenerateDeleteOwnerRefStrategicMergeBytes
 */
import type { KubeObject } from '../../../api/object.ts';
import { controllerOf, ownerReference } from '../../../api/pod-helpers.ts';

/** What to do with one candidate, in upstream's order: the order of the candidates. */
export interface ClaimChange<T extends KubeObject> {
  readonly kind: 'adopt' | 'release';
  readonly object: T;
}

export interface ClaimDecision<T extends KubeObject> {
  /** Owned and still selected: nothing need be done. */
  readonly claimed: readonly T[];
  readonly changes: readonly ClaimChange<T>[];
}

type Verdict = 'claimed' | 'adopt' | 'release' | 'ignored';

const verdict = <T extends KubeObject>(owner: KubeObject, object: T, matches: (object: T) => boolean): Verdict => {
  const controller = controllerOf(object);
  const ownerDeleted = owner.metadata.deletionTimestamp !== undefined;
  if (controller !== undefined) {
    if (controller.uid !== owner.metadata.uid) return 'ignored';
    if (matches(object)) return 'claimed';
    return ownerDeleted ? 'ignored' : 'release';
  }
  if (ownerDeleted || !matches(object)) return 'ignored';
  if (object.metadata.deletionTimestamp !== undefined) return 'ignored';
  return (owner.metadata.namespace ?? '') === (object.metadata.namespace ?? '') ? 'adopt' : 'ignored';
};

/** An owner that is being deleted keeps what it has, and adopts and releases nothing. */
export const decideClaims = <T extends KubeObject>(owner: KubeObject, candidates: readonly T[], matches: (object: T) => boolean): ClaimDecision<T> => {
  const claimed: T[] = [];
  const changes: ClaimChange<T>[] = [];
  for (const object of candidates) {
    const what = verdict(owner, object, matches);
    if (what === 'claimed') claimed.push(object);
    else if (what !== 'ignored') changes.push({ kind: what, object });
  }
  return { claimed, changes };
};

/** The strategic merge patch that makes `owner` the controller of `object`; `uid` makes it fail on another object of that name. */
export const adoptPatch = (owner: KubeObject, object: KubeObject, finalizers: readonly string[] = []): unknown => ({
  metadata: {
    ownerReferences: [ownerReference(owner)],
    uid: object.metadata.uid ?? '',
    ...(finalizers.length === 0 ? {} : { finalizers }),
  },
});

export const releasePatch = (owner: KubeObject, object: KubeObject, finalizers: readonly string[] = []): unknown => ({
  metadata: {
    uid: object.metadata.uid ?? '',
    ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid ?? '' }],
    ...(finalizers.length === 0 ? {} : { '$deleteFromPrimitiveList/finalizers': finalizers }),
  },
});
