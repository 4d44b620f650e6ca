/** Why pods are pending, in the scheduler's own words: for observers, who read it from the scheduler's state. */
import type { PodPhase } from './machine.ts';
import type { SchedulerState } from './state.ts';

export interface PendingPod {
  readonly namespace: string;
  readonly name: string;
  readonly phase: PodPhase;
  /** The last refusal, or what gates it; '' when it has not been tried yet. */
  readonly message: string;
  readonly attempts: number;
}

/** What kube-apiserver writes into the condition of a pod with scheduling gates. */
const GATE_MESSAGES: ReadonlyMap<string, string> = new Map([['SchedulingGates', 'Scheduling is blocked due to non-empty scheduling gates']]);

/** Every pod that the scheduler has not bound yet, sorted by uid. */
export const pendingPods = (state: SchedulerState): readonly PendingPod[] => state.queue.pods.values().map(({ info, phase, message, attempts, gatedBy }) => ({
  namespace: info.pod.metadata.namespace ?? '', name: info.pod.metadata.name, phase, attempts,
  message: phase === 'gated' && message === '' ? GATE_MESSAGES.get(gatedBy) ?? `gated by ${gatedBy}` : message,
}));

/** The last refusal of one pod; undefined when the scheduler is not concerned with it, '' when it has not failed. */
export const whyPending = (state: SchedulerState, namespace: string, name: string): string | undefined =>
  pendingPods(state).find((pod) => pod.namespace === namespace && pod.name === name)?.message;
