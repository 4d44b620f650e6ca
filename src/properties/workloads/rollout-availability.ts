/**
 * deployment.rollout-availability: when a rolling update removes a ready pod, at least replicas minus maxUnavailable ready ones are left, by the least
 * these have been.
 * Models: pkg/controller/deployment/rolling.go reconcileOldReplicaSets; the race rolling-status-lag, #21810 #22719
 * Not modelled: minReadySeconds; a ready pod counts as available.
 * Why a pod has to have been ready for a while: which pods a ReplicaSet removes its controller decides by what its cache shows of them, those that are not
 * ready first. One that has just become ready may still be taken for one that is not, upstream too.
 */
import { isPodActive, isPodReady } from '../../api/pod-helpers.ts';
import type { Deployment, Pod, ReplicaSet } from '../../api/types.ts';
import { deploysBy, rollsOut } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import type { StoreIndex } from '../store-index.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, controllerIn, isRolling, replicaSetsOf, replicasOf, rolloutLimits } from './owned.ts';

/** That a pod is ready has by then reached the controller, and its delete the store: each link is no more than the lag behind. */
const LINKS = 5;

const isNowEnding = (before: Pod, after: Pod | undefined): boolean =>
  isPodActive(before) && isPodReady(before) && (after === undefined || after.metadata.deletionTimestamp !== undefined);

/** A pod that its ReplicaSet has one too many of; whoever else deletes pods makes it lack one. */
const isSurplus = (index: StoreIndex, rs: ReplicaSet): boolean => activePodsOf(index, rs).length >= replicasOf(rs);

/** One generation of pods takes over from another. Why it matters: a ReplicaSet alone that sheds what it has too many of is not updating anything. */
const isUnderWay = (index: StoreIndex, deployment: Deployment): boolean =>
  replicaSetsOf(index, deployment).filter((rs) => replicasOf(rs) > 0 || activePodsOf(index, rs).length > 0).length > 1;

export const rolloutAvailability = always({
  id: 'deployment.rollout-availability',
  statement: 'A rolling update that removes a ready pod leaves at least replicas minus maxUnavailable ready ones.',
  source: 'https://github.com/kubernetes/kubernetes/issues/22719',
  assumes: ['pods that are ready stay ready', 'nobody but ReplicaSets deletes their pods', 'the pod has been ready for five times the lag of a message'],
  appliesTo: rollsOut(deploysBy('RollingUpdate')),
}, () => {
  const least = new Map<string, number>();
  /** By uid. */
  const readyMs = new Map<string, number>();
  const note = (deployment: Deployment): number => {
    const uid = deployment.metadata.uid ?? '';
    const needed = Math.min(least.get(uid) ?? Number.POSITIVE_INFINITY, rolloutLimits(deployment).fewest);
    least.set(uid, needed);
    return needed;
  };
  return overChanges(['deployments.apps', 'pods'], ({ resource, before, after }, world): Verdict => {
    if (resource === 'deployments.apps') {
      if (after !== undefined) note(after as Deployment);
      return undefined;
    }
    if (after !== undefined && isPodReady(after as Pod) && (before === undefined || !isPodReady(before as Pod))) readyMs.set(after.metadata.uid ?? '', world.nowMs);
    if (before === undefined || !isNowEnding(before as Pod, after as Pod | undefined)) return undefined;
    if (world.nowMs - (readyMs.get(before.metadata.uid ?? '') ?? Number.NEGATIVE_INFINITY) <= LINKS * world.config.lagMs) return undefined;
    const index = storeIndex(world);
    const rs = controllerIn<ReplicaSet>(index, before, 'ReplicaSet');
    const deployment = rs === undefined ? undefined : controllerIn<Deployment>(index, rs, 'Deployment');
    if (rs === undefined || deployment === undefined || !isRolling(deployment) || !isUnderWay(index, deployment) || !isSurplus(index, rs)) return undefined;
    const ready = replicaSetsOf(index, deployment).reduce((sum, one) => sum + activePodsOf(index, one).filter(isPodReady).length, 0);
    const needed = note(deployment);
    return ready >= needed ? 'pass' : violation('unavailable', `Pod ${nameOf(before)} goes and leaves Deployment ${nameOf(deployment)} with ${ready} ready pods; it needs ${needed}.`);
  });
});
