/** The statecharts that drive the syncs of ReplicaSets and Deployments: every state can be reached, and every sync can end. */
import { describe, expect, it } from 'vitest';
import { reachable } from '../../src/kernel/statechart.ts';
import type { DeploymentEvent, DeploymentFacts } from '../../src/components/kube-controller-manager/deployment/machine.ts';
import { deploymentSync } from '../../src/components/kube-controller-manager/deployment/machine.ts';
import type { ReplicaSetSyncEvent } from '../../src/components/kube-controller-manager/replicaset/machine.ts';
import { replicaSetSync } from '../../src/components/kube-controller-manager/replicaset/machine.ts';

const none: DeploymentFacts = { deleted: false, pauseChanged: false, paused: false, scaling: false, strategy: 'RollingUpdate', found: false, changed: false };
const facts: readonly DeploymentFacts[] = [
  none, { ...none, deleted: true }, { ...none, pauseChanged: true }, { ...none, paused: true }, { ...none, scaling: true }, { ...none, strategy: 'Recreate' }, { ...none, found: true },
  { ...none, changed: true },
];

describe('deployment.machine', () => {
  const events = deploymentSync.eventTypes.flatMap((type) => facts.map((fact): DeploymentEvent => ({ type: type as DeploymentEvent['type'], facts: fact })));

  it('every state can be reached', () => {
    expect(new Set(reachable(deploymentSync, events))).toEqual(new Set(deploymentSync.states));
  });

  it('every transition has exactly one action, which the controller performs', () => {
    const faults = deploymentSync.states.flatMap((state) => events.filter((event) => deploymentSync.next(state, event).actions.length > 1));
    expect(faults).toEqual([]);
  });
});

describe('replicaset.machine', () => {
  const plain = (['claim', 'claimsFailed', 'batchSucceeded', 'managed', 'statusUnchanged', 'written', 'read', 'refused'] as const).map((type): ReplicaSetSyncEvent => ({ type }));
  const events: readonly ReplicaSetSyncEvent[] = [...plain, ...(['create', 'delete', 'nothing'] as const).map((need): ReplicaSetSyncEvent => ({ type: 'claimed', need }))];

  it('every state can be reached', () => {
    expect(new Set(reachable(replicaSetSync, events))).toEqual(new Set(replicaSetSync.states));
  });
});
