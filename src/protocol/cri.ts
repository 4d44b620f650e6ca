/**
 * The messages between a kubelet and its container runtime, and between both and the node's network.
 * Models: cri-api/pkg/apis/runtime/v1/api.proto (RuntimeService, ImageService), the CNI plugin's ADD and DEL
 * Not modelled: exec, attach, port-forward, stats, logs, checkpoint.
 */
import type { Container } from '../api/types.ts';

/** How a container behaves: data from the annotation `kubeloom.dev/behavior`, from an image profile, or the default. Times in ms. */
export interface ContainerBehavior {
  /** From start to running. */
  readonly startDelayMs: number;
  /** How long it runs by itself; undefined: until it is stopped. */
  readonly runForMs?: number;
  readonly exitCode: number;
  /** From running until its readiness, liveness and startup probes answer success; undefined: never ready. */
  readonly readyAfterMs?: number;
  /** Crashes with exit code 1 (137 when `oom`) so long after it started. */
  readonly crashAfterMs?: number;
  readonly oom?: boolean;
  /** From TERM to exit; more than the grace period: it is killed (137). */
  readonly stopDelayMs: number;
  /** Liveness fails from so long after start on. */
  readonly unhealthyAfterMs?: number;
}

export interface SandboxConfig {
  readonly podNamespace: string;
  readonly podName: string;
  readonly podUid: string;
  readonly attempt: number;
  readonly hostNetwork: boolean;
}

export interface ContainerConfig {
  readonly name: string;
  readonly image: string;
  readonly attempt: number;
  readonly spec: Container;
  /** From the kubelet: the default for such a pod. In a status: what the runtime made of it, with the image's profile and the annotations. */
  readonly behavior: ContainerBehavior;
  /** The pod's annotations, from which the runtime reads `kubeloom.dev/behavior` and `kubeloom.dev/behavior.<container>`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export type SandboxState = 'ready' | 'not-ready';
export type CriContainerState = 'created' | 'running' | 'exited';

export interface SandboxStatus {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly state: SandboxState;
  readonly createdMs: number;
  /** Undefined until the network is set up; the node's address under hostNetwork. */
  readonly ip: string | undefined;
}

export interface CriContainerStatus {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly state: CriContainerState;
  readonly createdMs: number;
  readonly startedMs?: number;
  readonly finishedMs?: number;
  readonly exitCode?: number;
  /** `Completed`, `Error`, `OOMKilled`. */
  readonly reason?: string;
  readonly imageRef: string;
}

export type CriCall =
  | { readonly kind: 'run-pod-sandbox'; readonly config: SandboxConfig }
  | { readonly kind: 'stop-pod-sandbox'; readonly sandboxId: string }
  | { readonly kind: 'remove-pod-sandbox'; readonly sandboxId: string }
  | { readonly kind: 'pull-image'; readonly image: string }
  | { readonly kind: 'create-container'; readonly sandboxId: string; readonly config: ContainerConfig }
  | { readonly kind: 'start-container'; readonly containerId: string }
  | { readonly kind: 'stop-container'; readonly containerId: string; readonly timeoutMs: number }
  | { readonly kind: 'remove-container'; readonly containerId: string }
  /** All sandboxes and containers: what PLEG's relist and a restarted kubelet ask. */
  | { readonly kind: 'list' }
  | { readonly kind: 'probe'; readonly containerId: string; readonly probe: 'startup' | 'liveness' | 'readiness' };

export type CriAnswer =
  | { readonly kind: 'sandbox'; readonly sandbox: SandboxStatus }
  | { readonly kind: 'image'; readonly imageRef: string; readonly present: boolean; readonly sizeBytes: number; readonly tookMs: number }
  | { readonly kind: 'container'; readonly container: CriContainerStatus }
  | { readonly kind: 'listed'; readonly sandboxes: readonly SandboxStatus[]; readonly containers: readonly CriContainerStatus[]; readonly images: readonly string[] }
  | { readonly kind: 'probed'; readonly success: boolean; readonly output: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly message: string };

/** kubelet -> container runtime: calls on channel `cri`; on `cri-events`, that it wants to be told of containers (GetContainerEvents). */
export type ToRuntime =
  | { readonly kind: 'cri-call'; readonly id: number; readonly call: CriCall }
  | { readonly kind: 'cri-watch' };

/** The world outside -> container runtime, on channel `registry`: whether pulls get through from now on. */
export type FromRegistry = { readonly kind: 'registry'; readonly isReachable: boolean };

/** Container runtime -> kubelet, on channel `cri` (answers) and `cri-events` (evented PLEG; it begins with where every container stands). */
export type FromRuntime =
  | { readonly kind: 'cri-answer'; readonly id: number; readonly answer: CriAnswer }
  | { readonly kind: 'cri-event'; readonly event: 'created' | 'started' | 'stopped' | 'deleted'; readonly podUid: string; readonly container: CriContainerStatus | undefined };
