/**
 * overshoot: the most pods that a ReplicaSet or a Deployment has at any moment above the most it has asked for by then. Pods that are ending or have
 * ended are not counted. A Deployment asks for its replicas, and maxSurge beside them while it updates by rolling.
 * Why a correct Deployment overshoots: it makes the new ReplicaSet larger as soon as the old one asks for less, not when the old one's pods are ending.
 * Models: pkg/controller/deployment/util/deployment_util.go NewRSNewReplicas, which adds up what ReplicaSets ask for
 */
import { isPodActive } from '../../api/pod-helpers.ts';
import type { Deployment, Pod, ReplicaSet } from '../../api/types.ts';
import { changesOf } from '../changes.ts';
import type { StoreIndex } from '../store-index.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, controllerIn, isRolling, replicaSetsOf, replicasOf, rolloutLimits } from '../workloads/owned.ts';
import type { Measure } from './measure.ts';

const askedBy = (object: ReplicaSet | Deployment): number =>
  (object.kind === 'Deployment' && isRolling(object as Deployment) ? rolloutLimits(object as Deployment).most : replicasOf(object));

/** By uid: the most that was asked for. Answers with it. */
const noteMost = (most: Map<string, number>, object: ReplicaSet | Deployment): number => {
  const uid = object.metadata.uid ?? '';
  const asked = Math.max(most.get(uid) ?? 0, askedBy(object));
  most.set(uid, asked);
  return asked;
};

/** Of the workloads that a new pod counts for. */
const overshootOf = (index: StoreIndex, pod: Pod, most: Map<string, number>): number => {
  const rs = controllerIn<ReplicaSet>(index, pod, 'ReplicaSet');
  if (rs === undefined) return 0;
  const ofSet = activePodsOf(index, rs).length - noteMost(most, rs);
  const deployment = controllerIn<Deployment>(index, rs, 'Deployment');
  if (deployment === undefined) return ofSet;
  const pods = replicaSetsOf(index, deployment).reduce((sum, one) => sum + activePodsOf(index, one).length, 0);
  return Math.max(ofSet, pods - noteMost(most, deployment));
};

export const overshoot: Measure = {
  id: 'overshoot', unit: 'pods', kind: 'peak',
  statement: 'The most pods that a ReplicaSet or Deployment has above the most it has asked for (maxSurge included), those that are ending not counted.',
  gauge: (start) => {
    const most = new Map<string, number>();
    for (const object of storeIndex(start).all()) if (object.kind === 'ReplicaSet' || object.kind === 'Deployment') noteMost(most, object as ReplicaSet | Deployment);
    let worst = 0;
    return {
      interest: { resources: ['deployments.apps', 'replicasets.apps', 'pods'] },
      step: (world, record) => {
        for (const { resource, after } of changesOf(world, record)) {
          if (after === undefined) continue;
          if (resource === 'deployments.apps' || resource === 'replicasets.apps') noteMost(most, after as ReplicaSet | Deployment);
          else if (resource === 'pods' && isPodActive(after as Pod)) worst = Math.max(worst, overshootOf(storeIndex(world), after as Pod, most));
        }
      },
      value: () => worst,
    };
  },
};
