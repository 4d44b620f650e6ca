/**
 * How long a key that failed must wait: longer at every failure, and never faster than the whole queue's budget.
 * Models: client-go/util/workqueue/default_rate_limiters.go `DefaultTypedControllerRateLimiter`, golang.org/x/time/rate `Limiter.Reserve`
 */
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';

export interface RateLimits {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Of the whole queue. */
  readonly perSecond: number;
  readonly burst: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = { baseDelayMs: 5, maxDelayMs: 1_000_000, perSecond: 10, burst: 100 };

export interface TokenBucket {
  /** Negative: reserved ahead. */
  readonly tokens: number;
  readonly atMs: number;
}

export interface RateLimiter {
  /** By key; none: 0. */
  readonly failures: PersistentMap<number>;
  /** Undefined: full. */
  readonly bucket: TokenBucket | undefined;
}

export const newRateLimiter = (): RateLimiter => ({ failures: emptyMap<number>(), bucket: undefined });

/** Tokens there now; negative: reserved ahead. */
export const refilled = (bucket: TokenBucket | undefined, limits: { readonly perSecond: number; readonly burst: number }, nowMs: number): number =>
  (bucket === undefined ? limits.burst : Math.min(limits.burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * limits.perSecond / 1000));

/** Takes a token now, even one that is not there yet: the delay until it is. */
const reserve = (bucket: TokenBucket | undefined, limits: { readonly perSecond: number; readonly burst: number }, nowMs: number): readonly [number, TokenBucket] => {
  const tokens = refilled(bucket, limits, nowMs) - 1;
  return [tokens < 0 ? -tokens * 1000 / limits.perSecond : 0, { tokens, atMs: nowMs }];
};

/** Takes a token only if one is there. Source: flowcontrol `TryAccept`. */
export const tryAccept = (bucket: TokenBucket | undefined, limits: { readonly perSecond: number; readonly burst: number }, nowMs: number): readonly [boolean, TokenBucket] => {
  const tokens = refilled(bucket, limits, nowMs);
  return tokens >= 1 ? [true, { tokens: tokens - 1, atMs: nowMs }] : [false, { tokens, atMs: nowMs }];
};

export const numRequeues = (limiter: RateLimiter, key: string): number => limiter.failures.get(key) ?? 0;

/** Counts a failure; the wait is the longer of the key's own and the queue's. Source: `TypedMaxOfRateLimiter.When`. */
export const when = (limiter: RateLimiter, limits: RateLimits, key: string, nowMs: number): readonly [number, RateLimiter] => {
  const failures = numRequeues(limiter, key);
  const ownMs = Math.min(limits.baseDelayMs * 2 ** failures, limits.maxDelayMs);
  const [sharedMs, bucket] = reserve(limiter.bucket, limits, nowMs);
  return [Math.max(ownMs, sharedMs), { failures: limiter.failures.set(key, failures + 1), bucket }];
};

export const forgetFailures = (limiter: RateLimiter, key: string): RateLimiter =>
  (limiter.failures.has(key) ? { ...limiter, failures: limiter.failures.delete(key) } : limiter);
