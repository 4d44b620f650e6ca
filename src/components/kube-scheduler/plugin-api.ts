/** What the author of a scheduler plugin needs, in one place. */
export { definePlugin, MAX_NODE_SCORE, defaultNormalize, allow, ready, rejected, skip } from './framework/plugin.ts';
export type { Cycle, PermitResult, Plugin, PostFilterResult, PostFilterTools, PreFilterResult, PreScoreResult } from './framework/plugin.ts';
export { newStatus, unresolvable, unschedulable } from './framework/status.ts';
export type { Status, StatusCode } from './framework/status.ts';
export { ACTION } from './framework/cluster-event.ts';
export type { EventRegistration, Hint, HintFunction } from './framework/cluster-event.ts';
export type { NodeInfo } from './framework/node-info.ts';
export type { PodInfo } from './framework/pod-info.ts';
export type { PluginSpec, ProfileSpec } from './framework/profile.ts';
export { forEachNode, nodeAt } from './cache/node-table.ts';
export { nodeByName, numNodes } from './cache/snapshot.ts';
export type { Snapshot } from './cache/snapshot.ts';
