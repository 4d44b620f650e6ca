/**
 * The defaults of the remaining kinds.
 * Models: pkg/apis/{core,rbac,autoscaling,networking,discovery,scheduling}/<version>/defaults.go
 */
import type {
  ConfigMap, Endpoints, EndpointSlice, HorizontalPodAutoscaler, LimitRange, LimitRangeItem, Namespace, NetworkPolicy, Node, PriorityClass,
  ResourceList, RoleBinding, ClusterRoleBinding, Secret, Service, ServicePort, ServiceSpec, Subject,
} from '../types.ts';
import { change, changeEach, fill } from './fill.ts';
import { canonicalList } from './resources.ts';

const METADATA_NAME = 'kubernetes.io/metadata.name';
const AFFINITY_SECONDS = 10800;
const RBAC_GROUP = 'rbac.authorization.k8s.io';

export const namespaceDefaults = (ns: Namespace): Namespace => {
  const { name, labels } = ns.metadata;
  const labelled = name === '' || name === undefined || labels?.[METADATA_NAME] === name ? ns
    : { ...ns, metadata: { ...ns.metadata, labels: { ...labels, [METADATA_NAME]: name } } };
  return change(fill(labelled, { spec: {}, status: {} }), 'status', (status) => fill(status, { phase: 'Active' }));
};

const servicePort = (p: ServicePort): ServicePort => {
  const filled = fill(p, { protocol: 'TCP' });
  return filled.targetPort === undefined || filled.targetPort === 0 || filled.targetPort === '' ? { ...filled, targetPort: p.port } : filled;
};

const serviceAffinity = (spec: ServiceSpec): ServiceSpec => {
  if (spec.sessionAffinity !== 'ClientIP') return spec;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined
    ? { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: AFFINITY_SECONDS } } } : spec;
};

export const serviceDefaults = (service: Service): Service => change(service, 'spec', (given) => {
  let spec = serviceAffinity(fill(given, { sessionAffinity: 'None', type: 'ClusterIP' }));
  spec = change(spec, 'ports', (ports) => changeEach(ports, servicePort));
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
    || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  if (external) spec = fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type !== 'ExternalName') spec = fill(spec, { internalTrafficPolicy: 'Cluster' });
  return spec.type === 'LoadBalancer' ? fill(spec, { allocateLoadBalancerNodePorts: true }) : spec;
});

export const secretDefaults = (secret: Secret): Secret => fill(secret, { type: 'Opaque' });

/** Upstream makes `data` an empty map, which its encoder then leaves out. */
export const configMapDefaults = (map: ConfigMap): ConfigMap => map;

export const endpointsDefaults = (endpoints: Endpoints): Endpoints => change(endpoints, 'subsets', (subsets) =>
  changeEach(subsets, (subset) => change(subset, 'ports', (ports) => changeEach(ports, (p) => fill(p, { protocol: 'TCP' })))));

export const endpointSliceDefaults = (slice: EndpointSlice): EndpointSlice => change(slice, 'ports', (ports) => changeEach(ports, (p) => {
  const named = p.name === undefined ? { ...p, name: '' } : p;
  return fill(named, { protocol: 'TCP' });
}));

export const nodeDefaults = (node: Node): Node => change(fill(node, { spec: {} }), 'status', (status) => {
  const canonical = change(change(status, 'capacity', canonicalList), 'allocatable', canonicalList);
  return canonical.allocatable === undefined && canonical.capacity !== undefined ? { ...canonical, allocatable: canonical.capacity } : canonical;
});

const under = (base: ResourceList | undefined, more: ResourceList | undefined): ResourceList => ({ ...more, ...base });

const limitItem = (item: LimitRangeItem): LimitRangeItem => {
  if (item.type !== 'Container') return item;
  const limits = under(item.default, item.max);
  return { ...item, default: limits, defaultRequest: under(under(item.defaultRequest, limits), item.min) };
};

export const limitRangeDefaults = (range: LimitRange): LimitRange =>
  change(range, 'spec', (spec) => change(spec, 'limits', (limits) => changeEach(limits, limitItem)));

const subject = (s: Subject): Subject => {
  if (s.apiGroup !== undefined && s.apiGroup !== '') return s;
  return s.kind === 'User' || s.kind === 'Group' ? { ...s, apiGroup: RBAC_GROUP } : s;
};

export const bindingDefaults = <T extends RoleBinding | ClusterRoleBinding>(binding: T): T => {
  const withRef = change<RoleBinding | ClusterRoleBinding, 'roleRef'>(binding, 'roleRef', (ref) => fill(ref, { apiGroup: RBAC_GROUP }));
  return change(withRef, 'subjects', (subjects) => changeEach(subjects, subject)) as T;
};

export const priorityClassDefaults = (pc: PriorityClass): PriorityClass => fill(pc, { preemptionPolicy: 'PreemptLowerPriority' });

const SCALE_UP: NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['behavior']>['scaleUp']> = {
  stabilizationWindowSeconds: 0, selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }],
};
const SCALE_DOWN: typeof SCALE_UP = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

export const autoscalerDefaults = (hpa: HorizontalPodAutoscaler): HorizontalPodAutoscaler => change(hpa, 'spec', (spec) => {
  const filled = fill(spec, {
    minReplicas: 1,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  });
  return change(filled, 'behavior', (behavior) => ({
    scaleUp: fill(behavior.scaleUp ?? SCALE_UP, SCALE_UP),
    scaleDown: fill(behavior.scaleDown ?? SCALE_DOWN, SCALE_DOWN),
  }));
});

export const networkPolicyDefaults = (policy: NetworkPolicy): NetworkPolicy => change(policy, 'spec', (spec) => {
  const types = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return fill(spec, { policyTypes: types });
});
