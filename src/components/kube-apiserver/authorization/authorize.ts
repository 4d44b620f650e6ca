/**
 * Whether a user may do what a request asks, and the words of a refusal.
 * Models: staging/src/k8s.io/apiserver/pkg/endpoints/{filters/authorization.go,handlers/responsewriters/errors.go}, plugin/pkg/auth/authorizer/node
 * Not modelled: the node authorizer's graph of what a node's pods refer to: a node may read any secret and config map.
 */
import type { Status } from '../../../api/status.ts';
import { forbidden } from '../../../api/status.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { nodeRules } from '../bootstrap/node-rules.ts';
import type { User } from '../state.ts';
import { infoOf } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import type { Attributes } from './rbac.ts';
import { rbacAllows, ruleAllows } from './rbac.ts';

const NODE_PREFIX = 'system:node:';
const NODE_LEASES = 'kube-node-lease';

const attributesOf = (request: ApiRequest): Attributes => {
  const info = infoOf(request.resource);
  return {
    verb: request.verb, group: info.group,
    resource: request.subresource === undefined ? info.resource : `${info.resource}/${request.subresource}`,
    namespace: info.namespaced ? request.namespace ?? '' : info.resource === 'namespaces' ? request.name ?? '' : '',
    name: request.name ?? '',
  };
};

const nodeNameOf = (user: User): string | undefined =>
  (user.name.startsWith(NODE_PREFIX) && user.groups.includes('system:nodes') ? user.name.slice(NODE_PREFIX.length) : undefined);

/** What the rules of nodes say: the same for every node and, as they name no single objects, for every name. */
const nodeDecisions = new Map<string, boolean>();

const nodesMay = (wanted: Attributes): boolean => {
  const key = `${wanted.verb} ${wanted.group}/${wanted.resource}`;
  const known = nodeDecisions.get(key);
  if (known !== undefined) return known;
  const decision = nodeRules.some((rule) => ruleAllows(rule, wanted));
  nodeDecisions.set(key, decision);
  return decision;
};

/** True or the reason why not, of what concerns a node's own identity; undefined for other users. */
const nodeDecision = (user: User, wanted: Attributes): boolean | string | undefined => {
  const node = nodeNameOf(user);
  if (node === undefined) return undefined;
  if (wanted.group === 'coordination.k8s.io' && wanted.resource === 'leases') {
    if (wanted.namespace !== NODE_LEASES) return `can only access leases in the "${NODE_LEASES}" system namespace`;
    if (wanted.verb !== 'create' && wanted.name !== node) return 'can only access node lease with the same name as the requesting node';
    return ['get', 'create', 'update', 'patch', 'delete'].includes(wanted.verb) ? true : 'can only get, create, update, patch, or delete a node lease';
  }
  return nodesMay(wanted);
};

const words = (user: User, wanted: Attributes, reason: string): string => {
  const where = wanted.namespace === '' || wanted.resource === 'namespaces' ? ' at the cluster scope' : ` in the namespace ${JSON.stringify(wanted.namespace)}`;
  const scope = wanted.resource.startsWith('namespaces') && wanted.name !== '' ? ` in the namespace ${JSON.stringify(wanted.name)}` : where;
  return `User ${JSON.stringify(user.name)} cannot ${wanted.verb} resource ${JSON.stringify(wanted.resource)} in API group ${JSON.stringify(wanted.group)}${scope}`
    + (reason === '' ? '' : `: ${reason}`);
};

/** The refusal; undefined when the user may. */
export const authorize = (turn: Turn, user: User, request: ApiRequest): Status | undefined => {
  if (user.groups.includes('system:masters')) return undefined;
  const wanted = attributesOf(request);
  const asNode = nodeDecision(user, wanted);
  if (asNode === true || rbacAllows(turn, user, wanted)) return undefined;
  return forbidden(wanted.group, infoOf(request.resource).resource, wanted.name, words(user, wanted, typeof asNode === 'string' ? asNode : ''));
};
