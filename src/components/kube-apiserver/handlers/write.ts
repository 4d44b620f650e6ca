/**
 * Writes of what is there already: from the cached state first, by compare-and-swap, and again from the current state whenever that fails
 * or the cached one gave no reason to write.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go GuaranteedUpdate, conditionalDelete; storage/cacher/cacher.go GuaranteedUpdate
 */
import type { KubeObject } from '../../../api/object.ts';
import { isStatus, notFound } from '../../../api/status.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import type { EtcdAnswer, KeyValue } from '../../../protocol/etcd.ts';
import { prefixEnd } from '../../../protocol/etcd.ts';
import { admit } from '../admission/admit.ts';
import { listOf, namespaceOf } from '../cacher/cache-reads.ts';
import { selectionOf, selects } from '../cacher/selection.ts';
import type { Selection } from '../cacher/selection.ts';
import { objectIn } from '../cacher/store.ts';
import type { Job, WriteJob } from '../state.ts';
import { atRevision, decodeKeyValue, decodeValue, encodeValue, infoOf, storageKey, storedAs } from '../storage/codec.ts';
import { sameStored } from '../storage/same-value.ts';
import { takeLease } from '../storage/event-lease.ts';
import { readBack, removeCall, replaceCall } from '../storage/transactions.ts';
import type { Turn } from '../turn.ts';
import { answer as answerClient, cacherOf, callEtcd, refuse } from '../turn.ts';
import { bindingOutcome } from './binding.ts';
import { create } from './create.ts';
import { deleteOutcome } from './delete.ts';
import { evictionOptions, evictionVerdict } from './eviction.ts';
import { failWrite, finishWrite } from './finish.ts';
import { finalizeOutcome, namespaceDeleteOutcome } from './namespaces.ts';
import type { Outcome } from './outcome.ts';
import { absentOutcome, putOutcome, refusal } from './outcome.ts';
import { withPodCondition } from './pod-conditions.ts';
import { storageFailure } from './refusals.ts';
import { scaleOutcome } from './scale.ts';
import { updateOutcome } from './update.ts';

export const newWrite = (job: Job): WriteJob => ({ job, facts: {}, attempt: 0, stage: 'write' });

const keyOf = (write: WriteJob): string => {
  const { resource, name } = write.job.request;
  return storageKey(infoOf(storedAs(resource)), namespaceOf(write.job), name);
};

/** A write that is no create, from its beginning: with the cached object as a first guess. */
export const write = (turn: Turn, job: WriteJob): void => {
  const { resource, name = '' } = job.job.request;
  const cached = objectIn(cacherOf(turn, storedAs(resource)), namespaceOf(job.job), name);
  if (cached === undefined) reread(turn, job);
  else attempt(turn, job, cached, false);
};

const reread = (turn: Turn, job: WriteJob): void => callEtcd(turn, { kind: 'range', key: keyOf(job) }, { kind: 'reread', write: job });

const deletion = (turn: Turn, { job }: WriteJob, before: KubeObject | undefined): Outcome => {
  const { resource, options = {}, name = '' } = job.request;
  const info = infoOf(resource);
  if (before === undefined) return absentOutcome;
  const verdict = admit(before, { operation: 'delete', info, namespace: namespaceOf(job), name, user: job.user, facts: {}, turn });
  if (verdict.kind === 'refused') return refusal(verdict.status);
  return resource === 'namespaces' ? namespaceDeleteOutcome(before, options, turn.env.nowMs) : deleteOutcome(resource, before, options, turn.env.nowMs);
};

const DISRUPTED = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' } as const;

/** The pod with its condition; nothing to write where it has it already. */
const disrupted = (turn: Turn, before: KubeObject): Outcome => {
  const next = withPodCondition(before as Pod, DISRUPTED, turn.env.nowMs);
  return sameStored(next, before) ? { kind: 'unchanged', object: before, answer: 'mark-next' } : putOutcome(next, 'mark-next');
};

