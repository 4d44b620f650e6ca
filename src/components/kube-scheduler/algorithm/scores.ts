/**
 * Scoring the feasible nodes and picking one of the best.
 * Models: pkg/scheduler/schedule_one.go prioritizeNodes, selectHost; pkg/scheduler/framework/runtime/framework.go RunPreScorePlugins, RunScorePlugins
 */
import type { NodeInfo } from '../framework/node-info.ts';
import type { Cycle } from '../framework/plugin.ts';
import type { Profile, Scorer } from '../framework/profile.ts';

const scored = ({ plugin, weight }: Scorer, cycle: Cycle, nodes: readonly NodeInfo[], totals: Float64Array): void => {
  const prepared = plugin.preScore?.(cycle, nodes);
  if (prepared?.kind === 'skip') return;
  const state = prepared?.state;
  const raw: number[] = [];
  for (let i = 0; i < nodes.length; i += 1) raw.push(plugin.score?.(state, cycle, nodes[i] as NodeInfo) ?? 0);
  const scores = plugin.normalize?.(state, raw, nodes) ?? raw;
  for (let i = 0; i < nodes.length; i += 1) totals[i] = (totals[i] as number) + (scores[i] as number) * weight;
};

/** The weighted sum of all plugins' scores, by index of `nodes`. */
export const totalScores = (profile: Profile, cycle: Cycle, nodes: readonly NodeInfo[]): Float64Array => {
  const totals = new Float64Array(nodes.length);
  for (const scorer of profile.score) scored(scorer, cycle, nodes, totals);
  return totals;
};

/** Of the nodes with the highest total, any with equal chance. */
export const selectHost = (cycle: Cycle, nodes: readonly NodeInfo[], totals: Float64Array): NodeInfo => {
  let most = -Infinity;
  let ties: number[] = [];
  for (let i = 0; i < nodes.length; i += 1) {
    const total = totals[i] as number;
    if (total > most) {
      most = total;
      ties = [i];
    } else if (total === most) ties.push(i);
  }
  const chosen = ties.length === 1 ? 0 : cycle.random('select-host', 0) % ties.length;
  return nodes[ties[chosen] as number] as NodeInfo;
};
