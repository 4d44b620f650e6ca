/**
 * How the containers of a pod behave where neither the image's profile nor an annotation says so.
 * Models: nothing upstream, where a container's program decides. A container that is meant to end (an init container, or one of a pod whose
 *   restartPolicy is not Always) runs for a second and exits 0; every other is a server that is ready soon after its start.
 */
import type { Container, Pod } from '../../api/types.ts';
import type { ContainerBehavior } from '../../protocol/cri.ts';
import { initContainersOf, isSidecar } from './pod/containers.ts';

const server: ContainerBehavior = { startDelayMs: 0, exitCode: 0, readyAfterMs: 500, stopDelayMs: 500 };
const task: ContainerBehavior = { startDelayMs: 0, runForMs: 1000, exitCode: 0, readyAfterMs: 0, stopDelayMs: 500 };

export const defaultBehavior = (pod: Pod, container: Container): ContainerBehavior => {
  if (isSidecar(container)) return server;
  const ends = initContainersOf(pod).includes(container) || (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  return ends ? task : server;
};
