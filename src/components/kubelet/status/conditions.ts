/**
 * The pod conditions that the kubelet owns.
 * Models: pkg/kubelet/status/generate.go, pkg/kubelet/types/pod_status.go `PodConditionByKubelet`
 */
import { findCondition } from '../../../api/conditions.ts';
import type { Mutable } from '../../../base/mutable.ts';
import type { ContainerStatus, Pod, PodCondition } from '../../../api/types.ts';
import { goSlice, quoted } from '../go-text.ts';
import { initContainersOf, isSidecar } from '../pod/containers.ts';
import type { PodPhase } from './phase.ts';

const OWNED: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized', 'ContainersReady', 'PodReadyToStartContainers', 'PodResizePending', 'PodResizeInProgress']);

export const isOwnedCondition = (type: string): boolean => OWNED.has(type);

type Draft = Omit<PodCondition, 'lastTransitionTime'>;

const condition = (pod: Pod, type: string, status: 'True' | 'False', reason = '', message = ''): Draft => {
  const draft: Mutable<Draft> = { type, status };
  if (pod.metadata.generation !== undefined) draft.observedGeneration = pod.metadata.generation;
  if (reason !== '') draft.reason = reason;
  if (message !== '') draft.message = message;
  return draft;
};

const namesWithout = (names: readonly string[], statuses: readonly ContainerStatus[]): readonly string[] =>
  names.filter((name) => !statuses.some((status) => status.name === name));

const listing = (unknown: readonly string[], what: string, named: readonly string[]): string => [
  ...(unknown.length === 0 ? [] : [`containers with unknown status: ${goSlice(unknown)}`]),
  ...(named.length === 0 ? [] : [`containers with ${what} status: ${goSlice(named)}`]),
].join(', ');

const containersReady = (pod: Pod, type: string, statuses: readonly ContainerStatus[], phase: PodPhase): Draft => {
  const watched = [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers].map(({ name }) => name);
  const unknown = namesWithout(watched, statuses);
  if (phase === 'Succeeded' && unknown.length === 0) return condition(pod, type, 'False', 'PodCompleted');
  if (phase === 'Failed') return condition(pod, type, 'False', 'PodFailed');
  const unready = watched.filter((name) => statuses.some((status) => status.name === name && status.ready !== true));
  const message = listing(unknown, 'unready', unready);
  return message === '' ? condition(pod, type, 'True') : condition(pod, type, 'False', 'ContainersNotReady', message);
};

const gateProblems = (pod: Pod, conditions: readonly Draft[]): readonly string[] => (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
  const found = findCondition(conditions, conditionType);
  if (found === undefined) return [`corresponding condition of pod readiness gate ${quoted(conditionType)} does not exist.`];
  return found.status === 'True' ? [] : [`the status of pod readiness gate ${quoted(conditionType)} is not "True", but ${found.status}`];
});

const ready = (pod: Pod, statuses: readonly ContainerStatus[], phase: PodPhase, conditions: readonly Draft[]): Draft => {
  const containers = containersReady(pod, 'Ready', statuses, phase);
  if (containers.status !== 'True') return containers;
  const problems = gateProblems(pod, conditions);
  return problems.length === 0 ? containers : condition(pod, 'Ready', 'False', 'ReadinessGatesNotReady', problems.join(', '));
};

const hasStarted = ({ state, lastState }: ContainerStatus): boolean =>
  state?.running !== undefined || state?.terminated !== undefined || lastState?.running !== undefined || lastState?.terminated !== undefined;

const initialized = (pod: Pod, statuses: readonly ContainerStatus[], phase: PodPhase): Draft => {
  const inits = initContainersOf(pod);
  const unknown = namesWithout(inits.map(({ name }) => name), statuses);
  if (phase === 'Succeeded' && unknown.length === 0) return condition(pod, 'Initialized', 'True', 'PodCompleted');
  if (statuses.some((status) => hasStarted(status) && pod.spec.containers.some(({ name }) => name === status.name))) return condition(pod, 'Initialized', 'True');
  const incomplete = inits.filter((container) => {
    const status = statuses.find(({ name }) => name === container.name);
    return status !== undefined && (isSidecar(container) ? status.started !== true : status.ready !== true);
  }).map(({ name }) => name);
  const message = listing(unknown, 'incomplete', incomplete);
  return message === '' ? condition(pod, 'Initialized', 'True') : condition(pod, 'Initialized', 'False', 'ContainersNotInitialized', message);
};

/** In upstream's order: those of others as the API has them, then the kubelet's own. Transition times are the status manager's business. */
export const conditionsOf = (pod: Pod, statuses: readonly ContainerStatus[], phase: PodPhase, hasSandbox: boolean): readonly Draft[] => {
  const others: readonly Draft[] = (pod.status?.conditions ?? []).filter(({ type }) => !isOwnedCondition(type));
  const withSandbox = [...others, condition(pod, 'PodReadyToStartContainers', hasSandbox ? 'True' : 'False'), initialized(pod, statuses, phase)];
  return [...withSandbox, ready(pod, statuses, phase, withSandbox), containersReady(pod, 'ContainersReady', statuses, phase), condition(pod, 'PodScheduled', 'True')];
};

/** What a terminal phase makes of a pod's readiness. */
export const unreadyBecause = (phase: 'Succeeded' | 'Failed'): string => (phase === 'Failed' ? 'PodFailed' : 'PodCompleted');
