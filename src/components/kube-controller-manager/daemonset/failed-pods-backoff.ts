/**
 * How often a failed daemon pod is replaced: the controller may be at odds with a kubelet that keeps refusing it.
 * Models: client-go/util/flowcontrol/backoff.go Backoff (1 s to 15 min), pkg/controller/daemon/daemon_controller.go failedPodsBackoffKey
 * Not modelled: the sweep of old entries each minute; an entry expires when it is next looked at.
 */
import type { DaemonSet } from '../../../api/types.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 15 * 60_000;

interface Entry {
  readonly delayMs: number;
  readonly updatedMs: number;
}

export type FailedPodsBackoff = PersistentMap<Entry>;

export const noFailedPods = (): FailedPodsBackoff => emptyMap<Entry>();

export const failedPodsKey = (ds: DaemonSet, nodeName: string): string =>
  `${ds.metadata.uid ?? ''}/${ds.status?.observedGeneration ?? 0}/${nodeName}`;

const liveEntry = (backoff: FailedPodsBackoff, key: string, nowMs: number): Entry | undefined => {
  const entry = backoff.get(key);
  return entry === undefined || nowMs - entry.updatedMs > 2 * MAX_DELAY_MS ? undefined : entry;
};

/** The delay in force, or undefined when the pod may be replaced now. */
export const delayInForce = (backoff: FailedPodsBackoff, key: string, nowMs: number): number | undefined => {
  const entry = liveEntry(backoff, key, nowMs);
  return entry !== undefined && nowMs - entry.updatedMs < entry.delayMs ? entry.delayMs : undefined;
};

export const nextDelay = (backoff: FailedPodsBackoff, key: string, nowMs: number): FailedPodsBackoff => {
  const entry = liveEntry(backoff, key, nowMs);
  const delayMs = entry === undefined ? FIRST_DELAY_MS : Math.min(2 * entry.delayMs, MAX_DELAY_MS);
  return backoff.set(key, { delayMs, updatedMs: nowMs });
};
