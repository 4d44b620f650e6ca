/**
 * deployment.rollout-surge: when a rolling update makes a ReplicaSet larger, all of the Deployment's ReplicaSets together ask for no more than its
 * replicas and maxSurge, by the largest these have been.
 * Models: pkg/controller/deployment/util/deployment_util.go NewRSNewReplicas, GetReplicaCountForReplicaSets: it adds up what the ReplicaSets ask for.
 *   Hence pods are not counted here: until the ReplicaSet controller has removed the pods that an old ReplicaSet no longer asks for, more pods than
 *   allowed can be there, upstream too.
 * Why the assumption: the controller reads ReplicaSets from its cache and expects nothing of its own writes. When the template changes again before
 *   the cache shows the ReplicaSet that it made last, it makes the next one as if that one were not there, upstream too.
 */
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import type { HostState } from '../../client/controller-host.ts';
import { KUBE_CONTROLLER_MANAGER } from '../../cluster/create-cluster.ts';
import type { DeploymentSync } from '../../components/kube-controller-manager/deployment/sync-data.ts';
import type { World } from '../../kernel/world.ts';
import { deploysBy, makes } from '../applies.ts';
import { undisturbed } from '../faults.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { controllerIn, isRolling, replicaSetsOf, replicasOf, rolloutLimits } from './owned.ts';

/** The controller's sync of the Deployment that waits for answers: the one that has asked for what is being written. */
const syncOf = (world: World, { metadata }: Deployment): DeploymentSync | undefined => {
  const key = `${metadata.namespace ?? ''}/${metadata.name}`;
  const controllers = (world.stateOf(KUBE_CONTROLLER_MANAGER) as HostState | undefined)?.controllers ?? [];
  for (const { queues } of controllers) {
    for (const { syncs } of queues) {
      const stage = syncs.get(key)?.stage as Partial<DeploymentSync> | undefined;
      if (stage?.d?.metadata.uid === metadata.uid && stage?.sets !== undefined) return stage as DeploymentSync;
    }
  }
  return undefined;
};

/** A ReplicaSet that the sync did not know of, or knew to be smaller. Where it scales several it has made them larger itself. */
const unseen = ({ state, sets }: DeploymentSync, stored: readonly ReplicaSet[], written: ReplicaSet): ReplicaSet | undefined => stored.find((rs) => {
  if (rs.metadata.uid === written.metadata.uid) return false;
  const seen = sets.find(({ metadata }) => metadata.uid === rs.metadata.uid);
  return seen === undefined || (state !== 'scaling' && replicasOf(seen) < replicasOf(rs));
});

export const rolloutSurge = always({
  id: 'deployment.rollout-surge',
  statement: 'A rolling update never asks for more pods than the Deployment\'s replicas and maxSurge.',
  source: 'pkg/controller/deployment/rolling.go',
  assumes: ['when the Deployment controller makes a ReplicaSet larger, its cache shows what the Deployment\'s other ReplicaSets ask for', 'and its process is not lost meanwhile'],
  appliesTo: makes(deploysBy('RollingUpdate')),
}, () => {
  const most = new Map<string, number>();
  const undisturbedController = undisturbed(KUBE_CONTROLLER_MANAGER);
  let broken: string | undefined;
  const note = (deployment: Deployment): number => {
    const uid = deployment.metadata.uid ?? '';
    const allowed = Math.max(most.get(uid) ?? 0, rolloutLimits(deployment).most);
    most.set(uid, allowed);
    return allowed;
  };
  /** Asked only once there are too many. */
  const excuse = (world: World, deployment: Deployment, stored: readonly ReplicaSet[], written: ReplicaSet): string | undefined => {
    const sync = syncOf(world, deployment);
    if (sync === undefined) return undisturbedController.broken();
    const rs = unseen(sync, stored, written);
    return rs === undefined ? undefined : `the Deployment controller made ReplicaSet ${nameOf(written)} larger before its cache showed what ${nameOf(rs)} asks for`;
  };
  const judged = overChanges(['deployments.apps', 'replicasets.apps'], ({ resource, before, after }, world): Verdict => {
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
    const stored = replicaSetsOf(index, deployment);
    const [asked, allowed] = [stored.reduce((sum, one) => sum + replicasOf(one), 0), note(deployment)];
    if (asked <= allowed) return 'pass';
    broken ??= excuse(world, deployment, stored, rs);
    return violation('surge', `The ReplicaSets of Deployment ${nameOf(deployment)} ask for ${asked} pods; ${allowed} are allowed.`);
  });
  return {
    ...judged,
    interest: { resources: ['deployments.apps', 'replicasets.apps'], faults: true },
    step: (world, record) => {
      undisturbedController.note(record);
      return judged.step?.(world, record);
    },
    broken: () => broken,
  };
});
