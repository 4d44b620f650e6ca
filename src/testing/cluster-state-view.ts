/** How the worlds of a scenario are told apart by an exhaustive search, and what its adversary may put in order. */
import { newStoreClass, newStoreContent, storeDifferences } from '../cluster/canonical/store-content.ts';
import { apiserverNames } from '../cluster/create-cluster.ts';
import { ETCD } from '../cluster/store-view.ts';
import type { StateView } from '../explore/exhaustive/state-view.ts';
import { unreachable } from '../base/assert.ts';
import type { Scenario } from '../scenario/scenario.ts';

const isWatch = (channel: string): boolean => channel.startsWith('watch/');

export const clusterStateView = (scenario: Scenario): StateView => {
  const servers: ReadonlySet<string> = new Set(apiserverNames(scenario.topology.apiservers));
  return {
    isChoice: (grain, step) => {
      if (step.kind !== 'deliver' || step.to === ETCD || step.from === ETCD) return false;
      switch (grain) {
        case 'watches': return servers.has(step.from) && isWatch(step.channel);
        case 'requests': return servers.has(step.from) || servers.has(step.to);
        case 'every-step': return true;
        default: return unreachable(grain);
      }
    },
    content: newStoreContent(),
    contentClass: newStoreClass(scenario.topology),
    differences: storeDifferences,
  };
};