/** An eviction: judged by the budgets, then marked, then deleted. */
const eviction = (turn: Turn, job: WriteJob, before: KubeObject | undefined): Outcome => {
  if (before === undefined) return absentOutcome;
  switch (job.stage) {
    case 'condition': return disrupted(turn, before);
    case 'mark': return deleteOutcome('pods', before, evictionOptions(job.job), turn.env.nowMs);
    case 'delete': return { kind: 'remove', final: before };
    case 'write': {
      const verdict = evictionVerdict(turn, before as Pod);
      if (verdict.kind === 'refused') return refusal(verdict.status);
      if (verdict.kind === 'charge') return { kind: 'charge', before: verdict.before, budget: verdict.budget };
      const outcome = disrupted(turn, before);
      return outcome.kind === 'put' ? { ...outcome, pinned: verdict.asSeen } : outcome;
    }
  }
};

const outcomeOf = (turn: Turn, job: WriteJob, before: KubeObject | undefined): Outcome => {
  const { verb, subresource } = job.job.request;
  if (subresource === 'eviction') return eviction(turn, job, before);
  if (job.stage === 'delete') return before === undefined ? absentOutcome : { kind: 'remove', final: before };
  if (verb === 'delete') return deletion(turn, job, before);
  switch (subresource) {
    case 'binding': return bindingOutcome(job.job, before, (pod) => withPodCondition(pod, { type: 'PodScheduled', status: 'True' }, turn.env.nowMs));
    case 'scale': return scaleOutcome(turn, job.job, before);
    case 'finalize': return finalizeOutcome(job.job, before);
    default: return updateOutcome(turn, job.job, before);
  }
};

/** An eviction that was decided by how the pod looked is decided anew once it looks otherwise. */
const rejudged = (job: WriteJob, before: KubeObject | undefined): WriteJob =>
  (job.asSeen === undefined || before === undefined || job.asSeen === before.metadata.resourceVersion ? job : { ...unpinned(job), stage: 'write' });

const unpinned = ({ asSeen: _seen, ...job }: WriteJob): WriteJob => job;

/** One try against `before`. `current`: it was read from etcd, so what it says is final. */
const attempt = (turn: Turn, given: WriteJob, before: KubeObject | undefined, current: boolean): void => {
  const job = rejudged(given, before);
  const outcome = outcomeOf(turn, job, before);
  switch (outcome.kind) {
    case 'refused': return current ? failWrite(turn, job, outcome.status) : reread(turn, job);
    case 'absent': return current ? absent(turn, job) : reread(turn, job);
    case 'create': return create(turn, job);
    case 'unchanged': return current ? proceed(turn, job, outcome.object, outcome.answer) : reread(turn, job);
    case 'put': return before === undefined ? absent(turn, job) : replace(turn, job, outcome, before);
    case 'remove': return before === undefined ? absent(turn, job) : remove(turn, job, before, outcome.final);
    case 'charge': return callEtcd(turn,
      replaceCall(storageKey(infoOf('poddisruptionbudgets.policy'), outcome.before.metadata.namespace, outcome.before.metadata.name), outcome.budget,
        encodeValue(outcome.budget), outcome.before, 0), { kind: 'charge', write: job, pod: before as KubeObject });
    default: {
      const never: never = outcome;
      return never;
    }
  }
};

const absent = (turn: Turn, job: WriteJob): void => {
  const { resource, name = '' } = job.job.request;
  const info = infoOf(resource);
  if (job.marked === undefined) failWrite(turn, job, notFound(info.group, info.resource, name));
  else finishWrite(turn, job, job.marked, true);
};

const isDryRun = (job: WriteJob): boolean => job.job.request.options?.dryRun === true;

const replace = (turn: Turn, job: WriteJob, outcome: Extract<Outcome, { readonly kind: 'put' }>, before: KubeObject): void => {
  if (isDryRun(job)) return finishWrite(turn, job, outcome.object, false);
  const lease = storedAs(job.job.request.resource) === 'events' ? takeLease(turn, job) : 0;
  if (lease === undefined) return;
  const value = encodeValue(outcome.object) as KubeObject;
  const next = outcome.pinned === true ? { ...job, asSeen: before.metadata.resourceVersion ?? '' } : job;
  return callEtcd(turn, replaceCall(keyOf(job), outcome.object, value, before, lease), { kind: 'put', write: next, value, answer: outcome.answer });
};

const remove = (turn: Turn, job: WriteJob, before: KubeObject, final: KubeObject): void => {
  if (isDryRun(job)) return finishWrite(turn, job, final, true);
  return callEtcd(turn, removeCall(keyOf(job), before), { kind: 'remove', write: job, final });
};

