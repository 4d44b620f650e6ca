/**
 * How a container runtime starts and stops the process inside a container whose process is an actor of the simulation (kube-proxy).
 * Models: runc start and the kernel's SIGTERM and SIGKILL; containerd's TaskExit event
 */

/** Container runtime -> the process's actor, on channel `process`. */
export type ToProcess =
  | { readonly kind: 'process-start'; readonly containerId: string; readonly podUid: string }
  | { readonly kind: 'process-stop'; readonly containerId: string };

/** What a container runtime learns of the processes that it has started, on channel `process`. */
export type FromProcess =
  /** From a container's shim: the process has ended by itself. */
  | { readonly kind: 'process-exited'; readonly containerId: string; readonly exitCode: number }
  /** The machine was off: no process and no network of before is left. */
  | { readonly kind: 'machine-booted' };
