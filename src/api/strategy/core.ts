/**
 * The strategies of the remaining kinds.
 * Models: pkg/registry/{core,discovery,coordination,policy,rbac,scheduling,networking,autoscaling}/<kind>/strategy.go
 */
import { isDns1123Subdomain, isPathSegmentName } from '../names.ts';
import type { KubeObject } from '../object.ts';
import type {
  ClusterRole, ClusterRoleBinding, ConfigMap, Endpoints, EndpointSlice, EventsV1Event, Ingress, KubeEvent, Lease, Namespace, NetworkPolicy, Node, PersistentVolume,
  PersistentVolumeClaim, PodDisruptionBudget, PriorityClass, ResourceQuota, Role, RoleBinding, Secret, Service,
} from '../types.ts';
import {
  metadataOnly, validateBindingUpdate, validateClusterRole, validateClusterRoleBinding, validateConfigMap, validateConfigMapUpdate, validateEndpointSlice,
  validateEndpointSliceUpdate, validateEndpoints, validateLease, validateNamespace, validateNode, validateNodeUpdate, validatePodDisruptionBudget,
  validatePriorityClass, validatePriorityClassUpdate, validateRole, validateRoleBinding, validateSecret, validateSecretUpdate, validateService, validateServiceUpdate,
} from '../validation/core.ts';
import { semanticEqual } from '../validation/deep-equal.ts';
import { checksOf, plainStrategy, specStrategy, withField } from './base.ts';
import { bumpedWhen, withGeneration } from './metadata.ts';
import type { StrategyOf } from './types.ts';

const FINALIZER = 'kubernetes';

export const namespaceStrategy: StrategyOf<Namespace> = {
  ...specStrategy<Namespace>(checksOf(validateNamespace), false),
  prepareForCreate: (ns) => {
    const finalizers = ns.spec?.finalizers ?? [];
    return { ...ns, spec: { ...ns.spec, finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER] }, status: { phase: 'Active' } };
  },
  prepareForUpdate: (now, before) => withField({ ...now, spec: { ...now.spec, ...(before.spec?.finalizers === undefined ? {} : { finalizers: before.spec.finalizers }) } }, 'status', before.status),
};

/** Nodes may come with a status; a spec write keeps it. */
export const nodeStrategy: StrategyOf<Node> = {
  ...specStrategy<Node>(checksOf(validateNode, validateNodeUpdate), false),
  prepareForCreate: (node) => node,
  allowUnconditionalUpdate: true,
};

/** True when the server has to give the service an address: it is virtual and has none yet. */
const needsClusterIp = (service: Service): boolean =>
  service.spec.type !== 'ExternalName' && (service.spec.clusterIP ?? '') === '';

/** The address stays with a service that an update left it out of. */
const keepAddresses = (now: Service, before: Service): Service => {
  if (now.spec.type === 'ExternalName' || before.spec.type === 'ExternalName') return now;
  const kept = (['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const).filter((name) => {
    const value = now.spec[name];
    return (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) && before.spec[name] !== undefined;
  });
  return kept.length === 0 ? now : { ...now, spec: { ...now.spec, ...Object.fromEntries(kept.map((name) => [name, before.spec[name]])) } };
};

export const serviceStrategy: StrategyOf<Service> = {
  ...specStrategy<Service>(checksOf(validateService, validateServiceUpdate), false),
  prepareForCreate: (service) => ({ ...service, status: { loadBalancer: {} } }),
  prepareForUpdate: (now, before) => withField(keepAddresses(now, before), 'status', before.status),
  needsClusterIp,
};

export const endpointsStrategy: StrategyOf<Endpoints> = { ...plainStrategy<Endpoints>(checksOf(validateEndpoints)), allowCreateOnUpdate: true };

const sliceBody = (slice: EndpointSlice): unknown => ({ endpoints: slice.endpoints, ports: slice.ports, labels: slice.metadata.labels });

export const endpointSliceStrategy: StrategyOf<EndpointSlice> = {
  ...plainStrategy<EndpointSlice>(checksOf(validateEndpointSlice, validateEndpointSliceUpdate)),
  prepareForCreate: (slice) => withGeneration(slice, 1),
  prepareForUpdate: (now, before) => bumpedWhen(!semanticEqual(sliceBody(now), sliceBody(before)), now, before),
};

export const configMapStrategy = plainStrategy<ConfigMap>(checksOf(validateConfigMap, validateConfigMapUpdate));

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const utf8 = (text: string): number[] => {
  const bytes: number[] = [];
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
};

