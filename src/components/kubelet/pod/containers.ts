/**
 * Questions about the containers of a pod's spec.
 * Models: pkg/api/v1/pod/util.go `IsRestartableInitContainer`, pkg/kubelet/container/helpers.go
 */
import type { Container, LifecycleHandler, Pod } from '../../../api/types.ts';

export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

export const initContainersOf = (pod: Pod): readonly Container[] => pod.spec.initContainers ?? [];

export const findContainer = (pod: Pod, name: string): Container | undefined =>
  pod.spec.containers.find((c) => c.name === name) ?? initContainersOf(pod).find((c) => c.name === name);

const isInitContainer = (pod: Pod, name: string): boolean => initContainersOf(pod).some((c) => c.name === name);

/** `spec.containers{name}`: the field path of a container's events. */
export const fieldPathOf = (pod: Pod, name: string): string => `spec.${isInitContainer(pod, name) ? 'initContainers' : 'containers'}{${name}}`;

const SLEEP = /(?:^|[\s;&"'/])sleep\s+(\d+(?:\.\d+)?)/;

/** How long a lifecycle hook takes: its `sleep`, or the `sleep N` of its command; any other takes no time. */
export const hookMs = (handler: LifecycleHandler | undefined): number => {
  if (handler === undefined) return 0;
  if (handler.sleep !== undefined) return handler.sleep.seconds * 1000;
  const match = SLEEP.exec((handler.exec?.command ?? []).join(' '));
  return match === null ? 0 : Number(match[1]) * 1000;
};

/** `OnFailure` and `Never` let a container that has succeeded rest; `Never` also one that has failed. */
export const restarts = (pod: Pod, exitCode: number): boolean => {
  switch (pod.spec.restartPolicy) {
    case 'Never': return false;
    case 'OnFailure': return exitCode !== 0;
    default: return true;
  }
};
