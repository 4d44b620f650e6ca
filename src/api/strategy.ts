/**
 * The strategy of every resource.
 * Models: pkg/registry/<group>/<kind>/strategy.go, one row for each
 */
import type { ResourceId } from './resources.ts';
import { hasStatus, resourceById } from './resources.ts';
import { erased } from './strategy/base.ts';
import {
  claimStrategy, clusterRoleBindingStrategy, clusterRoleStrategy, configMapStrategy, endpointSliceStrategy, endpointsStrategy, eventStrategy,
  eventsV1Strategy, genericStrategy, ingressStrategy, leaseStrategy, namespaceStrategy, networkPolicyStrategy, nodeStrategy, podDisruptionBudgetStrategy, priorityClassStrategy,
  quotaStrategy, roleBindingStrategy, roleStrategy, secretStrategy, serviceStrategy, volumeStrategy,
} from './strategy/core.ts';
import type { Strategy } from './strategy/types.ts';
import {
  controllerRevisionStrategy, cronJobStrategy, daemonSetStrategy, deploymentStrategy, jobStrategy, podStrategy, podTemplateStrategy, replicaSetStrategy,
  replicationControllerStrategy, statefulSetStrategy,
} from './strategy/workloads.ts';

export type { Strategy } from './strategy/types.ts';
export { carryOver, fillSystemFields } from './strategy/metadata.ts';

const strategies: ReadonlyMap<ResourceId, Strategy> = new Map<ResourceId, Strategy>([
  ['pods', erased(podStrategy)],
  ['podtemplates', erased(podTemplateStrategy)],
  ['namespaces', erased(namespaceStrategy)],
  ['nodes', erased(nodeStrategy)],
  ['services', erased(serviceStrategy)],
  ['endpoints', erased(endpointsStrategy)],
  ['configmaps', erased(configMapStrategy)],
  ['secrets', erased(secretStrategy)],
  ['events', erased(eventStrategy)],
  ['events.events.k8s.io', erased(eventsV1Strategy)],
  ['persistentvolumes', erased(volumeStrategy)],
  ['persistentvolumeclaims', erased(claimStrategy)],
  ['resourcequotas', erased(quotaStrategy)],
  ['replicationcontrollers', erased(replicationControllerStrategy)],
  ['deployments.apps', erased(deploymentStrategy)],
  ['replicasets.apps', erased(replicaSetStrategy)],
  ['daemonsets.apps', erased(daemonSetStrategy)],
  ['statefulsets.apps', erased(statefulSetStrategy)],
  ['controllerrevisions.apps', erased(controllerRevisionStrategy)],
  ['jobs.batch', erased(jobStrategy)],
  ['cronjobs.batch', erased(cronJobStrategy)],
  ['endpointslices.discovery.k8s.io', erased(endpointSliceStrategy)],
  ['leases.coordination.k8s.io', erased(leaseStrategy)],
  ['poddisruptionbudgets.policy', erased(podDisruptionBudgetStrategy)],
  ['roles.rbac.authorization.k8s.io', erased(roleStrategy)],
  ['rolebindings.rbac.authorization.k8s.io', erased(roleBindingStrategy)],
  ['clusterroles.rbac.authorization.k8s.io', erased(clusterRoleStrategy)],
  ['clusterrolebindings.rbac.authorization.k8s.io', erased(clusterRoleBindingStrategy)],
  ['priorityclasses.scheduling.k8s.io', erased(priorityClassStrategy)],
  ['ingresses.networking.k8s.io', erased(ingressStrategy)],
  ['networkpolicies.networking.k8s.io', erased(networkPolicyStrategy)],
]);

/** The generic rules, by whether the kind is namespaced and whether it has a status. */
const fallbacks = new Map<string, Strategy>([true, false].flatMap((namespaced) => [true, false].map((status): [string, Strategy] =>
  [`${namespaced} ${status}`, genericStrategy(namespaced, status, false)])));

/** The rules of a resource; of one without rules of its own, and of custom resources, the generic ones. */
export const strategyOf = (id: ResourceId): Strategy => {
  const own = strategies.get(id);
  if (own !== undefined) return own;
  const info = resourceById(id);
  const key = info === undefined ? 'true true' : `${info.namespaced} ${hasStatus(info)}`;
  return fallbacks.get(key) as Strategy;
};
