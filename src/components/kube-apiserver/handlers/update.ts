/**
 * PUT and PATCH of objects and of their status.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Update, registry/rest/update.go BeforeUpdate,
 *   endpoints/handlers/{update,patch,rest}.go
 * Not modelled: server-side apply, managed fields.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../../api/object.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-merge-patch.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import type { Status } from '../../../api/status.ts';
import { badRequest, conflict, invalid, isStatus, OPTIMISTIC_LOCK } from '../../../api/status.ts';
import type { Strategy } from '../../../api/strategy.ts';
import { carryOver, strategyOf } from '../../../api/strategy.ts';
import type { Namespace } from '../../../api/types.ts';
import { statusCauses } from '../../../api/validation/field-error.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import type { Job } from '../state.ts';
import { allocate } from '../storage/claims.ts';
import { atRevision, infoOf, shownAs, storageKey, storedAs } from '../storage/codec.ts';
import { asCoreEvent } from '../storage/event-groups.ts';
import { sameStored } from '../storage/same-value.ts';
import type { Turn } from '../turn.ts';
import { decodeDocument } from './body.ts';
import type { Outcome } from './outcome.ts';
import { absentOutcome, putOutcome, refusal } from './outcome.ts';

const rejectedPatch = (why: string): Status => ({
  kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 422, reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request', details: { causes: [{ reason: 'UnexpectedServerResponse', message: why }] },
});

const applyPatch = (request: ApiRequest, document: KubeObject): unknown => {
  switch (request.patchType ?? 'strategic') {
    case 'json': {
      const patched = applyJsonPatch(document, request.body);
      return isLeft(patched) ? rejectedPatch(patched.left) : patched.right;
    }
    case 'merge': return applyMergePatch(document, request.body);
    case 'strategic': {
      const patched = applyStrategicMergePatch(document, request.body, document);
      return isLeft(patched) ? badRequest(patched.left) : patched.right;
    }
  }
};

/** The document that a PUT or PATCH asks to be stored instead of `before`. */
const documentOf = (request: ApiRequest, before: KubeObject): unknown =>
  (request.verb === 'patch' ? applyPatch(request, before) : request.body);

/** The asked-for object, decoded, defaulted and of the right name; or why not. */
export const requested = (job: Job, info: ResourceInfo, before: KubeObject): KubeObject | Status => {
  const shown = shownAs(job.request.resource, before);
  const document = documentOf(job.request, shown);
  if (isStatus(document)) return document;
  const object = decodeDocument(document, job, info, shown);
  if (isStatus(object)) return object;
  const { name = '' } = job.request;
  if (object.metadata.name !== name) {
    return badRequest((object.metadata.name ?? '') === '' ? 'name is required'
      : `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
  return storedAs(info.id) === info.id ? object : asCoreEvent(object);
};

const uidConflict = (info: ResourceInfo, now: KubeObject, before: KubeObject): Status => conflict(info.group, info.resource, before.metadata.name,
  `StorageError: invalid object, Code: 4, Key: ${storageKey(info, before.metadata.namespace, before.metadata.name)}, ResourceVersion: 0, AdditionalErrorMsg: `
  + `Precondition failed: UID in precondition: ${now.metadata.uid}, UID in object meta: ${before.metadata.uid}`);

/** Whether the writer has seen what it overwrites. */
export const staleness = (info: ResourceInfo, strategy: Strategy, now: KubeObject, before: KubeObject): Status | undefined => {
  const { name } = before.metadata;
  if ((now.metadata.uid ?? '') !== '' && now.metadata.uid !== before.metadata.uid) return uidConflict(info, now, before);
  const version = now.metadata.resourceVersion ?? '';
  if (version === before.metadata.resourceVersion) return undefined;
  if (version !== '' && version !== '0') return conflict(info.group, info.resource, name, OPTIMISTIC_LOCK);
  return strategy.allowUnconditionalUpdate ? undefined
    : invalid(info.group, info.kind, name, [{ reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' }]);
};

/** True when an update takes the last reason away for which a deleted object still stands. */
const isEmptied = (now: KubeObject, before: KubeObject): boolean => {
  if ((now.metadata.finalizers ?? []).length > 0 || before.metadata.deletionTimestamp === undefined) return false;
  if ((before.metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return now.kind !== 'Namespace' || ((now as Namespace).spec?.finalizers ?? []).length === 0;
};

const prepared = (turn: Turn, job: Job, strategy: Strategy, now: KubeObject, before: KubeObject): KubeObject => {
  const { resourceVersion } = before.metadata;
  const current = now.metadata.resourceVersion === resourceVersion ? now : atRevision(now, Number(resourceVersion));
  const carried = carryOver(current, before);
  return job.request.subresource === 'status' ? strategy.prepareForStatusUpdate(carried, before)
    : allocate(turn, strategy.prepareForUpdate(carried, before, { nowMs: turn.env.nowMs, user: job.user.name }));
};

/** Prepares, validates and compares: what becomes of an asked-for object. */
export const settle = (turn: Turn, job: Job, info: ResourceInfo, asked: KubeObject, before: KubeObject): Outcome => {
  const strategy = strategyOf(storedAs(info.id));
  const stale = staleness(info, strategy, asked, before);
  if (stale !== undefined) return refusal(stale);
  const now = prepared(turn, job, strategy, asked, before);
  const isStatusWrite = job.request.subresource === 'status';
  const isSame = sameStored(now, before);
  const errors = isSame ? [] : isStatusWrite ? strategy.validateStatusUpdate(now, before) : strategy.validateUpdate(now, before);
  if (errors.length > 0) return refusal(invalid(info.group, info.kind, before.metadata.name, statusCauses(errors)));
  if (isEmptied(now, before)) return { kind: 'remove', final: now };
  return isSame ? { kind: 'unchanged', object: before, answer: 'object' } : putOutcome(now);
};

/** A PUT or PATCH of the object or of its status, against the current object. */
export const updateOutcome = (turn: Turn, job: Job, before: KubeObject | undefined): Outcome => {
  const info = infoOf(job.request.resource);
  if (before === undefined) {
    const creates = job.request.verb === 'update' && job.request.subresource === undefined && strategyOf(info.id).allowCreateOnUpdate;
    return creates ? { kind: 'create' } : absentOutcome;
  }
  const asked = requested(job, info, before);
  return isStatus(asked) ? refusal(asked) : settle(turn, job, info, asked, before);
};
