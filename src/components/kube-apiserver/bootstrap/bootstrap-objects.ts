/**
 * The objects that a cluster has before anyone asks for one, and their form in etcd.
 * Models: pkg/controlplane/controller/{systemnamespaces,kubernetesservice}, pkg/registry/rbac/rest/storage_rbac.go,
 *   pkg/registry/scheduling/rest/storage_scheduling.go
 * Not modelled: their being written one by one by hooks after the server's start: they are there from revision 1 on.
 */
import type { KubeObject } from '../../../api/object.ts';
import { applyDefaults } from '../../../api/defaults/apply-defaults.ts';
import { formatTime } from '../../../api/time.ts';
import type { PriorityClass } from '../../../api/types.ts';
import type { EtcdValue } from '../../../protocol/etcd.ts';
import { claimsOf, claimValue } from '../storage/claims.ts';
import { encodeObject } from '../storage/codec.ts';
import { clusterRoleBindings, clusterRoles } from './cluster-roles.ts';
import { controllerAccounts, controllerBindings, controllerRoles } from './controller-roles.ts';

const SYSTEM_NAMESPACES: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
} as KubeObject);

const serviceAccount = (ns: string, name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: ns } });

const priorityClass = (name: string, value: number, description: string): PriorityClass => ({
  apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name, generation: 1 }, value, description, preemptionPolicy: 'PreemptLowerPriority',
} as PriorityClass);

const priorityClasses: readonly KubeObject[] = [
  priorityClass('system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'),
  priorityClass('system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'),
];

const kubernetesService: KubeObject = {
  apiVersion: 'v1', kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], type: 'ClusterIP', sessionAffinity: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster', ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
  },
  status: { loadBalancer: {} },
} as KubeObject;

const unstamped: readonly KubeObject[] = [
  ...SYSTEM_NAMESPACES.map(namespace),
  ...clusterRoles, ...controllerRoles, ...clusterRoleBindings, ...controllerBindings,
  ...priorityClasses,
  kubernetesService,
  ...controllerAccounts.map((name) => serviceAccount('kube-system', name)),
];

/** A uid of the object's place among the bootstrap objects: recognisable, and the same in every run. */
const uidAt = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** All of them, with uids and creation times. */
export const bootstrapObjects = (nowMs: number): readonly KubeObject[] => {
  const creationTimestamp = formatTime(nowMs);
  return unstamped.map((object, index) => applyDefaults({ ...object, metadata: { ...object.metadata, uid: uidAt(index + 1), creationTimestamp } }));
};

export interface StoredEntry {
  readonly key: string;
  readonly value: EtcdValue;
}

/** An object as the keys and values to load etcd with: its own, and those of the addresses it holds. */
export const storedEntries = (object: KubeObject): readonly StoredEntry[] =>
  [encodeObject(object), ...claimsOf(object).map((key) => ({ key, value: claimValue(object) }))];
