/**
 * The phase of a pod, from the states of its containers.
 * Models: pkg/kubelet/kubelet_pods.go `getPhase`
 * Not modelled: restart rules of containers (ContainerRestartRules is off in v1.34), static pods.
 */
import type { Container, ContainerStatus, Pod } from '../../../api/types.ts';
import { initContainersOf, isSidecar } from '../pod/containers.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

interface Counts {
  pendingInit: number;
  failedInit: number;
  pendingSidecars: number;
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  succeeded: number;
}

const countInit = (counts: Counts, status: ContainerStatus | undefined): void => {
  if (status?.state?.running !== undefined) counts.pendingInit += 1;
  else if (status?.state?.terminated !== undefined) counts.failedInit += status.state.terminated.exitCode === 0 ? 0 : 1;
  else if (status?.state?.waiting !== undefined && status.lastState?.terminated !== undefined) counts.failedInit += status.lastState.terminated.exitCode === 0 ? 0 : 1;
  else counts.pendingInit += 1;
};

const countSidecar = (counts: Counts, status: ContainerStatus | undefined): void => {
  if (status === undefined) counts.unknown += 1;
  else if (status.state?.running !== undefined) {
    counts.pendingSidecars += status.started === true ? 0 : 1;
    counts.running += 1;
  } else if (status.state?.terminated === undefined && status.lastState?.terminated === undefined) {
    counts.pendingSidecars += 1;
    counts.waiting += 1;
  }
};

const countRegular = (counts: Counts, status: ContainerStatus | undefined): void => {
  if (status === undefined) counts.unknown += 1;
  else if (status.state?.running !== undefined) counts.running += 1;
  else if (status.state?.terminated !== undefined) {
    counts.stopped += 1;
    counts.succeeded += status.state.terminated.exitCode === 0 ? 1 : 0;
  } else if (status.lastState?.terminated !== undefined) counts.stopped += 1;
  else counts.waiting += 1;
};

const count = (pod: Pod, find: (container: Container) => ContainerStatus | undefined): Counts => {
  const counts: Counts = { pendingInit: 0, failedInit: 0, pendingSidecars: 0, unknown: 0, running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const container of initContainersOf(pod)) (isSidecar(container) ? countSidecar : countInit)(counts, find(container));
  for (const container of pod.spec.containers) countRegular(counts, find(container));
  return counts;
};

const ended = (counts: Counts): PodPhase => (counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed');

/** `isTerminal`: nothing will be restarted any more. `hasInitialized`: some regular container has started in the present sandbox. */
export const phaseOf = (pod: Pod, statuses: readonly ContainerStatus[], isTerminal: boolean, hasInitialized: boolean): PodPhase => {
  const counts = count(pod, (container) => statuses.find(({ name }) => name === container.name));
  if (counts.failedInit > 0 && pod.spec.restartPolicy === 'Never') return 'Failed';
  if (counts.pendingInit > 0 || (counts.pendingSidecars > 0 && !hasInitialized) || counts.waiting > 0) return 'Pending';
  if (counts.running > 0 && counts.unknown === 0) return 'Running';
  if (counts.running > 0 || counts.stopped === 0 || counts.unknown > 0) return 'Pending';
  if (isTerminal) return ended(counts);
  if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return 'Running';
  if (counts.stopped === counts.succeeded) return 'Succeeded';
  return pod.spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
};
