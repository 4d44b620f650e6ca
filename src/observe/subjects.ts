/** Which objects a message is about, so that a flow can be followed through the components. */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import { allResources, resourceByKind } from '../api/resources.ts';
import type { ApiAnswer, ApiRequest } from '../protocol/api.ts';
import type { CriAnswer, CriCall } from '../protocol/cri.ts';
import type { EtcdCall } from '../protocol/etcd.ts';
import type { Message } from '../protocol/message.ts';

/** `pods default/web-0`, `nodes node-1`. */
export type Subject = string;

export const subjectOf = (resource: ResourceId, namespace: string | undefined, name: string): Subject =>
  `${resource} ${namespace === undefined || namespace === '' ? '' : `${namespace}/`}${name}`;

export const subjectOfObject = (object: KubeObject): Subject | undefined => {
  const info = resourceByKind(object.apiVersion, object.kind);
  return info === undefined ? undefined : subjectOf(info.id, object.metadata.namespace, object.metadata.name);
};

/** An event is about what it regards. */
const regardedBy = (object: KubeObject): Subject | undefined => {
  if (object.kind !== 'Event') return subjectOfObject(object);
  const { involvedObject, regarding } = object as { involvedObject?: Partial<KubeObject> & { namespace?: string; name?: string }; regarding?: { apiVersion?: string; kind?: string; namespace?: string; name?: string } };
  const target = involvedObject ?? regarding;
  const info = resourceByKind(target?.apiVersion ?? '', target?.kind ?? '');
  return info === undefined || target?.name === undefined ? undefined : subjectOf(info.id, target.namespace, target.name);
};

const defined = (subjects: readonly (Subject | undefined)[]): readonly Subject[] => subjects.filter((subject) => subject !== undefined);

const ofRequest = (request: ApiRequest): readonly Subject[] => {
  if (request.name !== undefined) return [subjectOf(request.resource, request.namespace, request.name)];
  return request.verb === 'create' && request.body !== undefined ? defined([regardedBy(request.body as KubeObject)]) : [];
};

const ofAnswer = (answer: ApiAnswer): readonly Subject[] => {
  switch (answer.kind) {
    case 'object': return defined([regardedBy(answer.object)]);
    case 'list':
    case 'done':
    case 'refused': return [];
    default: return answer satisfies never;
  }
};

const byPrefix = allResources.filter((info) => info.storagePrefix !== '').map((info) => [`${info.storagePrefix}/`, info] as const);

/** The object that an etcd key holds. */
export const subjectOfKey = (key: string): Subject | undefined => {
  const found = byPrefix.find(([prefix]) => key.startsWith(prefix));
  return found === undefined ? undefined : `${found[1].id} ${key.slice(found[0].length)}`;
};

const ofCall = (call: EtcdCall): readonly Subject[] => {
  switch (call.kind) {
    case 'txn': return defined(call.success.map((op) => subjectOfKey(op.key)));
    case 'range': return call.rangeEnd === undefined ? defined([subjectOfKey(call.key)]) : [];
    case 'compact':
    case 'alarm':
    case 'lease-grant':
    case 'lease-keep-alive':
    case 'lease-revoke': return [];
    default: return call satisfies never;
  }
};

const ofCri = (call: CriCall): readonly Subject[] =>
  (call.kind === 'run-pod-sandbox' ? [subjectOf('pods', call.config.podNamespace, call.config.podName)] : []);

const ofCriAnswer = (answer: CriAnswer): readonly Subject[] =>
  (answer.kind === 'sandbox' ? [subjectOf('pods', answer.sandbox.config.podNamespace, answer.sandbox.config.podName)] : []);

/** The objects that a message names; none for one that names none, such as an answer to a numbered call. */
export const subjectsOf = (body: Message): readonly Subject[] => {
  switch (body.kind) {
    case 'api-request': return ofRequest(body.request);
    case 'api-answer': return ofAnswer(body.answer);
    case 'api-watch-event': return body.event.type === 'ERROR' || body.event.type === 'BOOKMARK' ? [] : defined([regardedBy(body.event.object)]);
    case 'etcd-call': return ofCall(body.call);
    case 'etcd-events': return defined(body.events.map((event) => subjectOfKey(event.kv.key)));
    case 'cri-call': return ofCri(body.call);
    case 'cri-answer': return ofCriAnswer(body.answer);
    case 'cni-add': return [subjectOf('pods', body.podNamespace, body.podName)];
    default: return [];
  }
};
