/**
 * One cluster role for each controller, bound to the service account under which it runs.
 * Models: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go
 * Not modelled: roles of controllers that do not exist here.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '../../../api/types.ts';
import { account, clusterBinding, clusterRole, eventsRule, rule } from './rules.ts';

const PREFIX = 'system:controller:';

const roles: readonly (readonly [string, readonly PolicyRule[]])[] = [
  ['cronjob-controller', [
    rule('get list watch update', 'batch', 'cronjobs'),
    rule('get list watch create update delete patch', 'batch', 'jobs'),
    rule('update', 'batch', 'cronjobs/status'),
    rule('update', 'batch', 'cronjobs/finalizers'),
    rule('list watch delete', 'core', 'pods'),
    eventsRule,
  ]],
  ['daemon-set-controller', [
    rule('get list watch', 'extensions apps', 'daemonsets'),
    rule('update', 'extensions apps', 'daemonsets/status'),
    rule('update', 'extensions apps', 'daemonsets/finalizers'),
    rule('list watch', 'core', 'nodes'),
    rule('list watch create delete patch', 'core', 'pods'),
    rule('create', 'core', 'pods/binding'),
    rule('get list watch create delete update patch', 'apps', 'controllerrevisions'),
    eventsRule,
  ]],
  ['deployment-controller', [
    rule('get list watch update', 'extensions apps', 'deployments'),
    rule('update', 'extensions apps', 'deployments/status'),
    rule('update', 'extensions apps', 'deployments/finalizers'),
    rule('get list watch create update patch delete', 'apps extensions', 'replicasets'),
    rule('get list watch update', 'core', 'pods'),
    eventsRule,
  ]],
  ['disruption-controller', [
    rule('get list watch', 'extensions apps', 'deployments'),
    rule('get list watch', 'apps extensions', 'replicasets'),
    rule('get list watch', 'core', 'replicationcontrollers'),
    rule('get list watch', 'policy', 'poddisruptionbudgets'),
    rule('get list watch', 'apps', 'statefulsets'),
    rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    eventsRule,
  ]],
  ['endpoint-controller', [
    rule('get list watch', 'core', 'services pods'),
    rule('get list watch create update delete', 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    eventsRule,
  ]],
  ['endpointslice-controller', [
    rule('get list watch', 'core', 'services pods nodes'),
    rule('update', 'core', 'services/finalizers'),
    rule('get list watch create update delete', 'discovery.k8s.io', 'endpointslices'),
    eventsRule,
  ]],
  ['generic-garbage-collector', [
    rule('get list watch patch update delete', '*', '*'),
    eventsRule,
  ]],
  ['job-controller', [
    rule('get list watch update patch', 'batch', 'jobs'),
    rule('update', 'batch', 'jobs/status'),
    rule('update', 'batch', 'jobs/finalizers'),
    rule('list watch create delete patch', 'core', 'pods'),
    eventsRule,
  ]],
  ['namespace-controller', [
    rule('get list watch delete', 'core', 'namespaces'),
    rule('update', 'core', 'namespaces/finalize namespaces/status'),
    rule('get list watch delete deletecollection', '*', '*'),
  ]],
  ['node-controller', [
    rule('get list watch update delete patch', 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('list watch get delete', 'core', 'pods'),
    eventsRule,
  ]],
  ['pod-garbage-collector', [
    rule('list watch delete', 'core', 'pods'),
    rule('get list watch', 'core', 'nodes'),
    rule('patch', 'core', 'pods/status'),
  ]],
  ['replicaset-controller', [
    rule('get list watch update', 'apps extensions', 'replicasets'),
    rule('update', 'apps extensions', 'replicasets/status'),
    rule('update', 'apps extensions', 'replicasets/finalizers'),
    rule('list watch patch create delete', 'core', 'pods'),
    eventsRule,
  ]],
  ['replication-controller', [
    rule('get list watch update', 'core', 'replicationcontrollers'),
    rule('update', 'core', 'replicationcontrollers/status'),
    rule('update', 'core', 'replicationcontrollers/finalizers'),
    rule('list watch patch create delete', 'core', 'pods'),
    eventsRule,
  ]],
  ['resourcequota-controller', [
    rule('list watch', '*', '*'),
    rule('update', 'core', 'resourcequotas/status'),
    eventsRule,
  ]],
  ['root-ca-cert-publisher', [
    rule('create update', 'core', 'configmaps'),
    eventsRule,
  ]],
  ['service-account-controller', [
    rule('create', 'core', 'serviceaccounts'),
    eventsRule,
  ]],
  ['statefulset-controller', [
    rule('list watch', 'core', 'pods'),
    rule('get list watch', 'apps', 'statefulsets'),
    rule('update', 'apps', 'statefulsets/status'),
    rule('update', 'apps', 'statefulsets/finalizers'),
    rule('get create delete update patch', 'core', 'pods'),
    rule('get create delete update patch list watch', 'apps', 'controllerrevisions'),
    rule('get create list watch', 'core', 'persistentvolumeclaims'),
    rule('update delete', 'core', 'persistentvolumeclaims'),
    rule('update', 'core', 'pods/finalizers'),
    eventsRule,
  ]],
  ['ttl-after-finished-controller', [
    rule('get list watch delete', 'batch', 'jobs'),
    eventsRule,
  ]],
];

/** The names of the service accounts, all in kube-system. */
export const controllerAccounts: readonly string[] = roles.map(([name]) => name);

export const controllerRoles: readonly ClusterRole[] = roles.map(([name, rules]) => clusterRole(PREFIX + name, rules));

export const controllerBindings: readonly ClusterRoleBinding[] =
  controllerAccounts.map((name) => clusterBinding(PREFIX + name, [account('kube-system', name)]));
