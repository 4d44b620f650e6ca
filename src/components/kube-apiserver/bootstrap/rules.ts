/**
 * How policy rules are written down here: verbs, groups and resources as words.
 * Models: pkg/apis/rbac/v1/helpers.go NewRule
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '../../../api/types.ts';

const RBAC = 'rbac.authorization.k8s.io';
const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

/** `rule('get list', 'core apps', 'pods deployments')`; `core` is the group ''. */
export const rule = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: verbs.split(' '),
  apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  ...(names === undefined ? {} : { resourceNames: names.split(' ') }),
});

export const urls = (verbs: string, paths: string): PolicyRule => ({ verbs: verbs.split(' '), nonResourceURLs: paths.split(' ') });

export const READ = 'get list watch';
export const WRITE = 'create update patch delete deletecollection';
export const READ_WRITE = 'get list watch create update patch delete deletecollection';
export const READ_UPDATE = 'get list watch update patch';

export const eventsRule: PolicyRule = rule('create update patch', 'core events.k8s.io', 'events');

export const clusterRole = (name: string, rules: readonly PolicyRule[], more: { readonly labels?: Readonly<Record<string, string>>; readonly aggregate?: string } = {}): ClusterRole => ({
  apiVersion: `${RBAC}/v1`, kind: 'ClusterRole',
  metadata: { name, labels: { ...LABELS, ...more.labels }, annotations: ANNOTATIONS },
  ...(more.aggregate === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${RBAC}/aggregate-to-${more.aggregate}`]: 'true' } }] } }),
  rules,
} as ClusterRole);

export const aggregatedTo = (role: string): Readonly<Record<string, string>> => ({ [`${RBAC}/aggregate-to-${role}`]: 'true' });

export const user = (name: string): Subject => ({ kind: 'User', apiGroup: RBAC, name });
export const group = (name: string): Subject => ({ kind: 'Group', apiGroup: RBAC, name });
export const account = (namespace: string, name: string): Subject => ({ kind: 'ServiceAccount', name, namespace });

export const clusterBinding = (name: string, subjects: readonly Subject[]): ClusterRoleBinding => ({
  apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding',
  metadata: { name, labels: LABELS, annotations: ANNOTATIONS },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
  ...(subjects.length === 0 ? {} : { subjects }),
} as ClusterRoleBinding);
