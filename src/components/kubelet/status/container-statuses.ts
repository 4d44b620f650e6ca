/**
 * Container statuses as the API shows them, from what the runtime says, what was shown before, and why a start has failed.
 * Models: pkg/kubelet/kubelet_pods.go `convertToAPIContainerStatuses`, pkg/kubelet/prober/prober_manager.go `UpdatePodStatus`
 * Not modelled: ephemeral containers, users, stop signals, recursive read-only mounts.
 */
import { formatTime } from '../../../api/time.ts';
import type { Container, ContainerState, ContainerStatus, Pod } from '../../../api/types.ts';
import { compareStrings } from '../../../base/order.ts';
import type { CriContainerStatus } from '../../../protocol/cri.ts';
import { initContainersOf, isSidecar, restarts } from '../pod/containers.ts';
import { latestContainer } from '../pod/runtime-view.ts';
import type { RuntimeView } from '../pod/runtime-view.ts';

export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

/** What the probes say of a container that runs. */
export interface ProbeVerdict {
  readonly started: boolean;
  readonly ready: boolean;
}

export interface StatusSources {
  readonly pod: Pod;
  readonly view: RuntimeView;
  /** The statuses shown last. */
  readonly before: readonly ContainerStatus[];
  /** By container: why its last start failed. */
  readonly reasons: Readonly<Record<string, WaitingReason>>;
  readonly verdict: (containerId: string, container: Container) => ProbeVerdict;
}

type Mutable = { -readonly [Field in keyof ContainerStatus]: ContainerStatus[Field] };

const idText = (id: string): string => `containerd://${id}`;

const stateOf = (status: CriContainerStatus, before: ContainerStatus | undefined): ContainerState => {
  switch (status.state) {
    case 'created': return { waiting: {} };
    case 'running': return { running: { startedAt: formatTime(status.startedMs ?? status.createdMs) } };
    case 'exited': return {
      terminated: {
        exitCode: status.exitCode ?? 0,
        reason: status.reason ?? (before?.state?.terminated?.reason ?? 'Error'),
        startedAt: formatTime(status.startedMs ?? status.createdMs),
        finishedAt: formatTime(status.finishedMs ?? status.createdMs),
        containerID: idText(status.id),
      },
    };
  }
};

const mounts = (container: Container): Partial<ContainerStatus> => (container.volumeMounts === undefined || container.volumeMounts.length === 0 ? {} : {
  volumeMounts: container.volumeMounts.map(({ name, mountPath, readOnly }) =>
    ({ name, mountPath, ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}) })),
});

const resources = ({ resources: asked }: Container): Partial<ContainerStatus> => ({
  resources: asked ?? {},
  ...(asked?.requests === undefined ? {} : { allocatedResources: asked.requests }),
});

/** Of a container that the runtime does not know. */
const absentStatus = (container: Container, pod: Pod, before: ContainerStatus | undefined): Mutable => {
  if (before?.state?.terminated !== undefined) return { ...before };
  const reason = initContainersOf(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const status: Mutable = {
    name: container.name, image: container.image ?? '', imageID: '', ready: false, restartCount: before?.restartCount ?? 0,
    lastState: before?.lastState ?? {}, state: { waiting: { reason } }, ...mounts(container),
  };
  if (before?.state?.running === undefined || before.lastState?.terminated !== undefined) return status;
  const message = 'The container could not be located when the pod was deleted.  The container used to be Running';
  return {
    ...status, lastState: { terminated: { reason: 'ContainerStatusUnknown', message, exitCode: 137 } as NonNullable<ContainerState['terminated']> },
    restartCount: (status.restartCount ?? 0) + (pod.metadata.deletionTimestamp === undefined ? 1 : 0),
  };
};

const knownStatus = (container: Container, latest: CriContainerStatus, view: RuntimeView, before: ContainerStatus | undefined): Mutable => {
  const previous = view.containers.find((c) => c.config.name === container.name && c !== latest);
  return {
    name: container.name, image: latest.config.image, imageID: latest.imageRef, containerID: idText(latest.id), ready: false, restartCount: latest.config.attempt,
    state: stateOf(latest, before), lastState: previous === undefined ? {} : stateOf(previous, undefined), ...mounts(container), ...resources(container),
  };
};

/** Source: `ShouldContainerBeRestarted`. */
export const shouldRestart = (pod: Pod, container: Container, latest: CriContainerStatus | undefined): boolean => {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (latest === undefined || latest.state === 'created') return true;
  if (latest.state === 'running') return false;
  return isSidecar(container) || restarts(pod, latest.exitCode ?? 0);
};

const showReason = (status: Mutable, { reason, message }: WaitingReason): void => {
  if (status.state?.terminated !== undefined) status.lastState = status.state;
  status.state = { waiting: { reason, ...(message === '' ? {} : { message }) } };
};

const applyProbes = (status: Mutable, container: Container, isInit: boolean, latest: CriContainerStatus | undefined, sources: StatusSources): void => {
  const running = status.state?.running !== undefined && latest !== undefined;
  const verdict = running ? sources.verdict(latest.id, container) : { started: false, ready: false };
  status.started = verdict.started;
  if (isInit && !isSidecar(container)) status.ready = status.state?.terminated?.exitCode === 0;
  else status.ready = verdict.started && verdict.ready;
};

const statusOf = (container: Container, isInit: boolean, sources: StatusSources): ContainerStatus => {
  const { pod, view, reasons } = sources;
  const before = sources.before.find(({ name }) => name === container.name);
  const latest = latestContainer(view, container.name);
  const status = latest === undefined ? absentStatus(container, pod, before) : knownStatus(container, latest, view, before);
  const reason = Object.hasOwn(reasons, container.name) ? reasons[container.name] : undefined;
  const isDone = isInit && latest?.state === 'exited' && latest.exitCode === 0;
  if (reason !== undefined && !isDone && shouldRestart(pod, container, latest)) showReason(status, reason);
  applyProbes(status, container, isInit, latest, sources);
  return status;
};

/** In the order of the spec. */
export const initContainerStatuses = (sources: StatusSources): readonly ContainerStatus[] =>
  initContainersOf(sources.pod).map((container) => statusOf(container, true, sources));

/** In the order of their names. */
export const regularContainerStatuses = (sources: StatusSources): readonly ContainerStatus[] =>
  sources.pod.spec.containers.map((container) => statusOf(container, false, sources)).sort((a, b) => compareStrings(a.name, b.name));
