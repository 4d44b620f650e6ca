/**
 * From a request to its handler: authenticated, authorised, and of a kind that the server serves.
 * Models: staging/src/k8s.io/apiserver/pkg/server/config.go DefaultBuildHandlerChain, endpoints/installer.go
 */
import { hasStatus } from '../../../api/resources.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import { resourceById } from '../../../api/resources.ts';
import { isStatus, methodNotSupported } from '../../../api/status.ts';
import type { ApiRequest, ToApiServer } from '../../../protocol/api.ts';
import type { ActorId } from '../../../kernel/transition.ts';
import { authenticate } from '../authentication/authenticate.ts';
import { authorize } from '../authorization/authorize.ts';
import { openStream } from '../cacher/streams.ts';
import type { Client, Job } from '../state.ts';
import type { Turn } from '../turn.ts';
import { connectionOf, refuse } from '../turn.ts';
import { create } from './create.ts';
import { get, list } from './reads.ts';
import { noSuchResource } from './refusals.ts';
import { deleteCollection, newWrite, write } from './write.ts';

/** subresource -> the verbs it takes. */
const SUBRESOURCE_VERBS: ReadonlyMap<string, readonly string[]> = new Map([
  ['status', ['get', 'update', 'patch']],
  ['scale', ['get', 'update', 'patch']],
  ['binding', ['create']],
  ['eviction', ['create']],
  ['finalize', ['update']],
]);

const serves = (info: ResourceInfo, { verb, subresource }: ApiRequest): boolean => {
  if (subresource === undefined) return true;
  const known = subresource === 'status' ? hasStatus(info) : info.subresources.includes(subresource);
  return known && (SUBRESOURCE_VERBS.get(subresource) ?? []).includes(verb);
};

/** Runs an authorised request. */
export const run = (turn: Turn, job: Job): void => {
  const { verb, subresource } = job.request;
  switch (verb) {
    case 'get': return get(turn, job);
    case 'list': return list(turn, job);
    case 'watch': return openStream(turn, job);
    case 'create': return subresource === undefined ? create(turn, newWrite(job)) : write(turn, newWrite(job));
    case 'update':
    case 'patch':
    case 'delete': return write(turn, newWrite(job));
    case 'deletecollection': return deleteCollection(turn, job);
    default: {
      const never: never = verb;
      return never;
    }
  }
};

/** Takes one request in. */
export const receive = (turn: Turn, from: ActorId, channel: string, message: Extract<ToApiServer, { readonly kind: 'api-request' }>): void => {
  const client: Client = { actor: from, channel, id: message.id, connection: connectionOf(turn, from, channel) };
  const { request } = message;
  const user = authenticate(turn, message.credential);
  if (isStatus(user)) return refuse(turn, client, user);
  const info = resourceById(request.resource);
  if (info === undefined || info.storagePrefix === '') return refuse(turn, client, noSuchResource());
  const refusal = authorize(turn, user, request) ?? (serves(info, request) ? undefined : methodNotSupported(info.group, info.resource, request.verb));
  if (refusal !== undefined) return refuse(turn, client, refusal);
  return run(turn, { client, user, request });
};
