/** Our audit log in the recording's form. */
import { resourceById } from '../../src/api/resources.ts';
import type { AuditEntry } from '../../src/observe/audit.ts';
import type { Json, Write } from './history.ts';

const WRITES: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const shownResource = ({ resource, subresource }: AuditEntry['request']): string => {
  const info = resourceById(resource);
  const plain = info === undefined || info.group === '' ? resource : `${info.group}/${info.resource}`;
  return subresource === undefined ? plain : `${plain}/${subresource}`;
};

const nameOf = ({ request, answer }: AuditEntry): string => request.name ?? (answer.kind === 'object' ? answer.object.metadata.name : '');

const requestOf = ({ request }: AuditEntry): Json | undefined =>
  (request.verb === 'delete' ? { kind: 'DeleteOptions', ...request.options } : request.body) as Json | undefined;

const responseOf = ({ answer }: AuditEntry): Json | undefined => {
  switch (answer.kind) {
    case 'object': return answer.object as unknown as Json;
    case 'done':
    case 'refused': return answer.status as unknown as Json;
    case 'list': return undefined;
    default: return answer satisfies never;
  }
};

/** An audit entry in the recording's form; undefined when it is no write to the namespace. */
export const writeOf = (entry: AuditEntry, namespace: string, beganMs: number): Write | undefined => {
  const { request, answer } = entry;
  const isNamespace = request.resource === 'namespaces' && nameOf(entry) === namespace;
  if (!WRITES.includes(request.verb) || (request.namespace !== namespace && !isNamespace)) return undefined;
  return {
    ms: entry.atMs - beganMs, user: entry.user === 'kubernetes-admin' ? 'admin' : entry.user, verb: request.verb, resource: shownResource(request), name: nameOf(entry),
    code: answer.kind === 'done' ? answer.status.code ?? answer.code : answer.code, request: requestOf(entry), response: responseOf(entry),
  };
};
