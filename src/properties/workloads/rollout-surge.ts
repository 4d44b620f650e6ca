/**
 * deployment.rollout-surge: when a rolling update makes a ReplicaSet larger, all of the Deployment's ReplicaSets together ask for no more than its
 * replicas and maxSurge, by the largest these have been. Pods that are ending are not counted.
 * Models: pkg/controller/deployment/util/deployment_util.go NewRSNewReplicas
 */
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { controllerIn, isRolling, replicaSetsOf, replicasOf, rolloutLimits } from './owned.ts';

export const rolloutSurge = always({
  id: 'deployment.rollout-surge',
  statement: 'A rolling update never asks for more pods than the Deployment\'s replicas and maxSurge.',
  source: 'pkg/controller/deployment/rolling.go',
}, () => {
  const most = new Map<string, number>();
  const note = (deployment: Deployment): number => {
    const uid = deployment.metadata.uid ?? '';
    const allowed = Math.max(most.get(uid) ?? 0, rolloutLimits(deployment).most);
    most.set(uid, allowed);
    return allowed;
  };
  return overChanges(['deployments.apps', 'replicasets.apps'], ({ resource, before, after }, world): Verdict => {
    if (after === undefined) return undefined;
    if (resource === 'deployments.apps') {
      note(after as Deployment);
      return undefined;
    }
    const rs = after as ReplicaSet;
    if (replicasOf(rs) <= (before === undefined ? 0 : replicasOf(before as ReplicaSet))) return undefined;
    const index = storeIndex(world);
    const deployment = controllerIn<Deployment>(index, rs, 'Deployment');
    if (deployment === undefined || !isRolling(deployment)) return undefined;
    const [asked, allowed] = [replicaSetsOf(index, deployment).reduce((sum, one) => sum + replicasOf(one), 0), note(deployment)];
    return asked <= allowed ? 'pass' : violation('surge', `The ReplicaSets of Deployment ${nameOf(deployment)} ask for ${asked} pods; ${allowed} are allowed.`);
  });
});
