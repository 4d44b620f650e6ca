/**
 * How fast nodes may be tainted NoExecute, zone by zone: the more of a zone is down, the likelier it is the zone and not its nodes.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go ComputeZoneState, handleDisruption, setLimiterInZone, ReducedQPSFunc;
 *   pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go
 */
import { compareStrings, sortedKeys } from '../../../base/order.ts';
import type { Node, NodeCondition } from '../../../api/types.ts';

/** --node-eviction-rate, --secondary-node-eviction-rate, --large-cluster-size-threshold, --unhealthy-zone-threshold. */
const EVICTION_QPS = 0.1;
const SECONDARY_QPS = 0.01;
const LARGE_CLUSTER = 50;
const UNHEALTHY_ZONE = 0.55;
/** Why: tenths of a token do not add up to one exactly. */
const ROUNDING = 1e-9;

export type ZoneState = 'Initial' | 'Normal' | 'FullDisruption' | 'PartialDisruption';

/** A token bucket of burst 1. */
export interface Zone {
  readonly state: ZoneState;
  readonly qps: number;
  readonly tokens: number;
  readonly atMs: number;
}

export type Zones = Readonly<Record<string, Zone>>;

/** Region and zone, apart as upstream keeps them apart; '' for a node without either. */
export const zoneKey = (node: Node): string => {
  const labels = node.metadata.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
};

export const newZone = (nowMs: number): Zone => ({ state: 'Initial', qps: EVICTION_QPS, tokens: 1, atMs: nowMs });

const stateOf = (conditions: readonly (NodeCondition | undefined)[]): ZoneState => {
  const ready = conditions.filter((condition) => condition?.status === 'True').length;
  const notReady = conditions.length - ready;
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY_ZONE ? 'PartialDisruption' : 'Normal';
};

const qpsOf = (state: ZoneState, size: number): number => {
  switch (state) {
    case 'PartialDisruption': return size > LARGE_CLUSTER ? SECONDARY_QPS : 0;
    case 'Initial':
    case 'Normal':
    case 'FullDisruption': return EVICTION_QPS;
    default: return state satisfies never;
  }
};

const refilled = (zone: Zone, nowMs: number): Zone => ({ ...zone, tokens: Math.min(1, zone.tokens + ((nowMs - zone.atMs) / 1000) * zone.qps), atMs: nowMs });

/** Another rate begins with a token only where one was left. */
const withRate = (zone: Zone, state: ZoneState, qps: number, nowMs: number): Zone => {
  if (zone.qps === qps) return zone.state === state ? zone : { ...zone, state };
  return { state, qps, tokens: zone.qps > 0 && refilled(zone, nowMs).tokens > 1 - ROUNDING ? 1 : 0, atMs: nowMs };
};

export type Conditions = ReadonlyMap<string, readonly (NodeCondition | undefined)[]>;

export interface ZonesJudged {
  readonly zones: Zones;
  /**
   * `all-down`: every zone has gone down just now, so it must be this controller that is cut off: taints go, nobody is evicted.
   * `back`: some zone is up again after that: heartbeats count from now.
   */
  readonly turn: 'none' | 'all-down' | 'back';
}

const rated = (zones: Zones, judged: readonly { readonly key: string; readonly state: ZoneState; readonly size: number }[], mode: 'as-changed' | 'stop' | 'reset', nowMs: number): Zones => {
  const next = judged.map(({ key, state, size }): readonly [string, Zone] => {
    const zone = zones[key] ?? newZone(nowMs);
    if (mode === 'as-changed' && zone.state === state) return [key, zone];
    return [key, withRate(zone, state, mode === 'stop' ? 0 : qpsOf(state, size), nowMs)];
  });
  if (next.length === sortedKeys(zones).length && next.every(([key, zone]) => zones[key] === zone)) return zones;
  return Object.fromEntries([...next].sort(([a], [b]) => compareStrings(a, b)));
};

/** The zones after a look at every node. */
export const judgeZones = (zones: Zones, byZone: Conditions, nowMs: number): ZonesJudged => {
  const judged = [...byZone].map(([key, conditions]) => ({ key, size: conditions.length, state: stateOf(conditions) }));
  const isAllDown = judged.every(({ state }) => state === 'FullDisruption');
  const wasAllDown = judged.every(({ key }) => zones[key]?.state === 'FullDisruption');
  if (isAllDown && wasAllDown) return { zones: judged.length === 0 ? {} : zones, turn: 'none' };
  if (isAllDown) return { zones: rated(zones, judged, 'stop', nowMs), turn: 'all-down' };
  return wasAllDown ? { zones: rated(zones, judged, 'reset', nowMs), turn: 'back' } : { zones: rated(zones, judged, 'as-changed', nowMs), turn: 'none' };
};

/** Takes a token, or says how long to wait for one; undefined: as long as the zone stays as it is. */
export const takeToken = (zone: Zone, nowMs: number): { readonly zone: Zone } | { readonly waitMs: number | undefined } => {
  if (zone.qps === 0) return { waitMs: undefined };
  const now = refilled(zone, nowMs);
  if (now.tokens > 1 - ROUNDING) return { zone: { ...now, tokens: Math.max(0, now.tokens - 1) } };
  return { waitMs: Math.ceil(((1 - now.tokens - ROUNDING) / now.qps) * 1000) };
};
