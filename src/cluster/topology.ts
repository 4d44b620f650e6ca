/** What a cluster is made of: its nodes, its control plane, its clocks and its latencies, as plain data that a scenario file can hold. */
import type { Taint } from '../api/types.ts';
import type { ImageProfiles } from '../components/container-runtime/behavior.ts';
import type { LatencyModelName } from './latency.ts';

export interface NodeTopology {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Quantities: what the kubelet reports as capacity and, nothing being reserved, as allocatable. */
  readonly capacity: { readonly cpu: string; readonly memory: string; readonly pods: string; readonly 'ephemeral-storage': string };
}

export interface ClusterUser {
  /** Who the kubeconfig says they are; what they may do is RBAC's business. */
  readonly name: string;
  readonly groups: readonly string[];
  /** See `KubectlOptions.retypeAfterMs`. */
  readonly retypeAfterMs?: number;
}

export interface ClusterTopology {
  readonly seed: string;
  /** ms since the Unix epoch at the beginning. */
  readonly startMs: number;
  readonly nodes: readonly NodeTopology[];
  /** How many replicas of kube-apiserver; clients spread over them. */
  readonly apiservers: number;
  /** How images are pulled and how their containers behave. */
  readonly images: ImageProfiles;
  readonly latency: LatencyModelName;
  /** See `WorldConfig.lagMs`. */
  readonly lagMs: number;
  readonly user: ClusterUser;
  /** kube-proxy as a DaemonSet on every node, as kubeadm installs it. */
  readonly kubeProxy: boolean;
  readonly leaderElection: boolean;
  /** false: no component records Events. Absent: every component does. */
  readonly events?: boolean;
  /** Which controllers run, as `isControllerEnabled` reads it. Absent: all. */
  readonly controllers?: readonly string[];
}

const DEFAULT_CAPACITY: NodeTopology['capacity'] = { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' };

/** 2026-01-01T00:00:00Z. */
const DEFAULT_START_MS = 1_767_225_600_000;

export const nodeTopology = (name: string, overrides: Partial<Omit<NodeTopology, 'name'>> = {}): NodeTopology =>
  ({ name, labels: {}, taints: [], capacity: DEFAULT_CAPACITY, ...overrides });

/** `node-1` to `node-<count>`. */
export const nodesNamed = (count: number, overrides: Partial<Omit<NodeTopology, 'name'>> = {}): readonly NodeTopology[] =>
  Array.from({ length: count }, (_, i) => nodeTopology(`node-${i + 1}`, overrides));

export const defaultTopology: ClusterTopology = {
  seed: '1',
  startMs: DEFAULT_START_MS,
  nodes: nodesNamed(3),
  apiservers: 1,
  images: [],
  latency: 'lan',
  lagMs: 1000,
  user: { name: 'kubernetes-admin', groups: ['system:masters'] },
  kubeProxy: true,
  leaderElection: true,
};
