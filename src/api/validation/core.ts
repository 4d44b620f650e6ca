/**
 * Validation of the remaining kinds, as far as people get them wrong.
 * Models: pkg/apis/{core,rbac,policy,coordination,discovery,scheduling}/validation/validation.go
 */
import { sortedKeys } from '../../base/order.ts';
import type { KubeObject } from '../object.ts';
import type { NameProblems } from '../names.ts';
import {
  isConfigMapKey, isDns1035Label, isDns1123Label, isDns1123Subdomain, isLabelValue, isPathSegmentName, isPortName, isPortNumber, isQualifiedName,
} from '../names.ts';
import type {
  ClusterRole, ClusterRoleBinding, ConfigMap, Endpoints, EndpointSlice, Lease, Namespace, Node, PodDisruptionBudget, PolicyRule, PriorityClass, Role,
  RoleBinding, Secret, Service, ServicePort, ServiceSpec, Subject,
} from '../types.ts';
import { semanticEqual } from './deep-equal.ts';
import type { FieldErrors } from './field-error.ts';
import { child, duplicate, forbiddenField, invalidAll, invalidValue, keyed, notSupported, printed, required } from './field-error.ts';
import { eachIndexed, immutableField, validateLabels, validateMeta } from './metadata.ts';
import { notMoreThan100Percent, positiveIntOrPercent, textOf, validateLabelSelector } from './shared.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

const protocolErrors = (protocol: string | undefined, path: string): FieldErrors => {
  if (textOf(protocol) === '') return [required(path)];
  return PROTOCOLS.includes(textOf(protocol)) ? [] : [notSupported(path, protocol, PROTOCOLS)];
};

const servicePort = (port: ServicePort, path: string, nameNeeded: boolean, names: Set<string>): FieldErrors => {
  const name = textOf(port.name);
  const naming = ((): FieldErrors => {
    if (name === '') return nameNeeded ? [required(child(path, 'name'))] : [];
    const repeated = names.has(name);
    names.add(name);
    return [...invalidAll(child(path, 'name'), name, isDns1123Label(name)), ...(repeated ? [duplicate(child(path, 'name'), name)] : [])];
  })();
  const target = port.targetPort;
  return [
    ...naming,
    ...invalidAll(child(path, 'port'), port.port ?? 0, isPortNumber(port.port ?? 0)),
    ...protocolErrors(port.protocol, child(path, 'protocol')),
    ...(typeof target === 'number' ? invalidAll(child(path, 'targetPort'), printed(target), isPortNumber(target)) : []),
    ...(typeof target === 'string' ? invalidAll(child(path, 'targetPort'), printed(target), isPortName(target)) : []),
  ];
};

const duplicatePorts = (ports: readonly ServicePort[]): FieldErrors => {
  const seen = new Set<string>();
  const nodePorts = new Set<string>();
  return eachIndexed(ports, 'spec.ports', (port, path) => {
    const key = `${textOf(port.protocol)}/${port.port}`;
    const nodeKey = `${textOf(port.protocol)}/${port.nodePort ?? 0}`;
    const again = seen.has(key);
    const nodeAgain = (port.nodePort ?? 0) !== 0 && nodePorts.has(nodeKey);
    seen.add(key);
    nodePorts.add(nodeKey);
    return [
      ...(nodeAgain ? [duplicate(path, { protocol: port.protocol, nodePort: port.nodePort })] : []),
      ...(again ? [duplicate(path, { protocol: port.protocol, port: port.port })] : []),
    ];
  });
};

const serviceTypeErrors = (spec: ServiceSpec): FieldErrors => {
  const type = textOf(spec.type);
  if (type === '') return [required('spec.type')];
  if (!SERVICE_TYPES.includes(type)) return [notSupported('spec.type', type, SERVICE_TYPES)];
  if (type === 'ExternalName') {
    if (textOf(spec.externalName) === '') return [required('spec.externalName')];
    return invalidAll('spec.externalName', spec.externalName, isDns1123Subdomain(textOf(spec.externalName).replace(/\.$/, '')));
  }
  return spec.clusterIP === 'None' && type !== 'ClusterIP' ? [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)] : [];
};

