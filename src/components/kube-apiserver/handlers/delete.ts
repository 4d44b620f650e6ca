/**
 * What a delete does to an object: marks it, waits for it, or removes it.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go BeforeDelete, registry/generic/registry/store.go Delete,
 *   updateForGracefulDeletionAndFinalizers, deletionFinalizersForGarbageCollection, markAsDeleting
 */
import type { KubeObject, ObjectMeta } from '../../../api/object.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import type { Status } from '../../../api/status.ts';
import { conflict } from '../../../api/status.ts';
import type { Strategy } from '../../../api/strategy.ts';
import { strategyOf } from '../../../api/strategy.ts';
import { formatTime, parseTime } from '../../../api/time.ts';
import type { PropagationPolicy, RequestOptions } from '../../../protocol/api.ts';
import { infoOf, storedAs } from '../storage/codec.ts';
import { sameStored } from '../storage/same-value.ts';
import type { Outcome } from './outcome.ts';
import { putOutcome, refusal } from './outcome.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** A precondition that does not hold. */
export const preconditionRefusal = (info: ResourceInfo, object: KubeObject, options: RequestOptions): Status | undefined => {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  const refuse = (why: string): Status => conflict(info.group, info.kind, metadata.name, why);
  if (uid !== undefined && uid !== metadata.uid) {
    return refuse(`the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`);
  }
  return resourceVersion === undefined || resourceVersion === metadata.resourceVersion ? undefined
    : refuse(`the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`);
};

/** The explicit policy decides; else a finalizer that is there already; else the kind's default. */
const wants = (finalizer: string, strategy: Strategy, metadata: ObjectMeta, policy: PropagationPolicy | undefined): boolean => {
  if (strategy.defaultGarbageCollection === 'unsupported') return false;
  if (policy !== undefined) return policy === (finalizer === ORPHAN ? 'Orphan' : 'Foreground');
  const set = (metadata.finalizers ?? []).find((name) => name === ORPHAN || name === FOREGROUND);
  return set === undefined ? finalizer === ORPHAN && strategy.defaultGarbageCollection === 'orphan' : set === finalizer;
};

/** The finalizers after a delete with this policy. */
export const finalizersAfter = (strategy: Strategy, metadata: ObjectMeta, policy: PropagationPolicy | undefined): readonly string[] => {
  const before = metadata.finalizers ?? [];
  const added = [ORPHAN, FOREGROUND].filter((name) => wants(name, strategy, metadata, policy));
  const next = [...before.filter((name) => name !== ORPHAN && name !== FOREGROUND), ...added];
  return next.length === before.length && next.every((name) => before.includes(name)) ? before : next;
};

/** The same metadata with these finalizers; without the field when there are none. */
export const withFinalizers = (metadata: ObjectMeta, finalizers: readonly string[]): ObjectMeta => {
  if (finalizers === metadata.finalizers || (finalizers.length === 0 && metadata.finalizers === undefined)) return metadata;
  const { finalizers: _dropped, ...rest } = metadata;
  return finalizers.length === 0 ? rest : { ...rest, finalizers };
};

const generationBumped = (metadata: ObjectMeta): { readonly generation?: number } =>
  ((metadata.generation ?? 0) > 0 && metadata.deletionTimestamp === undefined ? { generation: (metadata.generation ?? 0) + 1 } : {});

const graced = (metadata: ObjectMeta, seconds: number, deletionMs: number): ObjectMeta =>
  ({ ...metadata, ...generationBumped(metadata), deletionTimestamp: formatTime(deletionMs), deletionGracePeriodSeconds: seconds });

type Grace =
  /** The kind is deleted at once, or its time is up. */
  | { readonly kind: 'none' }
  /** Being deleted already, and not asked to hurry. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'graceful'; readonly metadata: ObjectMeta; readonly seconds: number };

const shortened = (metadata: ObjectMeta, wanted: number | undefined): Grace => {
  const left = metadata.deletionGracePeriodSeconds ?? 0;
  if (left === 0) return { kind: 'none' };
  const asked = wanted !== undefined && wanted < 0 ? 1 : wanted;
  if (asked === undefined || asked >= left) return { kind: 'pending' };
  const deletionMs = parseTime(metadata.deletionTimestamp ?? '') ?? 0;
  return { kind: 'graceful', metadata: graced(metadata, asked, deletionMs - (left - asked) * 1000), seconds: asked };
};

const graceOf = (strategy: Strategy, object: KubeObject, options: RequestOptions, nowMs: number): Grace => {
  if (strategy.gracefulDeletion === undefined) return { kind: 'none' };
  if (object.metadata.deletionTimestamp !== undefined) return shortened(object.metadata, options.gracePeriodSeconds);
  const seconds = strategy.gracefulDeletion(object, options);
  if (seconds === undefined) return { kind: 'none' };
  return { kind: 'graceful', metadata: graced(object.metadata, seconds, nowMs + seconds * 1000), seconds };
};

/** Marked, because finalizers hold it. */
const markAsDeleting = (metadata: ObjectMeta, nowMs: number): ObjectMeta => {
  const deletionMs = metadata.deletionTimestamp === undefined ? undefined : parseTime(metadata.deletionTimestamp);
  return graced(metadata, 0, deletionMs === undefined || deletionMs > nowMs ? nowMs : deletionMs);
};

/** What a delete of this object comes to. */
export const deleteOutcome = (resource: string, object: KubeObject, options: RequestOptions, nowMs: number): Outcome => {
  const info = infoOf(resource);
  const strategy = strategyOf(storedAs(resource));
  const refused = preconditionRefusal(info, object, options);
  if (refused !== undefined) return refusal(refused);
  const grace = graceOf(strategy, object, options, nowMs);
  if (grace.kind === 'pending') return { kind: 'unchanged', object, answer: 'object' };
  const finalizers = finalizersAfter(strategy, object.metadata, options.propagationPolicy);
  const held = finalizers.length > 0;
  if (grace.kind === 'none' && !held) return { kind: 'remove', final: object };
  const marked = grace.kind === 'graceful' ? grace.metadata : markAsDeleting(object.metadata, nowMs);
  const next = { ...object, metadata: withFinalizers(marked, finalizers) };
  const answer = held || (grace.kind === 'graceful' && grace.seconds > 0) ? 'object' : 'delete-next';
  return sameStored(next, object) ? { kind: 'unchanged', object, answer } : putOutcome(next, answer);
};
