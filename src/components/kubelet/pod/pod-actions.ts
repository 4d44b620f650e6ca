/**
 * What has to be done in the runtime to bring a pod to where it should be.
 * Models: pkg/kubelet/kuberuntime/kuberuntime_manager.go `computePodActions`, kuberuntime_container.go `computeInitContainerActions`,
 *   kuberuntime/util/util.go `PodSandboxChanged`
 * Not modelled: in-place resize, ephemeral containers, changed users or sysctls.
 */
import type { Container, Pod } from '../../../api/types.ts';
import type { CriContainerStatus } from '../../../protocol/cri.ts';
import { shouldRestart } from '../status/container-statuses.ts';
import { initContainersOf, isSidecar, restarts } from './containers.ts';
import { latestContainer } from './runtime-view.ts';
import type { RuntimeView } from './runtime-view.ts';

export type ProbeFailure = 'liveness' | 'startup';

export interface ContainerToKill {
  readonly containerId: string;
  readonly name: string;
  /** '' means the usual words. */
  readonly message: string;
  readonly because?: ProbeFailure;
}

export interface PodActions {
  /** Kill whatever runs, and the sandbox. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  readonly attempt: number;
  readonly containersToKill: readonly ContainerToKill[];
  /** In order. */
  readonly containersToStart: readonly string[];
}

export interface Verdicts {
  /** Which probe, if any, has condemned this container. */
  readonly failure: (containerId: string) => ProbeFailure | undefined;
  readonly isStarted: (containerId: string, container: Container) => boolean;
}

interface Draft {
  readonly kill: ContainerToKill[];
  readonly start: string[];
  keep: number;
}

/** Why a container that runs must go, or undefined. */
const condemned = (container: Container, status: CriContainerStatus, verdicts: Verdicts): Omit<ContainerToKill, 'containerId' | 'name'> | undefined => {
  if (status.config.image !== container.image) return { message: `Container ${container.name} definition changed` };
  const because = verdicts.failure(status.id);
  return because === undefined ? undefined : { message: `Container ${container.name} failed ${because} probe`, because };
};

const considerRunning = (draft: Draft, pod: Pod, container: Container, status: CriContainerStatus, verdicts: Verdicts): void => {
  const found = condemned(container, status, verdicts);
  if (found === undefined) {
    draft.keep += 1;
    return;
  }
  const restart = found.because === undefined || isSidecar(container) || pod.spec.restartPolicy !== 'Never';
  draft.kill.push({ containerId: status.id, name: container.name, ...found, message: restart ? `${found.message}, will be restarted` : found.message });
  if (restart) draft.start.push(container.name);
};

type InitOutcome = 'initialized' | 'in-progress' | 'failed';

const considerInit = (draft: Draft, pod: Pod, container: Container, view: RuntimeView, verdicts: Verdicts): 'go-on' | 'wait' | 'failed' => {
  const status = latestContainer(view, container.name);
  if (status?.state === 'running') {
    considerRunning(draft, pod, container, status, verdicts);
    return isSidecar(container) && verdicts.isStarted(status.id, container) ? 'go-on' : 'wait';
  }
  if (status?.state === 'exited' && !isSidecar(container)) {
    if (status.exitCode === 0) return 'go-on';
    if (!restarts(pod, status.exitCode ?? 1)) return 'failed';
  }
  draft.start.push(container.name);
  return 'wait';
};

const initialize = (draft: Draft, pod: Pod, view: RuntimeView, verdicts: Verdicts): InitOutcome => {
  for (const container of initContainersOf(pod)) {
    const outcome = considerInit(draft, pod, container, view, verdicts);
    if (outcome !== 'go-on') return outcome === 'failed' ? 'failed' : 'in-progress';
  }
  return 'initialized';
};

/** Once a regular container was created only sidecars matter among the init containers. */
const keepSidecars = (draft: Draft, pod: Pod, view: RuntimeView, verdicts: Verdicts): void => {
  for (const container of initContainersOf(pod).filter(isSidecar)) {
    const status = latestContainer(view, container.name);
    if (status?.state === 'running') considerRunning(draft, pod, container, status, verdicts);
    else draft.start.push(container.name);
  }
};

const considerRegular = (draft: Draft, pod: Pod, view: RuntimeView, verdicts: Verdicts): void => {
  for (const container of pod.spec.containers) {
    const status = latestContainer(view, container.name);
    if (status?.state === 'running') considerRunning(draft, pod, container, status, verdicts);
    else if (shouldRestart(pod, container, status)) draft.start.push(container.name);
  }
};

const anew = (pod: Pod, view: RuntimeView): PodActions => {
  const latest = view.sandboxes[0];
  const attempt = latest === undefined ? 0 : latest.config.attempt + 1;
  const toStart = pod.spec.containers.filter((container) => {
    const status = latestContainer(view, container.name);
    return status === undefined || restarts(pod, status.state === 'exited' ? status.exitCode ?? 0 : 1);
  }).map(({ name }) => name);
  const nothing = { killPod: true, createSandbox: false, attempt, containersToKill: [], containersToStart: [] };
  if (pod.spec.restartPolicy === 'Never' && attempt !== 0 && view.containers.length > 0) return nothing;
  if (toStart.length === 0) return nothing;
  const first = initContainersOf(pod)[0];
  return { killPod: latest !== undefined, createSandbox: true, attempt, containersToKill: [], containersToStart: first === undefined ? toStart : [first.name] };
};

export const computePodActions = (pod: Pod, view: RuntimeView, verdicts: Verdicts): PodActions => {
  const latest = view.sandboxes[0];
  if (latest?.state !== 'ready' || latest.ip === undefined) return anew(pod, view);
  const draft: Draft = { kill: [], start: [], keep: 0 };
  const attempt = latest.config.attempt;
  const inSandbox: RuntimeView = { ...view, containers: view.containers.filter(({ sandboxId }) => sandboxId === latest.id) };
  const hasRegular = inSandbox.containers.some((c) => pod.spec.containers.some(({ name }) => name === c.config.name));
  const outcome = hasRegular ? 'initialized' : initialize(draft, pod, inSandbox, verdicts);
  if (outcome === 'failed') return { killPod: true, createSandbox: false, attempt, containersToKill: [], containersToStart: [] };
  if (outcome === 'initialized') {
    if (hasRegular) keepSidecars(draft, pod, inSandbox, verdicts);
    draft.keep = 0;
    considerRegular(draft, pod, view, verdicts);
  }
  const killPod = outcome === 'initialized' && draft.keep === 0 && draft.start.length === 0;
  return { killPod, createSandbox: false, attempt, containersToKill: killPod ? [] : draft.kill, containersToStart: killPod ? [] : draft.start };
};
