/** The clusters that `swarm` draws from: the one that was asked for, and what else the same commands should come out well on. */
import type { ClusterTopology } from '../cluster/topology.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface ClusterVariation {
  readonly what: string;
  readonly scenario: Scenario;
}

const changed = (scenario: Scenario, what: string, topology: Partial<ClusterTopology>): ClusterVariation => ({ what, scenario: { ...scenario, topology: { ...scenario.topology, ...topology } } });

/** The first is the scenario itself. */
export const clusterVariations = (scenario: Scenario): readonly ClusterVariation[] => {
  const { lagMs, apiservers, leaderElection, kubeProxy } = scenario.topology;
  return [
    changed(scenario, 'as given', {}),
    changed(scenario, `lag ${lagMs / 10}ms`, { lagMs: lagMs / 10 }),
    // Why not more: leaders give up after 10 s without a renewal, and nothing starts them again.
    changed(scenario, `lag ${lagMs * 3}ms`, { lagMs: lagMs * 3 }),
    changed(scenario, `${apiservers + 1} API servers`, { apiservers: apiservers + 1 }),
    changed(scenario, leaderElection ? 'without leader election' : 'with leader election', { leaderElection: !leaderElection }),
    changed(scenario, kubeProxy ? 'without kube-proxy' : 'with kube-proxy', { kubeProxy: !kubeProxy }),
  ];
};
