/**
 * What the controller believes of a node's health: from the heartbeats it has seen arrive, by its own clock.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go nodeHealthData, tryUpdateNodeHealth
 */
import { findCondition } from '../../../api/conditions.ts';
import { formatTime, parseTime, SECOND_MS } from '../../../api/time.ts';
import type { Lease, Node, NodeCondition } from '../../../api/types.ts';

/** --node-monitor-grace-period and --node-startup-grace-period. */
const MONITOR_GRACE_MS = 50 * SECOND_MS;
const STARTUP_GRACE_MS = 60 * SECOND_MS;

export interface NodeHealth {
  readonly ready: NodeCondition | undefined;
  readonly conditions: readonly NodeCondition[];
  readonly renewTime: string | undefined;
  /** When a heartbeat was last seen. */
  readonly probeMs: number;
  readonly readyTransitionMs: number;
}

export interface HealthCheck {
  readonly health: NodeHealth;
  /** The Ready condition as the node had it before this check. */
  readonly observed: Pick<NodeCondition, 'status'>;
  /** As it will be after this check; undefined when the node has none. */
  readonly current: NodeCondition | undefined;
  /** The node with its conditions gone Unknown, to be written; undefined when nothing is to be. */
  readonly update: Node | undefined;
}

export const readyCondition = (node: Node): NodeCondition | undefined => findCondition(node.status?.conditions, 'Ready');

/** NetworkUnavailable is the cloud's to keep. */
const CHECKED: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

const createdMs = (node: Node): number => parseTime(node.metadata.creationTimestamp ?? '') ?? 0;

const probed = (node: Node, ready: NodeCondition | undefined, known: NodeHealth | undefined, nowMs: number): NodeHealth => {
  const conditions = node.status?.conditions ?? [];
  if (known === undefined) {
    const sinceMs = ready === undefined ? createdMs(node) : nowMs;
    return { ready, conditions, renewTime: undefined, probeMs: sinceMs, readyTransitionMs: sinceMs };
  }
  if (ready === undefined && known.ready === undefined) return known;
  // Why the lease is forgotten with each new status: so upstream does, and takes the lease for a new one at the next look.
  if (ready === undefined || known.ready === undefined) return { ready, conditions, renewTime: undefined, probeMs: nowMs, readyTransitionMs: nowMs };
  if (known.ready.lastHeartbeatTime === ready.lastHeartbeatTime) return known;
  const readyTransitionMs = known.ready.lastTransitionTime === ready.lastTransitionTime ? known.readyTransitionMs : nowMs;
  return { ready, conditions, renewTime: undefined, probeMs: nowMs, readyTransitionMs };
};

const renewed = (health: NodeHealth, lease: Lease | undefined, savedRenewTime: string | undefined, nowMs: number): NodeHealth => {
  const renewTime = lease?.spec.renewTime;
  return renewTime !== undefined && (savedRenewTime === undefined || savedRenewTime < renewTime)
    ? { ready: health.ready, conditions: health.conditions, renewTime, probeMs: nowMs, readyTransitionMs: health.readyTransitionMs } : health;
};

const gone = (node: Node, type: string, nowMs: number): NodeCondition => {
  const standing = findCondition(node.status?.conditions, type);
  const now = formatTime(nowMs);
  if (standing === undefined) {
    return {
      type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? now, lastTransitionTime: now,
    };
  }
  return standing.status === 'Unknown' ? standing
    : { ...standing, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: now };
};

const withUnknown = (node: Node, nowMs: number): Node => {
  const standing = node.status?.conditions ?? [];
  const kept = standing.map((condition) => (CHECKED.includes(condition.type) ? gone(node, condition.type, nowMs) : condition));
  const missing = CHECKED.filter((type) => findCondition(standing, type) === undefined).map((type) => gone(node, type, nowMs));
  return { ...node, status: { ...node.status, conditions: [...kept, ...missing] } };
};

const isSameCondition = (a: NodeCondition | undefined, b: NodeCondition | undefined): boolean =>
  a?.status === b?.status && a?.reason === b?.reason && a?.lastTransitionTime === b?.lastTransitionTime;

/** Looks at a node as it stands in the cache. */
export const checkNodeHealth = (node: Node, lease: Lease | undefined, known: NodeHealth | undefined, nowMs: number): HealthCheck => {
  const ready = readyCondition(node);
  const graceMs = ready === undefined ? STARTUP_GRACE_MS : MONITOR_GRACE_MS;
  const health = renewed(probed(node, ready, known, nowMs), lease, known?.renewTime, nowMs);
  const observed = ready ?? { status: 'Unknown' as const };
  if (nowMs <= health.probeMs + graceMs) return { health, observed, current: ready, update: undefined };
  const update = withUnknown(node, nowMs);
  const current = readyCondition(update);
  return { health, observed, current, update: isSameCondition(current, ready) ? undefined : update };
};

/** What is remembered once the update has been written. */
export const afterUpdate = (health: NodeHealth, written: Node, nowMs: number): NodeHealth =>
  ({ ...health, ready: readyCondition(written), conditions: written.status?.conditions ?? [], readyTransitionMs: nowMs });
