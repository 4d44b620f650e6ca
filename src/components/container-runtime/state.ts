/**
 * What a node's container runtime remembers: sandboxes, containers, images, and who waits for what.
 * Models: containerd internal/cri/store/{sandbox,container,image}; the shims keep containers alive while containerd itself is down.
 */
import { emptyMap } from '../../base/persistent-map.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { CriContainerStatus, SandboxStatus } from '../../protocol/cri.ts';
import type { ContainerPhase, SandboxPhase } from './machine.ts';

/** Who asked, and by which id it wants the answer. */
export interface Caller {
  readonly to: ActorId;
  readonly id: number;
}

export interface SandboxRecord {
  readonly phase: SandboxPhase;
  readonly status: SandboxStatus;
  readonly callers: readonly Caller[];
  /** To be removed as soon as it has stopped. */
  readonly isDoomed?: boolean;
}

/** How and when a container comes to its end, as far as it is known. */
export interface Ending {
  readonly dueMs: number;
  readonly exitCode: number;
  readonly oom: boolean;
  /** Where the runtime says another than the exit code does. */
  readonly reason?: string;
}

export interface ContainerRecord {
  readonly phase: ContainerPhase;
  readonly status: CriContainerStatus;
  /** While starting: when it runs. */
  readonly upMs?: number;
  /** While running or stopping: absent when nothing ends it. */
  readonly ending?: Ending;
  readonly starter?: Caller;
  readonly stoppers: readonly Caller[];
}

export interface ImageRecord {
  readonly imageRef: string;
  readonly sizeBytes: number;
}

export interface Pull {
  readonly startedMs: number;
  readonly callers: readonly Caller[];
}

export interface RuntimeState {
  readonly sandboxes: PersistentMap<SandboxRecord>;
  readonly containers: PersistentMap<ContainerRecord>;
  readonly images: PersistentMap<ImageRecord>;
  readonly pulls: PersistentMap<Pull>;
  /** Image -> how many of its pulls have been begun. */
  readonly attempts: PersistentMap<number>;
  /** Calls to the network under way: id -> sandbox. */
  readonly cni: PersistentMap<string>;
  readonly nextCniId: number;
  /** The kubelet's stream of container events is open. */
  readonly isWatched: boolean;
  /** Pulls fail; absent: they get through. */
  readonly registryIsDown?: true;
}

export const emptyRuntimeState: RuntimeState = {
  sandboxes: emptyMap(), containers: emptyMap(), images: emptyMap(), pulls: emptyMap(), attempts: emptyMap(), cni: emptyMap(), nextCniId: 1, isWatched: false,
};

export const withSandbox = (state: RuntimeState, record: SandboxRecord): RuntimeState =>
  ({ ...state, sandboxes: state.sandboxes.set(record.status.id, record) });
export const withContainer = (state: RuntimeState, record: ContainerRecord): RuntimeState =>
  ({ ...state, containers: state.containers.set(record.status.id, record) });
