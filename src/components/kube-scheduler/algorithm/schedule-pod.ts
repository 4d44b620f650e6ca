/**
 * One pod, one snapshot: which node, or why none.
 * Models: pkg/scheduler/schedule_one.go schedulePod, findNodesThatFitPod, findNodesThatPassFilters, evaluateNominatedNode, numFeasibleNodesToFind
 * Not modelled: extenders, opportunistic batching. Upstream checks 16 nodes at a time and may look at a few more than it needs.
 */
import { nodeAt } from '../cache/node-table.ts';
import { nodeByName, numNodes } from '../cache/snapshot.ts';
import { absentByDefault, rejectors } from '../framework/diagnosis.ts';
import type { Diagnosis } from '../framework/diagnosis.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { Cycle, FilterStates } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import type { Status } from '../framework/status.ts';
import { isRejected, statusMessage, unresolvable } from '../framework/status.ts';
import type { Nominator } from '../queue/nominator.ts';
import { filterNode, preFilter } from './filters.ts';
import type { PreFiltered } from './filters.ts';
import { selectHost, totalScores } from './scores.ts';

export type Placement =
  | { readonly kind: 'placed'; readonly node: NodeInfo; readonly evaluated: number; readonly feasible: number; readonly nextStart: number }
  | { readonly kind: 'unfit'; readonly diagnosis: Diagnosis; readonly states: FilterStates; readonly nextStart: number }
  | { readonly kind: 'no-nodes' }
  | { readonly kind: 'error'; readonly message: string; readonly nextStart: number };

const LEAST_NODES = 100;
const LEAST_PERCENTAGE = 5;

/** How many feasible nodes are enough. */
const feasibleNodesToFind = (percentageOfNodesToScore: number, allNodes: number): number => {
  if (allNodes < LEAST_NODES) return allNodes;
  const adaptive = Math.max(50 - Math.trunc(allNodes / 125), LEAST_PERCENTAGE);
  const percentage = percentageOfNodesToScore === 0 ? adaptive : percentageOfNodesToScore;
  return Math.max(Math.trunc((allNodes * percentage) / 100), LEAST_NODES);
};

interface Found {
  readonly feasible: readonly NodeInfo[];
  readonly refused: ReadonlyMap<string, Status>;
  readonly error: Status | undefined;
}
type At = (i: number) => NodeInfo;

const passing = (profile: Profile, nominator: Nominator, states: FilterStates, cycle: Cycle, count: number, at: At, start: number): Found => {
  const enough = profile.score.length === 0 ? 1 : feasibleNodesToFind(profile.percentageOfNodesToScore, count);
  const feasible: NodeInfo[] = [];
  const refused = new Map<string, Status>();
  for (let i = 0; i < count && feasible.length < enough; i += 1) {
    const node = at((start + i) % count);
    const status = filterNode(profile, nominator, states, cycle, node);
    if (status === undefined) feasible.push(node);
    else if (isRejected(status)) refused.set(node.name, status);
    else return { feasible, refused, error: status };
  }
  return { feasible, refused, error: undefined };
};

/** What is known before any node is looked at: a PreFilter plugin said no to all of them. */
const refusedByAll = (prepared: PreFiltered, status: Status): Diagnosis => {
  const { unschedulable, pending } = rejectors([status], prepared.narrowedBy);
  return { nodes: new Map(), absent: status, preFilterMessage: statusMessage(status), postFilterMessage: '', unschedulablePlugins: unschedulable, pendingPlugins: pending };
};

const diagnose = (prepared: PreFiltered, refused: ReadonlyMap<string, Status>): Diagnosis => {
  const { unschedulable, pending } = rejectors(refused.values(), prepared.narrowedBy);
  const absent = prepared.nodes === undefined ? absentByDefault : unresolvable('', `node(s) didn't satisfy plugin(s) [${prepared.narrowedBy.join(' ')}]`);
  return { nodes: refused, absent, preFilterMessage: '', postFilterMessage: '', unschedulablePlugins: unschedulable, pendingPlugins: pending };
};

const placed = (profile: Profile, cycle: Cycle, { feasible, refused }: Found, nextStart: number): Placement => {
  const node = feasible.length === 1 ? feasible[0] as NodeInfo : selectHost(cycle, feasible, totalScores(profile, cycle, feasible));
  return { kind: 'placed', node, evaluated: feasible.length + refused.size, feasible: feasible.length, nextStart };
};

export const schedulePod = (profile: Profile, nominator: Nominator, cycle: Cycle, start: number): Placement => {
  const { snapshot } = cycle;
  const all = numNodes(snapshot);
  if (all === 0) return { kind: 'no-nodes' };
  const prepared = preFilter(profile, cycle);
  if (prepared.status !== undefined) {
    return isRejected(prepared.status)
      ? { kind: 'unfit', diagnosis: refusedByAll(prepared, prepared.status), states: prepared.states, nextStart: start }
      : { kind: 'error', message: statusMessage(prepared.status), nextStart: start };
  }
  const nominated = nodeByName(snapshot, cycle.pod.pod.status?.nominatedNodeName ?? '');
  if (nominated !== undefined) {
    const found = passing(profile, nominator, prepared.states, cycle, 1, () => nominated, 0);
    if (found.feasible.length > 0) return placed(profile, cycle, found, start);
  }
  const listed = prepared.nodes?.flatMap((name) => nodeByName(snapshot, name) ?? []);
  const at: At = listed === undefined ? (i) => nodeAt(snapshot.table, i) : (i) => listed[i] as NodeInfo;
  const found = passing(profile, nominator, prepared.states, cycle, listed?.length ?? all, at, start);
  const nextStart = (start + found.feasible.length + found.refused.size) % all;
  if (found.error !== undefined) return { kind: 'error', message: statusMessage(found.error), nextStart };
  if (found.feasible.length > 0) return placed(profile, cycle, found, nextStart);
  return { kind: 'unfit', diagnosis: diagnose(prepared, found.refused), states: prepared.states, nextStart };
};