const serviceSpec = (spec: ServiceSpec): FieldErrors => {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const portless = spec.clusterIP === 'None' || spec.type === 'ExternalName';
  const nodePortAllowed = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  return [
    ...(ports.length === 0 && !portless ? [required('spec.ports')] : []),
    ...eachIndexed(ports, 'spec.ports', (port, path) => servicePort(port, path, ports.length > 1, names)),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...(['ClientIP', 'None'].includes(textOf(spec.sessionAffinity)) ? [] : [notSupported('spec.sessionAffinity', textOf(spec.sessionAffinity), ['ClientIP', 'None'])]),
    ...serviceTypeErrors(spec),
    ...(nodePortAllowed ? [] : eachIndexed(ports, 'spec.ports', (port, path) => ((port.nodePort ?? 0) === 0 ? []
      : [forbiddenField(child(path, 'nodePort'), `may not be used when \`type\` is '${textOf(spec.type)}'`)]))),
    ...duplicatePorts(ports),
  ];
};

export const validateService = (service: Service): FieldErrors => [...validateMeta(service, true, isDns1035Label), ...serviceSpec(service.spec)];

/** The cluster IP of a service that keeps its type is for ever. */
export const validateServiceUpdate = (now: Service, before: Service): FieldErrors => {
  const had = textOf(before.spec.clusterIP);
  const virtual = before.spec.type !== 'ExternalName' && now.spec.type !== 'ExternalName';
  return virtual && had !== '' && now.spec.clusterIP !== had
    ? [invalidValue('spec.clusterIPs[0]', now.spec.clusterIPs ?? [textOf(now.spec.clusterIP)], 'may not change once set')] : [];
};

export const validateNamespace = (ns: Namespace): FieldErrors => [
  ...validateMeta(ns, false, isDns1123Label),
  ...eachIndexed(ns.spec?.finalizers, 'spec.finalizers', (name, path) => [
    ...invalidAll(path, name, isQualifiedName(name)),
    ...(!name.includes('/') && name !== 'kubernetes' ? [invalidValue(path, name, 'finalizer name is neither a standard finalizer name nor is it fully qualified')] : []),
  ]),
];

export const validateNode = (node: Node): FieldErrors => {
  const taints = node.spec?.taints;
  const seen = new Set<string>();
  return [
    ...validateMeta(node, false, isDns1123Subdomain),
    ...eachIndexed(taints, 'spec.taints', (taint, path) => {
      const key = `${taint.key}:${taint.effect}`;
      const again = seen.has(key);
      seen.add(key);
      return [
        ...invalidAll(child(path, 'key'), taint.key, isQualifiedName(taint.key)),
        ...invalidAll(child(path, 'value'), taint.value, isLabelValue(textOf(taint.value))),
        ...(['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(textOf(taint.effect)) ? []
          : [textOf(taint.effect) === '' ? required(child(path, 'effect')) : notSupported(child(path, 'effect'), taint.effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])]),
        ...(again ? [duplicate(path, taint)] : []),
      ];
    }),
  ];
};

const NODE_KEEPS = ['podCIDR', 'podCIDRs', 'providerID'] as const;

export const validateNodeUpdate = (now: Node, before: Node): FieldErrors => NODE_KEEPS.flatMap((name) => {
  const had = before.spec?.[name];
  return had === undefined || had === '' || semanticEqual(now.spec?.[name], had) ? []
    : [forbiddenField(child('spec', name), 'node updates may not change ' + name + ' except from "" to valid')];
});

const keysOf = (record: Readonly<Record<string, unknown>> | undefined, path: string): FieldErrors =>
  sortedKeys(record ?? {}).flatMap((key) => [...invalidAll(keyed(path, key), key, isConfigMapKey(key))]);

export const validateConfigMap = (map: ConfigMap): FieldErrors => [
  ...validateMeta(map, true, isDns1123Subdomain),
  ...keysOf(map.data, 'data'),
  ...sortedKeys(map.data ?? {}).filter((key) => map.binaryData?.[key] !== undefined)
    .map((key) => invalidValue(keyed('data', key), key, 'duplicate of key present in binaryData')),
  ...keysOf(map.binaryData, 'binaryData'),
];

const IMMUTABLE = 'field is immutable when `immutable` is set';

