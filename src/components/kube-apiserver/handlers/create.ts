/**
 * create: decoded, admitted, named, prepared, validated, and put where nothing is yet.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Create, registry/rest/create.go BeforeCreate
 */
import type { KubeObject } from '../../../api/object.ts';
import { alreadyExists, badRequest, invalid, isStatus } from '../../../api/status.ts';
import type { Status } from '../../../api/status.ts';
import { fillSystemFields, strategyOf } from '../../../api/strategy.ts';
import { timestamp } from './timestamps.ts';
import { statusCauses } from '../../../api/validation/field-error.ts';
import type { EtcdAnswer } from '../../../protocol/etcd.ts';
import { admit } from '../admission/admit.ts';
import { namespaceOf } from '../cacher/cache-reads.ts';
import { objectIn } from '../cacher/store.ts';
import type { WriteJob } from '../state.ts';
import { allocate, claimsOf, takenMessage } from '../storage/claims.ts';
import { decodeValue, encodeValue, infoOf, shownAs, storageKey, storedAs } from '../storage/codec.ts';
import { asCoreEvent } from '../storage/event-groups.ts';
import { takeLease } from '../storage/event-lease.ts';
import { createCall, readBack } from '../storage/transactions.ts';
import type { Turn } from '../turn.ts';
import { answerObject, cacherOf, callEtcd } from '../turn.ts';
import { decodeDocument } from './body.ts';
import { failWrite } from './finish.ts';
import { lookUp } from './lookup.ts';
import { drawName } from './names.ts';
import { podOfTemplate, rememberPod } from './pod-templates.ts';
import { nameNotGenerated, storageFailure } from './refusals.ts';

/** Source: `maxNameGenerationCreateAttempts`. */
const NAME_ATTEMPTS = 8;
const CLAIM_ATTEMPTS = 16;

const isNamed = (object: KubeObject): boolean => (object.metadata.name ?? '') !== '';

/** The fields that only the server sets, and what the kind's strategy makes of the rest. */
const beforeCreate = (turn: Turn, write: WriteJob, object: KubeObject): KubeObject | Status => {
  const { request, user } = write.job;
  const info = infoOf(storedAs(request.resource));
  const strategy = strategyOf(info.id);
  const namespace = namespaceOf(write.job);
  const base = object.metadata.generateName ?? '';
  if (!isNamed(object) && base === '') return invalid(info.group, info.kind, '', [{ reason: 'FieldValueRequired', message: 'Required value: name or generateName is required', field: 'metadata.name' }]);
  const drawn = drawName(turn, `${info.id}/${namespace ?? ''}`, object.metadata.name ?? '', base);
  const filled = fillSystemFields(object, {
    ...drawn, ...(info.namespaced && namespace !== undefined ? { namespace } : {}), creationTimestamp: timestamp(turn.env.nowMs),
  });
  const prepared = allocate(turn, strategy.prepareForCreate(filled, { nowMs: turn.env.nowMs, user: user.name }));
  const errors = strategy.validateCreate(prepared);
  return errors.length === 0 ? prepared : invalid(info.group, info.kind, prepared.metadata.name, statusCauses(errors));
};

const store = (turn: Turn, write: WriteJob, object: KubeObject): void => {
  const { request, client } = write.job;
  const info = infoOf(storedAs(request.resource));
  if (request.options?.dryRun === true) {
    const taken = objectIn(cacherOf(turn, info.id), object.metadata.namespace, object.metadata.name) !== undefined;
    if (taken) failWrite(turn, write, alreadyExists(info.group, info.resource, object.metadata.name));
    else answerObject(turn, client, shownAs(request.resource, object), 201);
    return;
  }
  const lease = info.id === 'events' ? takeLease(turn, write) : 0;
  if (lease === undefined) return;
  const key = storageKey(info, object.metadata.namespace, object.metadata.name);
  callEtcd(turn, createCall(key, object, encodeValue(object), lease), { kind: 'create', write, object });
};

/** Tries a create from its beginning. */
export const create = (turn: Turn, write: WriteJob): void => {
  const { job, facts } = write;
  const pod = podOfTemplate(turn, write);
  if (pod !== undefined) return store(turn, write, pod);
  const info = infoOf(job.request.resource);
  const decoded = decodeDocument(job.request.body, job, info);
  if (isStatus(decoded)) return failWrite(turn, write, decoded);
  if (job.request.verb === 'create' && (decoded.metadata.resourceVersion ?? '') !== '') {
    return failWrite(turn, write, badRequest('resourceVersion should not be set on objects to be created'));
  }
  const verdict = admit(storedAs(info.id) === info.id ? decoded : asCoreEvent(decoded), {
    operation: 'create', info, namespace: namespaceOf(job), name: decoded.metadata.name ?? '', user: job.user, facts, turn,
  });
  switch (verdict.kind) {
    case 'lookup': return lookUp(turn, write, verdict.fact);
    case 'refused': return failWrite(turn, write, verdict.status);
    case 'admitted': {
      const object = beforeCreate(turn, write, verdict.object);
      if (isStatus(object)) return failWrite(turn, write, object);
      if (info.id === 'pods') rememberPod(turn, write, object);
      return store(turn, write, object);
    }
    default: {
      const never: never = verdict;
      return never;
    }
  }
};

/** A name or address was taken: drawn ones are drawn again, given ones are refused. */
const taken = (turn: Turn, write: WriteJob, object: KubeObject, answer: Extract<EtcdAnswer, { readonly kind: 'txn' }>): void => {
  const info = infoOf(storedAs(write.job.request.resource));
  const { current, taken: claims } = readBack(answer);
  const body = write.job.request.body as KubeObject;
  if (current !== undefined) {
    const status = alreadyExists(info.group, info.resource, object.metadata.name);
    if (body.metadata.name !== undefined && body.metadata.name !== '') return failWrite(turn, write, status);
    return write.attempt + 1 < NAME_ATTEMPTS ? create(turn, { ...write, attempt: write.attempt + 1 }) : failWrite(turn, write, nameNotGenerated(status));
  }
  const given = claimsOf(body);
  const refused = claims.filter((claim) => given.includes(claim) || write.attempt + 1 >= CLAIM_ATTEMPTS);
  if (refused.length === 0) return create(turn, { ...write, attempt: write.attempt + 1 });
  return failWrite(turn, write, invalid(info.group, info.kind, object.metadata.name,
    refused.map((claim) => ({ reason: 'FieldValueInvalid', ...takenMessage(claim, object) }))));
};

export const createAnswered = (turn: Turn, write: WriteJob, object: KubeObject, answer: EtcdAnswer): void => {
  if (answer.kind !== 'txn') return failWrite(turn, write, storageFailure(answer));
  if (!answer.succeeded) return taken(turn, write, object, answer);
  const stored = decodeValue(encodeValue(object), answer.revision);
  return answerObject(turn, write.job.client, shownAs(write.job.request.resource, stored), 201);
};
