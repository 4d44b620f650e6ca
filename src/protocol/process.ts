/**
 * How a container runtime starts and stops the process inside a container whose process is an actor of the simulation (kube-proxy).
 * Models: runc start and the kernel's SIGTERM and SIGKILL
 */

/** Container runtime -> the process's actor, on channel `process`. */
export type ToProcess =
  | { readonly kind: 'process-start'; readonly containerId: string; readonly podUid: string }
  | { readonly kind: 'process-stop'; readonly containerId: string };