const immutableData = <T extends ConfigMap | Secret>(now: T, before: T, names: readonly (keyof T & string)[]): FieldErrors => (before.immutable !== true ? [] : [
  ...(now.immutable === true ? [] : [forbiddenField('immutable', IMMUTABLE)]),
  ...names.filter((name) => !semanticEqual(now[name], before[name])).map((name) => forbiddenField(name, IMMUTABLE)),
]);

export const validateConfigMapUpdate = (now: ConfigMap, before: ConfigMap): FieldErrors => immutableData(now, before, ['data', 'binaryData']);

export const validateSecret = (secret: Secret): FieldErrors => [...validateMeta(secret, true, isDns1123Subdomain), ...keysOf(secret.data, 'data')];

export const validateSecretUpdate = (now: Secret, before: Secret): FieldErrors =>
  [...immutableField(now.type, before.type, 'type'), ...immutableData(now, before, ['data'])];

export const validateLease = (lease: Lease): FieldErrors => {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, holderIdentity } = lease.spec ?? {};
  return [
    ...validateMeta(lease, true, isDns1123Subdomain),
    ...(duration !== undefined && duration <= 0 ? [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')] : []),
    ...(transitions !== undefined && transitions < 0 ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')] : []),
    ...(holderIdentity === '' && lease.spec.strategy === undefined ? [invalidValue('spec.holderIdentity', '', 'must not be empty')] : []),
  ];
};

export const validateEndpoints = (endpoints: Endpoints): FieldErrors => [
  ...validateMeta(endpoints, true, isDns1123Subdomain),
  ...eachIndexed(endpoints.subsets, 'subsets', (subset, path) => [
    ...((subset.addresses ?? []).length + (subset.notReadyAddresses ?? []).length === 0 ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...eachIndexed(subset.ports, child(path, 'ports'), (port, portPath) => [
      ...((subset.ports ?? []).length > 1 && textOf(port.name) === '' ? [required(child(portPath, 'name'))] : []),
      ...invalidAll(child(portPath, 'port'), port.port, isPortNumber(port.port)),
      ...protocolErrors(port.protocol, child(portPath, 'protocol')),
    ]),
  ]),
];

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export const validateEndpointSlice = (slice: EndpointSlice): FieldErrors => [
  ...validateMeta(slice, true, isDns1123Subdomain),
  ...(textOf(slice.addressType) === '' ? [required('addressType')] : ADDRESS_TYPES.includes(slice.addressType) ? [] : [notSupported('addressType', slice.addressType, ADDRESS_TYPES)]),
  ...eachIndexed(slice.endpoints, 'endpoints', (endpoint, path) =>
    ((endpoint.addresses ?? []).length === 0 ? [required(child(path, 'addresses'), 'must contain at least 1 address')] : [])),
  ...eachIndexed(slice.ports, 'ports', (port, path) => protocolErrors(port.protocol, child(path, 'protocol'))),
];

export const validateEndpointSliceUpdate = (now: EndpointSlice, before: EndpointSlice): FieldErrors => immutableField(now.addressType, before.addressType, 'addressType');

export const validatePodDisruptionBudget = (pdb: PodDisruptionBudget): FieldErrors => {
  const { minAvailable, maxUnavailable, selector } = pdb.spec;
  return [
    ...validateMeta(pdb, true, isDns1123Subdomain),
    ...(minAvailable !== undefined && maxUnavailable !== undefined ? [invalidValue('spec', pdb.spec, 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...positiveIntOrPercent(minAvailable, 'spec.minAvailable'), ...notMoreThan100Percent(minAvailable, 'spec.minAvailable'),
    ...positiveIntOrPercent(maxUnavailable, 'spec.maxUnavailable'), ...notMoreThan100Percent(maxUnavailable, 'spec.maxUnavailable'),
    ...validateLabelSelector(selector, 'spec.selector'),
  ];
};

const policyRule = (rule: PolicyRule, path: string, namespaced: boolean): FieldErrors => {
  const verbs = (rule.verbs ?? []).length === 0 ? [required(child(path, 'verbs'), 'verbs must contain at least one value')] : [];
  const urls = (rule.nonResourceURLs ?? []).length > 0;
  if (urls && namespaced) return [...verbs, invalidValue(child(path, 'nonResourceURLs'), rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs')];
  if (urls) return verbs;
  return [
    ...verbs,
    ...((rule.apiGroups ?? []).length === 0 ? [required(child(path, 'apiGroups'), 'resource rules must supply at least one api group')] : []),
    ...((rule.resources ?? []).length === 0 ? [required(child(path, 'resources'), 'resource rules must supply at least one resource')] : []),
  ];
};

export const validateRole = (role: Role): FieldErrors =>
  [...validateMeta(role, true, isPathSegmentName), ...eachIndexed(role.rules, 'rules', (rule, path) => policyRule(rule, path, true))];

export const validateClusterRole = (role: ClusterRole): FieldErrors =>
  [...validateMeta(role, false, isPathSegmentName), ...eachIndexed(role.rules, 'rules', (rule, path) => policyRule(rule, path, false))];

const subject = (s: Subject, path: string, namespaced: boolean): FieldErrors => {
  const name = textOf(s.name) === '' ? [required(child(path, 'name'))] : [];
  if (s.kind === 'ServiceAccount') {
    return [...name, ...(textOf(s.apiGroup) === '' ? [] : [notSupported(child(path, 'apiGroup'), s.apiGroup, [''])]),
      ...(!namespaced && textOf(s.namespace) === '' ? [required(child(path, 'namespace'))] : [])];
  }
  if (s.kind === 'User' || s.kind === 'Group') {
    return [...name, ...(s.apiGroup === 'rbac.authorization.k8s.io' ? [] : [notSupported(child(path, 'apiGroup'), s.apiGroup, ['rbac.authorization.k8s.io'])])];
  }
  return [...name, notSupported(child(path, 'kind'), s.kind, ['ServiceAccount', 'User', 'Group'])];
};

const binding = (object: RoleBinding | ClusterRoleBinding, namespaced: boolean): FieldErrors => {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const ref = object.roleRef;
  return [
    ...validateMeta(object, namespaced, isPathSegmentName),
    ...(ref.apiGroup === 'rbac.authorization.k8s.io' ? [] : [notSupported('roleRef.apiGroup', ref.apiGroup, ['rbac.authorization.k8s.io'])]),
    ...(kinds.includes(ref.kind) ? [] : [notSupported('roleRef.kind', ref.kind, kinds)]),
    ...(textOf(ref.name) === '' ? [required('roleRef.name')] : invalidAll('roleRef.name', ref.name, isPathSegmentName(ref.name))),
    ...eachIndexed(object.subjects, 'subjects', (s, path) => subject(s, path, namespaced)),
  ];
};

export const validateRoleBinding = (object: RoleBinding): FieldErrors => binding(object, true);
export const validateClusterRoleBinding = (object: ClusterRoleBinding): FieldErrors => binding(object, false);
export const validateBindingUpdate = (now: RoleBinding | ClusterRoleBinding, before: RoleBinding | ClusterRoleBinding): FieldErrors =>
  (semanticEqual(now.roleRef, before.roleRef) ? [] : [invalidValue('roleRef', now.roleRef, 'cannot change roleRef')]);

const MAX_USER_PRIORITY = 1000000000;

export const validatePriorityClass = (pc: PriorityClass): FieldErrors => {
  const system = pc.metadata.name === 'system-node-critical' || pc.metadata.name === 'system-cluster-critical';
  const reserved = !system && pc.metadata.name.startsWith('system-');
  return [
    ...validateMeta(pc, false, isDns1123Subdomain),
    ...(reserved ? [forbiddenField('metadata.name', "priority class names with 'system-' prefix are reserved for system use only")] : []),
    ...(!system && pc.value > MAX_USER_PRIORITY ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${MAX_USER_PRIORITY}`)] : []),
  ];
};

export const validatePriorityClassUpdate = (now: PriorityClass, before: PriorityClass): FieldErrors => [
  ...(now.value === before.value ? [] : [forbiddenField('value', 'may not be changed in an update.')]),
  ...(now.preemptionPolicy === before.preemptionPolicy ? [] : [invalidValue('preemptionPolicy', now.preemptionPolicy, 'field is immutable')]),
];

/** Only the metadata, under a rule for names. */
export const metadataOnly = (namespaced: boolean, rule: (name: string) => NameProblems = isDns1123Subdomain) =>
  (object: KubeObject): FieldErrors => validateMeta(object, namespaced, rule);

