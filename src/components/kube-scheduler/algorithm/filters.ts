/**
 * Running the PreFilter and Filter plugins of a profile.
 * Models: pkg/scheduler/framework/runtime/framework.go RunPreFilterPlugins, RunFilterPlugins, RunFilterPluginsWithNominatedPods
 */
import { compareStrings } from '../../../base/order.ts';
import { addPod } from '../framework/node-info.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { skipped } from '../framework/plugin.ts';
import type { Cycle, FilterStates, Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import type { Profile } from '../framework/profile.ts';
import type { Status } from '../framework/status.ts';
import { unresolvable } from '../framework/status.ts';
import type { Nominator } from '../queue/nominator.ts';
import { nominatedOn } from '../queue/nominator.ts';

export interface PreFiltered {
  /** undefined: all passed. */
  readonly status: Status | undefined;
  readonly states: FilterStates;
  /** Only these nodes may be tried; undefined: all. */
  readonly nodes: readonly string[] | undefined;
  /** The plugins that narrowed the nodes, sorted. */
  readonly narrowedBy: readonly string[];
}

const noneLeft = (plugins: readonly string[]): Status => unresolvable('', plugins.length === 1
  ? `node(s) didn't satisfy plugin ${plugins[0]}`
  : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`);

/** The states line up with `profile.filter`. */
export const preFilter = (profile: Profile, cycle: Cycle): PreFiltered => {
  const byPlugin = new Map<Plugin, unknown>();
  let nodes: readonly string[] | undefined;
  let narrowedBy: readonly string[] = [];
  const answer = (status: Status | undefined): PreFiltered =>
    ({ status, nodes, narrowedBy, states: profile.filter.map((plugin) => byPlugin.get(plugin)) });
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter?.(cycle);
    if (result === undefined || result.kind === 'skip') byPlugin.set(plugin, skipped);
    else if (result.kind === 'rejected') return answer(result.status);
    else {
      byPlugin.set(plugin, result.state);
      if (result.nodes === undefined) continue;
      const listed: readonly string[] = result.nodes;
      nodes = nodes === undefined ? listed : nodes.filter((name) => listed.includes(name));
      narrowedBy = [...narrowedBy, plugin.name].sort(compareStrings);
      if (nodes.length === 0) return answer(noneLeft(narrowedBy));
    }
  }
  return answer(undefined);
};

const runFilters = (filters: readonly Plugin[], states: FilterStates, cycle: Cycle, node: NodeInfo): Status | undefined => {
  for (let i = 0; i < filters.length; i += 1) {
    const state = states[i];
    if (state === skipped) continue;
    const status = (filters[i] as Plugin).filter?.(state, cycle, node);
    if (status !== undefined) return status;
  }
  return undefined;
};

export const shiftStates = (filters: readonly Plugin[], states: FilterStates, cycle: Cycle, pod: PodInfo, node: NodeInfo, by: 'add' | 'remove'): FilterStates =>
  states.map((state, i) => {
    if (state === skipped) return state;
    const plugin = filters[i] as Plugin;
    return (by === 'add' ? plugin.addPod?.(state, cycle, pod, node) : plugin.removePod?.(state, cycle, pod, node)) ?? state;
  });

/**
 * With the node's nominated pods of the same or a higher priority as if they ran there, and then without them: a pod must fit both ways, for they may
 * not come (affinity to them would be void) or may come (their room is taken).
 */
export const filterNode = (profile: Profile, nominator: Nominator, states: FilterStates, cycle: Cycle, node: NodeInfo): Status | undefined => {
  const status = nominator.byNode.size === 0 ? undefined : filterWithNominated(profile, nominator, states, cycle, node);
  return status ?? runFilters(profile.filter, states, cycle, node);
};

const filterWithNominated = (profile: Profile, nominator: Nominator, states: FilterStates, cycle: Cycle, node: NodeInfo): Status | undefined => {
  const nominated = nominatedOn(nominator, node.name).filter((pod) => pod.priority >= cycle.pod.priority && pod.uid !== cycle.pod.uid);
  if (nominated.length === 0) return undefined;
  let withStates = states;
  let withPods = node;
  for (const pod of nominated) {
    withPods = addPod(withPods, pod);
    withStates = shiftStates(profile.filter, withStates, cycle, pod, withPods, 'add');
  }
  return runFilters(profile.filter, withStates, cycle, withPods);
};
