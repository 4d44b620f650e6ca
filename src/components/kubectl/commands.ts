/**
 * The requests that a kubectl command makes: the first one, and what follows an answer.
 * Models: staging/src/k8s.io/kubectl/pkg/cmd/{apply,create,replace,delete,scale,patch,set,rollout,drain}
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../api/object.ts';
import { threeWayMergePatch } from '../../api/patch/three-way-merge.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { resourceById, resourceByKind } from '../../api/resources.ts';
import { formatTime } from '../../api/time.ts';
import { invariant } from '../../base/assert.ts';
import { sortedKeys } from '../../base/order.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { ObjectName, UserCommand } from '../../protocol/user.ts';
import type { Answer } from '../../client/controller.ts';
import { lastApplied, withLastApplied } from './last-applied.ts';

/** What a command does after an answer: another request, or its line of output. */
export type Next =
  | { readonly kind: 'ask'; readonly request: ApiRequest; readonly stage: string }
  | { readonly kind: 'said'; readonly text: string; readonly failed: boolean };

const said = (text: string): Next => ({ kind: 'said', text, failed: false });
const ask = (request: ApiRequest, stage: string): Next => ({ kind: 'ask', request, stage });

const infoOf = (object: KubeObject): ResourceInfo => {
  const info = resourceByKind(object.apiVersion, object.kind);
  invariant(info !== undefined, () => `Expected a kind that the cluster serves. Instead, received ${object.apiVersion} ${object.kind}. Manifests are checked before they are sent.`);
  return info;
};

const targetOf = (object: KubeObject): ObjectName => {
  const info = infoOf(object);
  return { resource: info.id, name: object.metadata.name, ...(info.namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}) };
};

/** `deployment.apps/web`, as kubectl's output names an object. */
const shownName = (target: ObjectName): string => {
  const info = resourceById(target.resource);
  const kind = info === undefined ? target.resource : info.group === '' ? info.singular : `${info.singular}.${info.group}`;
  return `${kind}/${target.name}`;
};

const at = (target: ObjectName): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> => ({
  resource: target.resource, name: target.name, ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
});

const createRequest = (object: KubeObject, fieldManager: string): ApiRequest => {
  const { resource, namespace } = targetOf(object);
  const options = { fieldManager, fieldValidation: 'Strict' } as const;
  return { verb: 'create', resource, body: object, options, ...(namespace === undefined ? {} : { namespace }) };
};

const patchRequest = (target: ObjectName, patchType: 'json' | 'merge' | 'strategic', body: unknown, fieldManager: string, subresource?: string): ApiRequest => ({
  verb: 'patch', ...at(target), patchType, body, options: { fieldManager }, ...(subresource === undefined ? {} : { subresource }),
});

const restartPatch = (nowMs: number): unknown =>
  ({ spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': formatTime(nowMs) } } } } });

/** The first request of a command. */
export const firstRequest = (command: UserCommand, nowMs: number): ApiRequest => {
  switch (command.kind) {
    case 'apply': return { verb: 'get', ...at(targetOf(command.object)) };
    case 'create': return createRequest(command.object, 'kubectl-create');
    case 'replace': return { verb: 'update', ...at(targetOf(command.object)), body: command.object, options: { fieldManager: 'kubectl-replace', fieldValidation: 'Strict' } };
    case 'delete': return {
      verb: 'delete', ...at(command.target),
      options: {
        propagationPolicy: command.cascade ?? 'Background',
        ...(command.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: command.gracePeriodSeconds }),
      },
    };
    case 'scale': return patchRequest(command.target, 'merge', { spec: { replicas: command.replicas } }, 'kubectl-scale', 'scale');
    case 'patch': return patchRequest(command.target, command.patchType, command.patch, 'kubectl-patch', command.subresource);
    case 'set-image': return patchRequest(command.target, 'strategic',
      { spec: { template: { spec: { containers: [{ name: command.container, image: command.image }] } } } }, 'kubectl-set');
    case 'rollout-restart': return patchRequest(command.target, 'strategic', restartPatch(nowMs), 'kubectl-rollout');
    case 'cordon':
    case 'uncordon': return patchRequest({ resource: 'nodes', name: command.node }, 'strategic',
      { spec: { unschedulable: command.kind === 'cordon' ? true : null } }, 'kubectl-cordon');
    case 'evict': return {
      verb: 'create', ...at(command.target), subresource: 'eviction',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: command.target.name, namespace: command.target.namespace } },
    };
    case 'request': return command.request;
    default: {
      const never: never = command;
      return never;
    }
  }
};

const applyPatch = (object: KubeObject, live: KubeObject): Next => {
  const target = targetOf(object);
  const modified = withLastApplied(object);
  const patch = threeWayMergePatch({ original: lastApplied(live), modified, current: live, kind: object.kind });
  if (isLeft(patch)) return { kind: 'said', text: `error: error when applying patch: ${patch.left}`, failed: true };
  if (sortedKeys(patch.right as Readonly<Record<string, unknown>>).length === 0) return said(`${shownName(target)} unchanged`);
  return ask(patchRequest(target, 'strategic', patch.right, 'kubectl-client-side-apply'), 'patched');
};

const afterApply = (object: KubeObject, stage: string, answer: Answer): Next | undefined => {
  const target = targetOf(object);
  if (stage === 'first') {
    if (answer.kind === 'refused' && answer.code === 404) return ask(createRequest(withLastApplied(object), 'kubectl-client-side-apply'), 'created');
    return answer.kind === 'object' ? applyPatch(object, answer.object) : undefined;
  }
  return answer.kind === 'object' ? said(`${shownName(target)} ${stage === 'created' ? 'created' : 'configured'}`) : undefined;
};

const PAST: Readonly<Record<Exclude<UserCommand['kind'], 'apply' | 'create' | 'replace' | 'request'>, string>> = {
  delete: 'deleted', scale: 'scaled', patch: 'patched', 'set-image': 'image updated', 'rollout-restart': 'restarted',
  cordon: 'cordoned', uncordon: 'uncordoned', evict: 'evicted',
};

const afterOther = (command: Exclude<UserCommand, { kind: 'apply' }>): string => {
  switch (command.kind) {
    case 'create': return `${shownName(targetOf(command.object))} created`;
    case 'replace': return `${shownName(targetOf(command.object))} replaced`;
    case 'cordon':
    case 'uncordon': return `node/${command.node} ${PAST[command.kind]}`;
    case 'request': return `${command.request.verb} ${command.request.resource} done`;
    default: return `${shownName(command.target)} ${PAST[command.kind]}`;
  }
};

const refusalText = (answer: Answer): string => {
  if (answer.kind === 'unknown-outcome') return `error: ${answer.message}`;
  if (answer.kind !== 'refused') return 'error: unexpected answer';
  return answer.status.reason === 'Invalid' ? `The ${answer.status.message}` : `Error from server (${answer.status.reason}): ${answer.status.message}`;
};

/** What an answer to the request of `stage` (`first`, then what `Next` named) leads to. */
export const afterAnswer = (command: UserCommand, stage: string, answer: Answer): Next => {
  const refused: Next = { kind: 'said', text: refusalText(answer), failed: true };
  if (command.kind === 'apply') return afterApply(command.object, stage, answer) ?? refused;
  return answer.kind === 'refused' || answer.kind === 'unknown-outcome' ? refused : said(afterOther(command));
};
