/**
 * DefaultPreemption: finds room for a pod among pods of lower priority. Only decides; the victims are evicted by the scheduler afterwards.
 * Models: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go, pkg/scheduler/framework/preemption/preemption.go Evaluator.Preempt,
 *   DryRunPreemption; SchedulerAsyncPreemption on, as by default in v1.34
 */
import { getPodCondition } from '../../../api/pod-helpers.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import { podKey } from '../framework/pod-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { nodeAt } from '../cache/node-table.ts';
import { nodeByName, numNodes } from '../cache/snapshot.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { codeOf, fitMessage } from '../framework/diagnosis.ts';
import type { Diagnosis } from '../framework/diagnosis.ts';
import type { NodeInfo } from '../framework/node-info.ts';
import { definePlugin } from '../framework/plugin.ts';
import type { Cycle, PostFilterResult, PostFilterTools } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { newStatus, unresolvable, unschedulable } from '../framework/status.ts';
import { pickCandidate, selectVictims } from './victims.ts';
import type { Candidate } from './victims.ts';

const NAME = 'DefaultPreemption';
const says = (text: string): Status => unschedulable(NAME, `preemption: ${text}`);
const never = says('not eligible due to preemptionPolicy=Never.');
const patient = says('not eligible due to a terminating pod on the nominated node.');
const notHelpful = unresolvable('', 'Preemption is not helpful for scheduling');
const busy = unresolvable(NAME, 'waiting for the preemption for this pod to be finished');

const leavingByPreemption = (pod: Pod): boolean => {
  const condition = getPodCondition(pod.status, 'DisruptionTarget');
  return pod.metadata.deletionTimestamp !== undefined && condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
};

const ineligible = (pod: PodInfo, cycle: Cycle, diagnosis: Diagnosis): Status | undefined => {
  if (pod.pod.spec.preemptionPolicy === 'Never') return never;
  const nominated = pod.pod.status?.nominatedNodeName ?? '';
  if (nominated === '' || codeOf(diagnosis, nominated) === 'UnschedulableAndUnresolvable') return undefined;
  const node = nodeByName(cycle.snapshot, nominated);
  return node?.pods.some((other) => other.priority < pod.priority && leavingByPreemption(other.pod)) === true ? patient : undefined;
};

/** At least 10% of the nodes and at least 100 are tried. */
const candidatesWanted = (nodes: number): number => Math.min(Math.max(Math.trunc(nodes / 10), 100), nodes);

const hopeful = (cycle: Cycle, diagnosis: Diagnosis): readonly NodeInfo[] => {
  const found: NodeInfo[] = [];
  for (let i = 0; i < numNodes(cycle.snapshot); i += 1) {
    const node = nodeAt(cycle.snapshot.table, i);
    if (codeOf(diagnosis, node.name) === 'Unschedulable') found.push(node);
  }
  return found;
};

interface DryRun { readonly candidates: readonly Candidate[]; readonly refused: ReadonlyMap<string, Status> }

const dryRun = (pod: PodInfo, cycle: Cycle, nodes: readonly NodeInfo[], tools: PostFilterTools): DryRun => {
  const budgets = cycle.caches.lister<PodDisruptionBudget>('poddisruptionbudgets.policy').list();
  const wanted = candidatesWanted(nodes.length);
  const offset = nodes.length <= 1 ? 0 : cycle.random('preemption-offset', 0) % nodes.length;
  const violating: Candidate[] = [];
  const clean: Candidate[] = [];
  const refused = new Map<string, Status>();
  for (let i = 0; i < nodes.length && (clean.length === 0 || clean.length + violating.length < wanted); i += 1) {
    const node = nodes[(offset + i) % nodes.length] as NodeInfo;
    const result = selectVictims(pod, node, budgets, tools);
    if ('code' in result) refused.set(node.name, result);
    else if (result.victims.length === 0) refused.set(node.name, newStatus('Error', NAME, `expected at least one victim pod on node "${node.name}"`));
    else (result.violations === 0 ? clean : violating).push(result);
  }
  return { candidates: [...clean, ...violating], refused };
};

const preempt = (cycle: Cycle, diagnosis: Diagnosis, tools: PostFilterTools): PostFilterResult => {
  const latest = cycle.caches.lister<Pod>('pods').get(cycle.pod.pod.metadata.namespace ?? '', cycle.pod.pod.metadata.name);
  if (latest === undefined) return { status: newStatus('Error', NAME, `preemption: pod "${podKey(cycle.pod.pod).replace(/^.*\//, '')}" not found`) };
  const pod: PodInfo = { ...cycle.pod, pod: latest };
  const reason = ineligible(pod, cycle, diagnosis);
  if (reason !== undefined) return { status: reason };
  const nodes = hopeful(cycle, diagnosis);
  const { candidates, refused } = nodes.length === 0 ? { candidates: [], refused: new Map<string, Status>() } : dryRun(pod, cycle, nodes, tools);
  const best = pickCandidate(candidates);
  if (best !== undefined) return { status: undefined, nominatedNodeName: best.node, victims: best.victims };
  const message = fitMessage(numNodes(cycle.snapshot), { nodes: refused, absent: notHelpful, preFilterMessage: '', postFilterMessage: '' });
  return { status: says(message), nominatedNodeName: '' };
};

export const defaultPreemption = definePlugin({
  name: NAME,
  // Why always skip: the plugins that refused the pod decide when it is tried again; this registration only lifts the gate.
  events: [{ resource: 'AssignedPod', action: ACTION.delete, hint: () => 'skip' }],
  preEnqueue: (_, { preempting }) => (preempting ? busy : undefined),
  postFilter: preempt,
});
