/**
 * The end of a write: its answer, in the shape that its verb and subresource promise.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go finalizeDelete, endpoints/handlers/delete.go
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Status } from '../../../api/status.ts';
import type { SuccessStatus } from '../../../protocol/api.ts';
import { listOf } from '../cacher/cache-reads.ts';
import type { WriteJob } from '../state.ts';
import { infoOf, shownAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { answer, answerObject, refuse } from '../turn.ts';
import { scaleOf } from './scale.ts';

/** Kinds of which a delete answers the object itself. Source: `ReturnDeletedObject`. */
const RETURNED: ReadonlySet<string> = new Set([
  'pods', 'services', 'serviceaccounts', 'persistentvolumes', 'persistentvolumeclaims', 'podtemplates', 'resourcequotas',
]);

const success = (details?: SuccessStatus['details']): SuccessStatus =>
  ({ kind: 'Status', apiVersion: 'v1', status: 'Success', ...(details === undefined ? { code: 201 } : { details }) });

/** One part of a deletecollection is done; after the last, the whole is answered. */
const partDone = (turn: Turn, parent: string, refusal: Status | undefined): void => {
  const collection = turn.state.collections.get(parent);
  if (collection === undefined) return;
  const first = collection.refusal ?? (refusal?.code === 404 ? undefined : refusal);
  const next = { ...collection, open: collection.open - 1, ...(first === undefined ? {} : { refusal: first }) };
  if (next.open > 0) {
    turn.state = { ...turn.state, collections: turn.state.collections.set(parent, next) };
    return;
  }
  turn.state = { ...turn.state, collections: turn.state.collections.delete(parent) };
  if (next.refusal !== undefined) return refuse(turn, next.job.client, next.refusal);
  return answer(turn, next.job.client, { kind: 'list', code: 200, list: listOf(infoOf(next.job.request.resource), next.items, next.revision) });
};

export const failWrite = (turn: Turn, write: WriteJob, status: Status): void =>
  (write.parent === undefined ? refuse(turn, write.job.client, status) : partDone(turn, write.parent, status));

const answerDeleted = (turn: Turn, write: WriteJob, object: KubeObject): void => {
  const info = infoOf(write.job.request.resource);
  if (RETURNED.has(info.id)) return answerObject(turn, write.job.client, object);
  const { name, uid } = object.metadata;
  const details = { name, ...(info.group === '' ? {} : { group: info.group }), kind: info.resource, ...(uid === undefined ? {} : { uid }) };
  return answer(turn, write.job.client, { kind: 'done', code: 200, status: success(details) });
};

/** The write stands, or needed none. */
export const finishWrite = (turn: Turn, write: WriteJob, object: KubeObject, deleted: boolean): void => {
  const { client, request } = write.job;
  if (write.parent !== undefined) return partDone(turn, write.parent, undefined);
  switch (request.subresource) {
    case 'binding':
    case 'eviction': return answer(turn, client, { kind: 'done', code: 200, status: success() });
    case 'scale': return answerObject(turn, client, scaleOf(object));
    default: return deleted && request.verb === 'delete' ? answerDeleted(turn, write, object) : answerObject(turn, client, shownAs(request.resource, object));
  }
};
