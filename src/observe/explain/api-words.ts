/** What a request, its answer, etcd's part in it and a watch event are called in an explanation. */
import { resourceById } from '../../api/resources.ts';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../../protocol/api.ts';
import { describeObjectName } from '../../protocol/describe.ts';
import type { EtcdCall } from '../../protocol/etcd.ts';
import type { Origin } from '../origins.ts';
import type { Flow } from './flow.ts';
import { USER_CLIENT } from './flow.ts';
import { withStanding } from './object-words.ts';

const kindOf = ({ resource }: ApiRequest): string => resourceById(resource)?.kind ?? resource;

export const nameOf = (flow: Flow, { step, request }: Origin): string => {
  const object = flow.stored.get(step)?.find((revision) => revision.object?.kind === kindOf(request))?.object;
  return object === undefined ? `${kindOf(request)} ${[request.namespace, request.name].filter((part) => part !== undefined).join('/')}` : describeObjectName(object);
};

/** The controller that speaks for a program of several: by its service account. */
export const speaker = ({ client, user }: Origin): string => {
  const account = /^system:serviceaccount:kube-system:(.+)$/.exec(user)?.[1];
  return account === undefined || client.startsWith(account) ? '' : `${account}: `;
};

export const bindingTarget = ({ body }: ApiRequest): string => (body as { readonly target?: { readonly name?: string } } | undefined)?.target?.name ?? '';

export const requestWords = (flow: Flow, origin: Origin): string => {
  const { request } = origin;
  const name = nameOf(flow, origin);
  if (request.subresource === 'binding') return `bind ${name} to ${bindingTarget(request)}`;
  const object = flow.stored.get(origin.step)?.find((revision) => revision.object?.kind === kindOf(request))?.object;
  const standing = object === undefined || origin.client === USER_CLIENT || request.verb === 'delete' ? '' : withStanding(object, ':');
  return `${request.verb} ${request.subresource === undefined ? '' : `${request.subresource} of `}${name}${standing}`;
};

export const answerWords = (answer: ApiAnswer | undefined): string => {
  if (answer === undefined) return 'no answer yet';
  return answer.kind === 'refused' ? `${answer.code} ${answer.status.reason}` : answer.code === 201 ? '201 Created' : `${answer.code} OK`;
};

/** What came of a write whose way through etcd is not told. */
export const outcome = (flow: Flow, { step }: Origin): string => {
  const revision = flow.stored.get(step)?.at(-1)?.revision;
  if (revision !== undefined) return ` (stored at revision ${revision})`;
  const answer = flow.answers.get(step);
  return answer?.kind === 'refused' ? ` (refused: ${answerWords(answer)})` : ' (nothing to change)';
};


export const etcdCallWords = (call: EtcdCall & { readonly kind: 'txn' }, name: string): string => {
  const what = `${call.success.some(({ kind }) => kind === 'delete') ? 'remove' : 'store'} ${name}`;
  const revision = call.compare.find(({ target }) => target === 'mod')?.operand;
  if (revision === undefined) return what;
  return revision === 0 ? `${what}, if it is not there yet` : `${what}, if it is still as it was at revision ${revision}`;
};

/** What etcd did at a revision, for the request that led to it. */
export const storedWords = (flow: Flow, origin: Origin, revision: number): string => {
  const isGone = (flow.stored.get(origin.step) ?? []).some((one) => one.revision === revision && one.object === undefined);
  return `${nameOf(flow, origin)} ${isGone ? 'removed' : 'stored'} at revision ${revision}`;
};

export const notStoredWords = (flow: Flow, origin: Origin): string => `${nameOf(flow, origin)} not stored: it is no longer as it was`;

export const watchWords = (event: WatchEvent): string => (event.type === 'ERROR' ? '' : `watch: ${describeObjectName(event.object)} ${event.type}${event.type === 'DELETED' ? '' : withStanding(event.object, ',')}`);
