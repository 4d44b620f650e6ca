/**
 * Carrying claims out, one request at a time: before the first adoption the owner is read afresh, and a failure never stops the rest.
 * Models: pkg/controller/controller_ref_manager.go ClaimPods, ClaimReplicaSets, AdoptPod, ReleasePod, CanAdopt, RecheckDeletionTimestamp
 */
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceId } from '../../../api/resources.ts';
import type { Answer } from '../../../client/controller.ts';
import { errorOf, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import type { ClaimChange, ClaimDecision } from './claims.ts';
import { adoptPatch, decideClaims, releasePatch } from './claims.ts';
import { aggregate, isNotFound, isRefusedAs } from './errors.ts';

/** May the owner adopt? Read once, at most. */
type CanAdopt = { readonly kind: 'unknown' } | { readonly kind: 'yes' } | { readonly kind: 'no'; readonly error: string };

/** Claims under way: plain data, held in a stage. */
export interface Claiming<T extends KubeObject> {
  readonly owner: KubeObject;
  readonly ownerResource: ResourceId;
  readonly resource: ResourceId;
  /** Added to what is adopted, removed from what is released (the Job's tracking finalizer). */
  readonly finalizers: readonly string[];
  readonly candidates: readonly T[];
  readonly claimed: readonly T[];
  readonly adopted: readonly T[];
  readonly pending: readonly ClaimChange<T>[];
  readonly canAdopt: CanAdopt;
  readonly errors: readonly string[];
}

export interface ClaimTarget<T extends KubeObject> {
  readonly owner: KubeObject;
  readonly ownerResource: ResourceId;
  readonly resource: ResourceId;
  readonly candidates: readonly T[];
  readonly matches: (object: T) => boolean;
  readonly finalizers?: readonly string[];
}

const NONE: readonly never[] = [];
const UNKNOWN: CanAdopt = { kind: 'unknown' };

export const startClaiming = <T extends KubeObject>(target: ClaimTarget<T>): Claiming<T> => {
  const { owner, ownerResource, resource, candidates } = target;
  const decision: ClaimDecision<T> = decideClaims(owner, candidates, target.matches);
  return {
    owner, ownerResource, resource, candidates, finalizers: target.finalizers ?? NONE,
    claimed: decision.claimed, adopted: NONE, pending: decision.changes, canAdopt: UNKNOWN, errors: NONE,
  };
};

const place = (object: KubeObject): { readonly namespace?: string; readonly name: string } =>
  (object.metadata.namespace === undefined ? { name: object.metadata.name } : { namespace: object.metadata.namespace, name: object.metadata.name });

/** The next request, or undefined when all is done; then read `claimedObjects` and `claimError`. */
export const claimRequest = <T extends KubeObject>(claiming: Claiming<T>): ApiRequest | undefined => {
  const change = claiming.pending[0];
  if (change === undefined) return undefined;
  if (change.kind === 'adopt' && claiming.canAdopt.kind === 'unknown') {
    return { verb: 'get', resource: claiming.ownerResource, ...place(claiming.owner) };
  }
  const patch = change.kind === 'adopt' ? adoptPatch : releasePatch;
  return {
    verb: 'patch', resource: claiming.resource, ...place(change.object), patchType: 'strategic',
    body: patch(claiming.owner, change.object, claiming.finalizers),
  };
};

const describe = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** As Go prints a time. */
const goTime = (time: string): string => `${time.replace('T', ' ').replace('Z', '')} +0000 UTC`;

const judgeOwner = (owner: KubeObject, answer: Answer): CanAdopt => {
  const no = (why: string): CanAdopt => ({ kind: 'no', error: why });
  const error = errorOf(answer);
  if (error !== undefined) return no(`can't recheck DeletionTimestamp: ${error}`);
  const fresh = objectOf(answer)?.metadata;
  if (fresh?.uid !== owner.metadata.uid) {
    const gone = `original ${owner.kind} ${describe(owner)} is gone: got uid ${fresh?.uid ?? ''}, wanted ${owner.metadata.uid ?? ''}`;
    return no(`can't recheck DeletionTimestamp: ${gone}`);
  }
  return fresh?.deletionTimestamp === undefined ? { kind: 'yes' } : no(`${describe(owner)} has just been deleted at ${goTime(fresh.deletionTimestamp)}`);
};

/** All adoptions fail with the one reason; releases go on. */
const refuseAdoptions = <T extends KubeObject>(claiming: Claiming<T>, why: string): Claiming<T> => ({
  ...claiming,
  pending: claiming.pending.filter((change) => change.kind === 'release'),
  errors: [...claiming.errors, ...claiming.pending.filter((change) => change.kind === 'adopt').map(({ object }) =>
    `can't adopt ${object.kind} ${describe(object)} (${object.metadata.uid ?? ''}): ${why}`)],
});

/** A candidate that is gone is no failure; nor is a release that finds another object, or no such reference (422). */
const isForgiven = (change: ClaimChange<KubeObject>, answer: Answer): boolean =>
  isNotFound(answer) || (change.kind === 'release' && isRefusedAs(answer, 'Invalid'));

/** Takes the answer to `claimRequest`. */
export const claimAnswered = <T extends KubeObject>(claiming: Claiming<T>, answer: Answer): Claiming<T> => {
  const change = claiming.pending[0];
  if (change === undefined) return claiming;
  if (change.kind === 'adopt' && claiming.canAdopt.kind === 'unknown') {
    const canAdopt = judgeOwner(claiming.owner, answer);
    return canAdopt.kind === 'no' ? refuseAdoptions({ ...claiming, canAdopt }, canAdopt.error) : { ...claiming, canAdopt };
  }
  const error = errorOf(answer);
  const pending = claiming.pending.slice(1);
  if (error !== undefined) {
    return isForgiven(change, answer) ? { ...claiming, pending } : { ...claiming, pending, errors: [...claiming.errors, error] };
  }
  return change.kind === 'adopt' ? { ...claiming, pending, adopted: [...claiming.adopted, change.object] } : { ...claiming, pending };
};

/** Whatever is owned now, in the order of the candidates, as they were in the cache. */
export const claimedObjects = <T extends KubeObject>(claiming: Claiming<T>): readonly T[] => {
  if (claiming.adopted.length === 0) return claiming.claimed;
  const owned = new Set([...claiming.claimed, ...claiming.adopted]);
  return claiming.candidates.filter((object) => owned.has(object));
};

export const claimError = <T extends KubeObject>(claiming: Claiming<T>): string | undefined => aggregate(claiming.errors);
