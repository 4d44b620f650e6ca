/**
 * Why a pod could not be placed, and the sentence that says so.
 * Models: pkg/scheduler/framework/types.go Diagnosis, NodeToStatus, FitError.Error
 */
import { compareStrings } from '../../../base/order.ts';
import type { Status, StatusCode } from './status.ts';
import { unresolvable } from './status.ts';

export interface Diagnosis {
  /** By node, for those that a filter refused. */
  readonly nodes: ReadonlyMap<string, Status>;
  /** What holds for every node that `nodes` does not name. */
  readonly absent: Status;
  /** The refusal of a PreFilter plugin; '' when all passed. */
  readonly preFilterMessage: string;
  readonly postFilterMessage: string;
  readonly unschedulablePlugins: readonly string[];
  readonly pendingPlugins: readonly string[];
}

/** Nodes that were never looked at: preemption does not try them. */
export const absentByDefault: Status = unresolvable('');

const statusOf = (diagnosis: Pick<Diagnosis, 'nodes' | 'absent'>, node: string): Status => diagnosis.nodes.get(node) ?? diagnosis.absent;
export const codeOf = (diagnosis: Pick<Diagnosis, 'nodes' | 'absent'>, node: string): StatusCode => statusOf(diagnosis, node).code;

const reasonCounts = (nodes: ReadonlyMap<string, Status>, absent: Status, numNodes: number): readonly string[] => {
  const counts = new Map<string, number>();
  const count = (reasons: readonly string[], n: number): void => reasons.forEach((reason) => counts.set(reason, (counts.get(reason) ?? 0) + n));
  for (const status of nodes.values()) count(status.reasons, 1);
  if (nodes.size < numNodes) count(absent.reasons, numNodes - nodes.size);
  return [...counts].map(([reason, n]) => `${n} ${reason}`).sort(compareStrings);
};

/** The sentence of `FailedScheduling`. */
export const fitMessage = (numNodes: number, diagnosis: Omit<Diagnosis, 'unschedulablePlugins' | 'pendingPlugins'>): string => {
  let message = `0/${numNodes} nodes are available:`;
  if (diagnosis.preFilterMessage !== '') message += ` ${diagnosis.preFilterMessage}.`;
  else {
    const reasons = reasonCounts(diagnosis.nodes, diagnosis.absent, numNodes);
    if (reasons.length > 0) message += ` ${reasons.join(', ')}.`;
  }
  return diagnosis.postFilterMessage === '' ? message : `${message} ${diagnosis.postFilterMessage}`;
};

/** The plugins that refused, sorted, split by whether they said Pending. */
export const rejectors = (statuses: Iterable<Status>, before: readonly string[] = []): { readonly unschedulable: readonly string[]; readonly pending: readonly string[] } => {
  const unschedulable = new Set<string>(before);
  const pending = new Set<string>();
  for (const status of statuses) {
    if (status.plugin === '') continue;
    if (status.code === 'Pending') pending.add(status.plugin);
    else unschedulable.add(status.plugin);
  }
  return { unschedulable: [...unschedulable].sort(compareStrings), pending: [...pending].sort(compareStrings) };
};
