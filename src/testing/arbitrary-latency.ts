/** Latencies to draw: the named models of a cluster's topology, and models in numbers for worlds of one's own. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { hashText, lowLane } from '../base/hash.ts';
import { naturalLogarithm } from '../base/logarithm.ts';
import type { LatencyModelName } from '../cluster/latency.ts';
import type { WorldConfig } from '../kernel/world-config.ts';

/** For `ClusterTopology.latency`, in timed runs. Shrinks towards `none`. */
export const arbitraryLatency = (): Arbitrary<LatencyModelName> => fc.constantFrom('none', 'lan');

/** Every message takes `minMs` and an exponential rest of mean `meanMs`; links that are slow, `slowdown` times as long. */
export interface LatencyModel {
  readonly minMs: number;
  readonly meanMs: number;
  readonly slowdown: number;
  /** Of a hundred links, how many are slow: which, is decided by their names. */
  readonly slowPercent: number;
  /** For `WorldConfig.latencyMs`. */
  readonly latencyMs: WorldConfig['latencyMs'];
}

export interface LatencyConstraints {
  /** Default: 100. */
  readonly maxMs?: number;
  /** Default: 50. */
  readonly maxSlowdown?: number;
}

type Numbers = Omit<LatencyModel, 'latencyMs'>;

const isSlow = (from: string, to: string, channel: string, slowPercent: number): boolean => (lowLane(hashText(`${from} > ${to} ${channel}`)) >>> 0) % 100 < slowPercent;

const describeNumbers = ({ minMs, meanMs, slowdown, slowPercent }: Numbers): string =>
  `latency ${minMs}ms + exponential of ${meanMs}ms${slowPercent === 0 || slowdown === 1 ? '' : `, ${slowPercent}% of links ${slowdown} times as slow`}`;

const modelOf = (numbers: Numbers): LatencyModel => {
  const { minMs, meanMs, slowdown, slowPercent } = numbers;
  const latencyMs: LatencyModel['latencyMs'] = (from, to, channel, u) =>
    (minMs - meanMs * naturalLogarithm(1 - u)) * (isSlow(from, to, channel, slowPercent) ? slowdown : 1);
  return Object.assign({ ...numbers, latencyMs }, { [fc.toStringMethod]: () => describeNumbers(numbers) });
};

/** Whole milliseconds. Shrinks towards messages that take no time. */
export const arbitraryLatencyModel = ({ maxMs = 100, maxSlowdown = 50 }: LatencyConstraints = {}): Arbitrary<LatencyModel> => fc.record({
  minMs: fc.nat({ max: maxMs }), meanMs: fc.nat({ max: maxMs }), slowdown: fc.integer({ min: 1, max: Math.max(1, maxSlowdown) }), slowPercent: fc.nat({ max: 100 }),
}).map(modelOf);
