/** Clusters to draw: a few nodes of unequal size, one or two API servers, with or without zones and taints. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { ClusterTopology, NodeTopology } from '../cluster/topology.ts';
import { defaultTopology, nodeTopology } from '../cluster/topology.ts';

export interface TopologyConstraints {
  /** Default: 3. */
  readonly maxNodes?: number;
  /** Default: 1. */
  readonly maxApiservers?: number;
  /** `none` for choosers that decide themselves what comes first, `lan` for timed ones. Default: `none`. */
  readonly latency?: ClusterTopology['latency'];
}

const CPUS = ['2', '4', '8'] as const;

const node = (index: number): Arbitrary<NodeTopology> => fc.record({
  cpu: fc.constantFrom(...CPUS),
  zone: fc.constantFrom('a', 'b'),
}).map(({ cpu, zone }) => nodeTopology(`node-${index + 1}`, {
  labels: { 'topology.kubernetes.io/zone': zone },
  capacity: { cpu, memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' },
}));

/** Shrinks towards one node, one API server and seed 0. */
export const arbitraryTopology = ({ maxNodes = 3, maxApiservers = 1, latency = 'none' }: TopologyConstraints = {}): Arbitrary<ClusterTopology> =>
  fc.record({
    seed: fc.nat({ max: 9999 }).map(String),
    nodes: fc.integer({ min: 1, max: maxNodes }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => node(i)))),
    apiservers: fc.integer({ min: 1, max: maxApiservers }),
  }).map((drawn) => ({ ...defaultTopology, ...drawn, latency }));