/** The write stands: answered, or on to the next stage. */
const proceed = (turn: Turn, job: WriteJob, object: KubeObject, answer: 'object' | 'delete-next' | 'mark-next'): void => {
  switch (answer) {
    case 'object': return finishWrite(turn, job, object, false);
    case 'mark-next': return attempt(turn, { ...job, stage: 'mark', ...pinned(job, object) }, object, true);
    case 'delete-next': return attempt(turn, { ...job, stage: 'delete', marked: object, ...pinned(job, object) }, object, true);
    default: {
      const never: never = answer;
      return never;
    }
  }
};

const pinned = (job: WriteJob, object: KubeObject): { readonly asSeen?: string } =>
  (job.asSeen === undefined ? {} : { asSeen: object.metadata.resourceVersion ?? '' });

const currentOf = (kv: KeyValue | undefined): KubeObject | undefined => (kv === undefined ? undefined : decodeKeyValue(kv));

export const rereadAnswered = (turn: Turn, job: WriteJob, given: EtcdAnswer): void =>
  (given.kind === 'range' ? attempt(turn, job, currentOf(given.kvs[0]), true) : failWrite(turn, job, storageFailure(given)));

export const putAnswered = (turn: Turn, job: WriteJob, value: KubeObject, answer: 'object' | 'delete-next' | 'mark-next', given: EtcdAnswer): void => {
  if (given.kind !== 'txn') return failWrite(turn, job, storageFailure(given));
  if (!given.succeeded) return attempt(turn, job, currentOf(readBack(given).current), true);
  return proceed(turn, job, decodeValue(value, given.revision), answer);
};

export const removeAnswered = (turn: Turn, job: WriteJob, final: KubeObject, given: EtcdAnswer): void => {
  if (given.kind !== 'txn') return failWrite(turn, job, storageFailure(given));
  if (!given.succeeded) return attempt(turn, job, currentOf(readBack(given).current), true);
  return finishWrite(turn, job, atRevision(final, given.revision), true);
};

/** The budget paid, or had changed: then the whole is judged again by the budget as it is now. */
export const chargeAnswered = (turn: Turn, job: WriteJob, pod: KubeObject, given: EtcdAnswer): void => {
  if (given.kind !== 'txn') return failWrite(turn, job, storageFailure(given));
  if (given.succeeded) return attempt(turn, { ...job, stage: 'condition' }, pod, true);
  const budget = currentOf(readBack(given).current) as PodDisruptionBudget | undefined;
  if (budget === undefined) return attempt(turn, { ...job, stage: 'condition' }, pod, true);
  return reread(turn, job);
};

const deleteRequest = (job: Job, object: KubeObject): Job => {
  const { namespace, name } = object.metadata;
  const { labelSelector: _labels, fieldSelector: _fields, resourceVersion: _version, ...options } = job.request.options ?? {};
  return { ...job, request: { verb: 'delete', resource: job.request.resource, name, ...(namespace === undefined ? {} : { namespace }), options } };
};

/** deletecollection: the list first, then one delete after another. */
export const deleteCollection = (turn: Turn, job: Job): void => {
  const selection = selectionOf(job.request.resource, job.request.options);
  if (isStatus(selection)) return refuse(turn, job.client, selection);
  const key = storageKey(infoOf(job.request.resource), namespaceOf(job));
  return callEtcd(turn, { kind: 'range', key, rangeEnd: prefixEnd(key) }, { kind: 'collect', job, selection });
};

export const collected = (turn: Turn, job: Job, selection: Selection, given: EtcdAnswer): void => {
  if (given.kind !== 'range') return refuse(turn, job.client, storageFailure(given));
  const items = given.kvs.map(decodeKeyValue).filter((object) => selects(job.request.resource, selection, object));
  if (items.length === 0) return answerClient(turn, job.client, { kind: 'list', code: 200, list: listOf(infoOf(job.request.resource), [], given.revision) });
  const parent = String(turn.state.nextId);
  turn.state = {
    ...turn.state, nextId: turn.state.nextId + 1, collections: turn.state.collections.set(parent, { job, items, open: items.length, revision: given.revision }),
  };
  for (const object of items) attempt(turn, { ...newWrite(deleteRequest(job, object)), parent }, object, true);
  return undefined;
};
