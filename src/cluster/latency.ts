/**
 * How long messages take: models of the network between the parts of a cluster, and of the hand-over between goroutines of one process.
 * The figures are orders of magnitude of a healthy cluster in one data centre, not measurements of one.
 */
import { naturalLogarithm } from '../base/logarithm.ts';
import type { WorldConfig } from '../kernel/world-config.ts';

export type LatencyModelName = 'lan' | 'none';

type LatencyModel = WorldConfig['latencyMs'];

/** A hand-over within a process: a channel, a goroutine that wakes up. */
const LOCAL_MIN_MS = 0.005;
const LOCAL_SPREAD_MS = 0.045;

/** Why exponential: most round trips are short, a few are much longer, and those few make the races. */
const exponential = (minMs: number, meanMs: number, u: number): number => minMs - meanMs * naturalLogarithm(1 - u);

const isStore = (name: string): boolean => name === 'etcd';
const isOnNode = (channel: string): boolean => channel === 'cri' || channel === 'cri-events' || channel === 'cni' || channel === 'process' || channel === 'rules';

const lan: LatencyModel = (from, to, channel, u) => {
  if (from === to) return LOCAL_MIN_MS + LOCAL_SPREAD_MS * u;
  if (isOnNode(channel)) return exponential(0.05, 0.05, u);
  // etcd answers a write after its fsync.
  if (isStore(from)) return exponential(0.4, 0.4, u);
  if (isStore(to)) return exponential(0.1, 0.1, u);
  return exponential(0.2, 0.6, u);
};

const models: Readonly<Record<LatencyModelName, LatencyModel>> = { lan, none: () => 0 };

/** `lan`: for timed runs. `none`: for untimed ones, where the chooser alone decides. */
export const latencyModel = (name: LatencyModelName): LatencyModel => models[name];
