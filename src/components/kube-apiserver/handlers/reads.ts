/**
 * get and list.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/delegator.go, storage/etcd3/store.go Get and GetList,
 *   apimachinery/pkg/apis/meta/internalversion/validation/validation.go ValidateListOptions
 * Not modelled: snapshots of the cache for exact and continued lists: etcd answers those, with the same content.
 */
import type { KubeObject } from '../../../api/object.ts';
import { badRequest, expired, isStatus, notFound } from '../../../api/status.ts';
import type { Status } from '../../../api/status.ts';
import type { RequestOptions } from '../../../protocol/api.ts';
import type { EtcdAnswer } from '../../../protocol/etcd.ts';
import { prefixEnd } from '../../../protocol/etcd.ts';
import { answerFromCache, listOf, namespaceOf, selectItems } from '../cacher/cache-reads.ts';
import { FRESH_TIMER, tooLarge, whenFresh } from '../cacher/freshness.ts';
import { selectionOf } from '../cacher/selection.ts';
import { isReady, objectIn } from '../cacher/store.ts';
import type { Job, RangePlan } from '../state.ts';
import { decodeKeyValue, infoOf, shownAs, storageKey, storedAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { answer, answerObject, cacherOf, callEtcd, refuse, setCacher, unpark } from '../turn.ts';
import { COMPACTED, EXPIRED, storageFailure } from './refusals.ts';
import { scaleOf } from './scale.ts';

/** A get of a scale answers the scale. */
const answerGot = (turn: Turn, job: Job, object: KubeObject): void =>
  answerObject(turn, job.client, job.request.subresource === 'scale' ? scaleOf(object) : shownAs(job.request.resource, object));

const refuseAbsent = (turn: Turn, job: Job): void => {
  const info = infoOf(job.request.resource);
  refuse(turn, job.client, notFound(info.group, info.resource, job.request.name ?? ''));
};

/** A get of '' asks etcd; of any version, the cache. */
export const get = (turn: Turn, job: Job): void => {
  const { resource, name = '', options } = job.request;
  const version = options?.resourceVersion ?? '';
  const cacher = cacherOf(turn, storedAs(resource));
  const freshEnough = version !== '' && isReady(cacher) && cacher.revision >= Number(version);
  if (!freshEnough) {
    callEtcd(turn, { kind: 'range', key: storageKey(infoOf(resource), namespaceOf(job), name) }, { kind: 'get', job });
    return;
  }
  const object = objectIn(cacher, namespaceOf(job), name);
  if (object === undefined) refuseAbsent(turn, job);
  else answerGot(turn, job, object);
};

export const getAnswered = (turn: Turn, job: Job, given: EtcdAnswer): void => {
  if (given.kind !== 'range') return refuse(turn, job.client, storageFailure(given));
  const [kv] = given.kvs;
  return kv === undefined ? refuseAbsent(turn, job) : answerGot(turn, job, decodeKeyValue(kv));
};

/** The words for list options that do not go together. */
const optionsRefusal = (options: RequestOptions): Status | undefined => {
  const { resourceVersion = '', resourceVersionMatch: match, continue: token = '' } = options;
  if (match !== undefined && resourceVersion === '') return badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== undefined && token !== '') return badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided');
  if (match === 'Exact' && resourceVersion === '0') return badRequest('resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (token !== '' && resourceVersion !== '' && resourceVersion !== '0') return badRequest('specifying resource version is not allowed when using continue');
  return /^\d*$/.test(resourceVersion) ? undefined : badRequest(`invalid resource version ${JSON.stringify(resourceVersion)}`);
};

const tokenOf = (revision: number, start: string): string => `v1:${revision}:${start}`;

const planOfToken = (token: string, prefix: string): RangePlan | undefined => {
  const match = /^v1:(\d+):(.*)$/s.exec(token);
  return match === null ? undefined : { revision: Number(match[1]), start: prefix + (match[2] ?? '') };
};

const rangeList = (turn: Turn, job: Job, plan: RangePlan): void => {
  const prefix = storageKey(infoOf(job.request.resource), namespaceOf(job));
  const { limit } = job.request.options ?? {};
  callEtcd(turn, {
    kind: 'range', key: plan.start, rangeEnd: prefixEnd(prefix), ...(plan.revision > 0 ? { revision: plan.revision } : {}), ...(limit === undefined ? {} : { limit }),
  }, { kind: 'list-range', job, plan });
};

/** How a list reads etcd; undefined when the cache may answer. */
const rangePlan = (turn: Turn, job: Job, options: RequestOptions): RangePlan | Status | undefined => {
  const { resourceVersion = '', resourceVersionMatch: match, continue: token = '', limit = 0 } = options;
  const prefix = storageKey(infoOf(job.request.resource), namespaceOf(job));
  if (token !== '') return planOfToken(token, prefix) ?? badRequest('continue key is not valid: illegal base64 data at input byte 0');
  if (match === 'Exact') return { revision: Number(resourceVersion), start: prefix };
  const limited = limit > 0 && resourceVersion !== '0';
  return limited || !isReady(cacherOf(turn, storedAs(job.request.resource))) ? { revision: 0, start: prefix } : undefined;
};

export const list = (turn: Turn, job: Job): void => {
  const options = job.request.options ?? {};
  const selection = selectionOf(job.request.resource, options);
  const refusal = optionsRefusal(options) ?? (isStatus(selection) ? selection : undefined);
  if (refusal !== undefined) return refuse(turn, job.client, refusal);
  const plan = rangePlan(turn, job, options);
  if (plan !== undefined) return isStatus(plan) ? refuse(turn, job.client, plan) : rangeList(turn, job, plan);
  const version = options.resourceVersion ?? '';
  if (version === '0') return answerFromCache(turn, job, cacherOf(turn, storedAs(job.request.resource)));
  if (version !== '') return whenFresh(turn, job, Number(version), false);
  const key = storageKey(infoOf(job.request.resource), undefined);
  return callEtcd(turn, { kind: 'range', key, countOnly: true }, { kind: 'list-revision', job });
};

/** etcd's current revision is known: the cache has to reach it. */
export const listRevisionAnswered = (turn: Turn, job: Job, given: EtcdAnswer): void =>
  (given.kind === 'range' ? whenFresh(turn, job, given.revision, true) : refuse(turn, job.client, storageFailure(given)));

export const listRangeAnswered = (turn: Turn, job: Job, plan: RangePlan, given: EtcdAnswer): void => {
  if (given.kind === 'error' && given.code === 'compacted') {
    return refuse(turn, job.client, expired(job.request.options?.continue === undefined ? EXPIRED : COMPACTED));
  }
  if (given.kind === 'error' && given.code === 'future-revision') return refuse(turn, job.client, tooLarge(plan.revision, given.revision));
  const selection = selectionOf(job.request.resource, job.request.options);
  if (given.kind !== 'range' || isStatus(selection)) return refuse(turn, job.client, storageFailure(given));
  const info = infoOf(job.request.resource);
  const revision = plan.revision > 0 ? plan.revision : given.revision;
  const last = given.kvs.at(-1);
  const prefix = storageKey(info, namespaceOf(job));
  const whole = selection.fields.terms.length === 0 && (job.request.options?.labelSelector ?? '') === '';
  const more = given.more && last !== undefined
    ? { token: tokenOf(revision, `${last.key.slice(prefix.length)}\0`), ...(whole ? { remaining: given.count - given.kvs.length } : {}) } : undefined;
  const items = selectItems(job, selection, given.kvs.map(decodeKeyValue));
  return answer(turn, job.client, { kind: 'list', code: 200, list: listOf(info, items, revision, more) });
};

/** A read waited in vain: a consistent one goes to etcd, one that named a version is told. */
export const readTimedOut = (turn: Turn, timer: string): void => {
  const key = timer.slice(FRESH_TIMER.length);
  const parked = unpark(turn, key);
  if (parked?.kind !== 'list') return;
  const cacher = cacherOf(turn, parked.resource);
  setCacher(turn, { ...cacher, waiting: cacher.waiting.filter((other) => other !== key) });
  if (parked.consistent) rangeList(turn, parked.job, { revision: 0, start: storageKey(infoOf(parked.job.request.resource), namespaceOf(parked.job)) });
  else refuse(turn, parked.job.client, tooLarge(parked.revision, cacher.revision));
};
