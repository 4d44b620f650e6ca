import { describe, expect, it } from 'vitest';
import {
  backOffNext, collectBackOffs, delayOf, emptyBackOffs, isInBackOffSince, isInBackOffSinceUpdate, nextBackOff, resetBackOff, startBackOff, startBackOffManager,
  stepBackOff,
} from '../../src/client/back-off.ts';
import type { BackOffs } from '../../src/client/back-off.ts';

describe('wait.Backoff', () => {
  const config = { durationMs: 100, factor: 2, jitter: 0, steps: 4, capMs: 300 };
  it('grows by its factor up to its cap, then stays', () => {
    let backOff = startBackOff(config);
    const delays = [0, 1, 2, 3, 4].map(() => {
      const [delayMs, next] = stepBackOff(config, backOff, 0);
      backOff = next;
      return delayMs;
    });
    expect(delays).toEqual([100, 200, 300, 300, 300]);
  });
  it('adds up to its share of jitter', () => {
    expect(stepBackOff({ ...config, jitter: 1 }, startBackOff(config), 0.5)[0]).toBe(150);
  });
  it('begins anew after a quiet time', () => {
    const managed = { ...config, resetMs: 1000 };
    const [, second] = nextBackOff(managed, startBackOffManager(managed), 5000, 0);
    expect(nextBackOff(managed, second, 6000, 0)[0]).toBe(200);
    expect(nextBackOff(managed, second, 6001, 0)[0]).toBe(100);
  });
});

describe('flowcontrol.Backoff', () => {
  const config = { initialMs: 10_000, maxMs: 300_000, jitter: 0 };
  const next = (backOffs: BackOffs, nowMs: number): BackOffs => backOffNext(backOffs, config, 'web', nowMs, nowMs, 0);
  it('doubles from 10 s to 5 min', () => {
    const delays: number[] = [];
    let backOffs = emptyBackOffs();
    for (let i = 0; i < 7; i += 1) delays.push(delayOf(backOffs = next(backOffs, 0), 'web'));
    expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });
  it('begins anew after twice the longest delay', () => {
    const backOffs = next(next(emptyBackOffs(), 0), 0);
    expect(delayOf(next(backOffs, 600_000), 'web')).toBe(40_000);
    expect(delayOf(next(backOffs, 600_001), 'web')).toBe(10_000);
    expect(collectBackOffs(backOffs, config, 600_001).size).toBe(0);
  });
  it('holds back since an event, or since its last step', () => {
    const backOffs = next(emptyBackOffs(), 1000);
    expect(isInBackOffSince(backOffs, config, 'web', 500, 10_499)).toBe(true);
    expect(isInBackOffSince(backOffs, config, 'web', 500, 10_500)).toBe(false);
    expect(isInBackOffSinceUpdate(backOffs, config, 'web', 10_999)).toBe(true);
    expect(isInBackOffSinceUpdate(backOffs, config, 'web', 11_000)).toBe(false);
    expect(isInBackOffSince(resetBackOff(backOffs, 'web'), config, 'web', 500, 501)).toBe(false);
  });
});
