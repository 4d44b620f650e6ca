/**
 * Exponential back-off as values: of one process step (wait.Backoff), of a reflector (BackoffManager) and of many ids (flowcontrol.Backoff).
 * Models: apimachinery/pkg/util/wait/backoff.go `Backoff.Step`, `Jitter`, `NewExponentialBackoffManager`; client-go/util/flowcontrol/backoff.go
 */
import type { PersistentMap } from '../base/persistent-map.ts';
import { emptyMap } from '../base/persistent-map.ts';

const UINT32 = 0x1_0000_0000;

/** A 32-bit draw as a fraction, 0 <= u < 1. */
export const fraction = (draw: number): number => draw / UINT32;

/** Between `ms` and `ms * (1 + factor)`, by the draw 0 <= u < 1. Source: `wait.Jitter`. */
export const jitter = (ms: number, factor: number, u: number): number => ms + u * factor * ms;

export interface BackOffConfig {
  readonly durationMs: number;
  readonly factor: number;
  /** Adds up to this share of the delay. */
  readonly jitter: number;
  /** How often the delay may grow. */
  readonly steps: number;
  /** 0: none. */
  readonly capMs: number;
}

/** What is left of a `wait.Backoff`. */
export interface BackOff {
  readonly durationMs: number;
  readonly steps: number;
}

export const startBackOff = (config: BackOffConfig): BackOff => ({ durationMs: config.durationMs, steps: config.steps });

/** The next delay, and the back-off after it. Source: `Backoff.Step`. */
export const stepBackOff = (config: BackOffConfig, backOff: BackOff, u: number): readonly [number, BackOff] => {
  const delayMs = config.jitter > 0 ? jitter(backOff.durationMs, config.jitter, u) : backOff.durationMs;
  if (backOff.steps < 1 || config.factor === 0) return [delayMs, backOff];
  const grown = backOff.durationMs * config.factor;
  const capped = config.capMs > 0 && grown > config.capMs;
  return [delayMs, { durationMs: capped ? config.capMs : grown, steps: capped ? 0 : backOff.steps - 1 }];
};

/** A back-off that begins anew after a quiet time. */
export interface BackOffManager {
  readonly backOff: BackOff;
  readonly lastStartMs: number;
}

export interface BackOffManagerConfig extends BackOffConfig {
  readonly resetMs: number;
}

export const startBackOffManager = (config: BackOffManagerConfig): BackOffManager => ({ backOff: startBackOff(config), lastStartMs: 0 });

/** Source: `exponentialBackoffManagerImpl.getNextBackoff`. */
export const nextBackOff = (config: BackOffManagerConfig, manager: BackOffManager, nowMs: number, u: number): readonly [number, BackOffManager] => {
  const from = nowMs - manager.lastStartMs > config.resetMs ? startBackOff(config) : manager.backOff;
  const [delayMs, backOff] = stepBackOff(config, from, u);
  return [delayMs, { backOff, lastStartMs: nowMs }];
};

export interface BackOffEntry {
  readonly delayMs: number;
  readonly updatedMs: number;
}

/** Back-off by id: the kubelet's container restarts and image pulls. */
export type BackOffs = PersistentMap<BackOffEntry>;

export interface BackOffsConfig {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly jitter: number;
}

export const emptyBackOffs = (): BackOffs => emptyMap<BackOffEntry>();

/** Quiet for twice the longest delay: as good as new. */
const isStale = (config: BackOffsConfig, entry: BackOffEntry, nowMs: number): boolean => nowMs - entry.updatedMs > config.maxMs * 2;

export const delayOf = (backOffs: BackOffs, id: string): number => backOffs.get(id)?.delayMs ?? 0;

/** Source: `Backoff.Next`: the first delay, or twice the last one. */
export const backOffNext = (backOffs: BackOffs, config: BackOffsConfig, id: string, eventMs: number, nowMs: number, u: number): BackOffs => {
  const entry = backOffs.get(id);
  const delayMs = entry === undefined || isStale(config, entry, eventMs)
    ? config.initialMs + u * config.jitter * config.initialMs
    : Math.min(entry.delayMs * 2 + u * config.jitter * entry.delayMs, config.maxMs);
  return backOffs.set(id, { delayMs, updatedMs: nowMs });
};

export const resetBackOff = (backOffs: BackOffs, id: string): BackOffs => (backOffs.has(id) ? backOffs.delete(id) : backOffs);

/** Whether the delay that counts from `eventMs` is not over. Source: `IsInBackOffSince`. */
export const isInBackOffSince = (backOffs: BackOffs, config: BackOffsConfig, id: string, eventMs: number, nowMs: number): boolean => {
  const entry = backOffs.get(id);
  return entry !== undefined && !isStale(config, entry, eventMs) && nowMs - eventMs < entry.delayMs;
};

/** Whether the delay that counts from the last `backOffNext` is not over. Source: `IsInBackOffSinceUpdate`. */
export const isInBackOffSinceUpdate = (backOffs: BackOffs, config: BackOffsConfig, id: string, eventMs: number): boolean => {
  const entry = backOffs.get(id);
  return entry !== undefined && !isStale(config, entry, eventMs) && eventMs - entry.updatedMs < entry.delayMs;
};

/** Forgets the entries that are as good as new. Source: `Backoff.GC`. */
export const collectBackOffs = (backOffs: BackOffs, config: BackOffsConfig, nowMs: number): BackOffs => {
  const stale: string[] = [];
  backOffs.forEach((entry, id) => { if (isStale(config, entry, nowMs)) stale.push(id); });
  return stale.reduce((left, id) => left.delete(id), backOffs);
};
