/**
 * How a kubelet is configured.
 * Models: pkg/kubelet/apis/config/types.go `KubeletConfiguration` at its defaults
 */
import type { Taint } from '../../api/types.ts';
import type { ActorId } from '../../kernel/transition.ts';

/** The seams where variants differ; the defaults are v1.34's. */
export interface KubeletPolicy {
  /** What the first list of pods after a start asks for. `any`: resourceVersion=0, from a watch cache that may lag (the open race #59848). */
  readonly firstPodList: 'any' | 'most-recent';
  /** When a terminal phase may be reported. `deleted-or-failed`: as soon as the pod is doomed, before its containers have stopped (the race #104560). */
  readonly terminalPhase: 'containers-stopped' | 'as-soon-as-known';
  /** Whether the last delete names the uid that it means (without it: the race #25169). */
  readonly finalDelete: 'with-uid' | 'by-name';
}

export const defaultPolicy: KubeletPolicy = { firstPodList: 'any', terminalPhase: 'containers-stopped', finalDelete: 'with-uid' };

export interface KubeletOptions {
  /** `kubelet/<node>`. */
  readonly id: ActorId;
  readonly node: string;
  readonly apiservers: readonly ActorId[];
  /** `container-runtime/<node>`. */
  readonly runtime: ActorId;
  readonly network: ActorId;
  /** The node's own address. */
  readonly address: string;
  /** The range of its pods' addresses. */
  readonly podCidr: string;
  /** Resource name to quantity: at least cpu, memory and pods. */
  readonly capacity: Readonly<Record<string, string>>;
  /** Absent: all of the capacity. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** --register-with-taints. */
  readonly taints?: readonly Taint[];
  readonly zone?: string;
  readonly region?: string;
  readonly policy?: Partial<KubeletPolicy>;
  /** Whether it records Events; default: true. */
  readonly events?: boolean;
}

export const STATUS_CHECK_MS = 10_000;
export const STATUS_REPORT_MS = 300_000;
export const LEASE_SECONDS = 40;
/** A quarter of the lease. */
export const LEASE_RENEW_MS = 10_000;
/** How long a pod worker waits after an error; up to half as much is added. */
export const WORKER_BACK_OFF_MS = 10_000;
export const WORKER_JITTER = 0.5;
/** How often the status manager looks for what failed. */
export const STATUS_RETRY_MS = 10_000;
export const RESTART_BACK_OFF = { initialMs: 10_000, maxMs: 300_000, jitter: 0 };
export const PULL_BACK_OFF = { initialMs: 10_000, maxMs: 300_000, jitter: 0 };
/** A container always has this long to stop. */
export const MINIMUM_GRACE_MS = 2000;
export const KUBELET_VERSION = 'v1.34.0';
