/**
 * Whom to evict from a node to make room, and which node to take.
 * Models: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go SelectVictimsOnNode, filterPodsWithPDBViolation;
 *   pkg/scheduler/framework/preemption/preemption.go pickOneNodeForPreemption; pkg/scheduler/util/utils.go MoreImportantPod
 */
import { compareNumbers } from '../../../base/order.ts';
import { isEmptySelector, matchesSelector } from '../../../api/label-selector.ts';
import { selectorOrNothing } from '../../../api/selector-cache.ts';
import { parseTime } from '../../../api/time.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import { removePod, addPod } from '../framework/node-info.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import type { FilterStates, PostFilterTools } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import type { Status } from '../framework/status.ts';
import { unresolvable } from '../framework/status.ts';

export interface Candidate {
  readonly node: string;
  /** Most important first. */
  readonly victims: readonly PodInfo[];
  readonly violations: number;
}

const noVictims = unresolvable('', 'No preemption victims found for incoming pod');

/** A pod that has not started counts as starting now, after all others. */
const startMs = (pod: Pod): number => (pod.status?.startTime === undefined ? Infinity : parseTime(pod.status.startTime) ?? Infinity);
const byImportance = (a: PodInfo, b: PodInfo): number => compareNumbers(b.priority, a.priority) || compareNumbers(startMs(a.pod), startMs(b.pod));

interface Split { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] }

const guards = (budget: PodDisruptionBudget, pod: Pod): boolean => {
  if (budget.metadata.namespace !== pod.metadata.namespace) return false;
  const selector = selectorOrNothing(budget.spec.selector);
  if (isEmptySelector(selector) || !matchesSelector(selector, pod.metadata.labels)) return false;
  return !Object.hasOwn(budget.status?.disruptedPods ?? {}, pod.metadata.name);
};

const splitByBudget = (pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): Split => {
  const left = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) {
    let violated = false;
    budgets.forEach((budget, i) => {
      if (Object.keys(pod.pod.metadata.labels ?? {}).length === 0 || !guards(budget, pod.pod)) return;
      left[i] = (left[i] ?? 0) - 1;
      if ((left[i] ?? 0) < 0) violated = true;
    });
    (violated ? violating : others).push(pod);
  }
  return { violating, others };
};

/** The fewest, least important pods whose going lets the pod in; or why there are none. */
export const selectVictims = (pod: PodInfo, node: NodeInfo, budgets: readonly PodDisruptionBudget[], tools: PostFilterTools): Candidate | Status => {
  const lower = node.pods.filter((other) => other.priority < pod.priority);
  if (lower.length === 0) return noVictims;
  let states: FilterStates = tools.states;
  let now = node;
  for (const victim of lower) {
    now = removePod(now, victim.uid);
    states = tools.removePod(states, victim, now);
  }
  const status = tools.passesFilters(states, now);
  if (status !== undefined) return status;
  const victims: PodInfo[] = [];
  const reprieve = (other: PodInfo): boolean => {
    const withPod = addPod(now, other);
    const withStates = tools.addPod(states, other, withPod);
    if (tools.passesFilters(withStates, withPod) === undefined) {
      now = withPod;
      states = withStates;
      return true;
    }
    victims.push(other);
    return false;
  };
  const { violating, others } = splitByBudget([...lower].sort(byImportance), budgets);
  const violations = violating.filter((other) => !reprieve(other)).length;
  others.forEach(reprieve);
  return { node: node.name, victims: [...victims].sort(byImportance), violations };
};

/** The earliest start among the most important victims. Source: `GetEarliestPodStartTime`. */
const earliestStart = (victims: readonly PodInfo[]): number =>
  victims.filter((victim) => victim.priority === victims[0]?.priority).reduce((least, victim) => Math.min(least, startMs(victim.pod)), Infinity);

/** Each is asked of the candidates that the one before left tied; the least wins. */
const CRITERIA: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]?.priority ?? 0,
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
  ({ victims }) => victims.length,
  ({ victims }) => -earliestStart(victims),
];

/** Of those still tied at the end, the first. */
export const pickCandidate = (candidates: readonly Candidate[]): Candidate | undefined => {
  let left = candidates;
  for (const criterion of CRITERIA) {
    if (left.length <= 1) break;
    const least = left.reduce((so, candidate) => Math.min(so, criterion(candidate)), Infinity);
    left = left.filter((candidate) => criterion(candidate) === least);
  }
  return left[0];
};