/** Standard base64 of a text's UTF-8 bytes. */
export const base64 = (text: string): string => {
  const bytes = utf8(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const group = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const given = Math.min(3, bytes.length - i) + 1;
    out += group.map((six, n) => (n < given ? base64Alphabet.charAt(six) : '=')).join('');
  }
  return out;
};

/** `stringData` is write-only: it lands in `data`, encoded. */
const mergeStringData = (secret: Secret): Secret => {
  if (secret.stringData === undefined) return secret;
  const encoded = Object.fromEntries(Object.entries(secret.stringData).map(([key, text]) => [key, base64(text)]));
  return withField({ ...secret, data: { ...secret.data, ...encoded } }, 'stringData', undefined);
};

const secretBase = plainStrategy<Secret>(checksOf(validateSecret, validateSecretUpdate));
export const secretStrategy: StrategyOf<Secret> = { ...secretBase, defaultsOf: (secret) => secretBase.defaultsOf(mergeStringData(secret)) };

export const leaseStrategy: StrategyOf<Lease> = { ...plainStrategy<Lease>(checksOf(validateLease)), allowCreateOnUpdate: true, allowUnconditionalUpdate: false };

const eventBase = { allowCreateOnUpdate: true, allowUnconditionalUpdate: true, defaultGarbageCollection: 'unsupported' } as const;
export const eventStrategy: StrategyOf<KubeEvent> = { ...plainStrategy<KubeEvent>(checksOf(metadataOnly(true))), ...eventBase };
export const eventsV1Strategy: StrategyOf<EventsV1Event> = { ...plainStrategy<EventsV1Event>(checksOf(metadataOnly(true))), ...eventBase };

export const podDisruptionBudgetStrategy: StrategyOf<PodDisruptionBudget> = {
  ...specStrategy<PodDisruptionBudget>(checksOf(validatePodDisruptionBudget), true), allowUnconditionalUpdate: false,
};

const rbac = { allowCreateOnUpdate: true, allowUnconditionalUpdate: true } as const;
export const roleStrategy: StrategyOf<Role> = { ...plainStrategy<Role>(checksOf(validateRole)), ...rbac };
export const clusterRoleStrategy: StrategyOf<ClusterRole> = { ...plainStrategy<ClusterRole>(checksOf(validateClusterRole)), ...rbac };
export const roleBindingStrategy: StrategyOf<RoleBinding> = { ...plainStrategy<RoleBinding>(checksOf(validateRoleBinding, validateBindingUpdate)), ...rbac };
export const clusterRoleBindingStrategy: StrategyOf<ClusterRoleBinding> = { ...plainStrategy<ClusterRoleBinding>(checksOf(validateClusterRoleBinding, validateBindingUpdate)), ...rbac };

const priorityBase = plainStrategy<PriorityClass>(checksOf(validatePriorityClass, validatePriorityClassUpdate));
export const priorityClassStrategy: StrategyOf<PriorityClass> = { ...priorityBase, prepareForCreate: (pc) => withGeneration(pc, 1) };

export const claimStrategy: StrategyOf<PersistentVolumeClaim> = {
  ...specStrategy<PersistentVolumeClaim>(checksOf(metadataOnly(true)), false), prepareForCreate: (claim) => ({ ...claim, status: { phase: 'Pending' } }),
};
export const volumeStrategy: StrategyOf<PersistentVolume> = {
  ...specStrategy<PersistentVolume>(checksOf(metadataOnly(false)), false), prepareForCreate: (pv) => ({ ...pv, status: { phase: 'Pending' } }),
};
export const quotaStrategy = specStrategy<ResourceQuota>(checksOf(metadataOnly(true)), false);
export const ingressStrategy = specStrategy<Ingress>(checksOf(metadataOnly(true)), true);
const policyBase = specStrategy<NetworkPolicy>(checksOf(metadataOnly(true)), true);
/** It has a spec that counts, and no status. */
export const networkPolicyStrategy: StrategyOf<NetworkPolicy> = { ...policyBase, prepareForCreate: (policy) => withGeneration(policy, 1) };

/** A kind without rules of its own: its metadata is checked, status is kept apart where it has one. */
export const genericStrategy = (namespaced: boolean, hasStatus: boolean, anyName: boolean): StrategyOf<KubeObject> => {
  const checks = checksOf(metadataOnly(namespaced, anyName ? isPathSegmentName : isDns1123Subdomain));
  return hasStatus ? specStrategy(checks, true) : plainStrategy(checks);
};
