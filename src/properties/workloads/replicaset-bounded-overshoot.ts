/**
 * replicaset.bounded-overshoot: a ReplicaSet never has more pods, those that are ending not counted, than the most it has ever asked for.
 * Models: pkg/controller/controller_utils.go UIDTrackingControllerExpectations; the race expired-expectations, #129795
 */
import { isPodActive } from '../../api/pod-helpers.ts';
import type { Pod, ReplicaSet } from '../../api/types.ts';
import { hasPods, makes, ofKind } from '../applies.ts';
import { undisturbed } from '../faults.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, controllerIn, replicasOf } from './owned.ts';

export const boundedOvershoot = always({
  id: 'replicaset.bounded-overshoot',
  statement: 'A ReplicaSet never has more pods, those that are ending not counted, than the most it has ever asked for.',
  source: 'https://github.com/kubernetes/kubernetes/issues/129795',
  assumes: ['kube-controller-manager is neither restarted nor cut off', 'expectations do not expire'],
  stillBroken: { issue: 'https://github.com/kubernetes/kubernetes/issues/129795', remedy: 'expired-expectations' },
  appliesTo: makes((object) => hasPods(object) && ofKind('Deployment', 'ReplicaSet')(object)),
}, () => {
  const most = new Map<string, number>();
  const assumption = undisturbed('kube-controller-manager');
  const note = (rs: ReplicaSet): number => {
    const uid = rs.metadata.uid ?? '';
    const wanted = Math.max(most.get(uid) ?? 0, replicasOf(rs));
    most.set(uid, wanted);
    return wanted;
  };
  const judged = overChanges(['replicasets.apps', 'pods'], ({ resource, before, after }, world): Verdict => {
    if (resource !== 'pods') {
      if (after !== undefined) note(after as ReplicaSet);
      return undefined;
    }
    if (before !== undefined || after === undefined || !isPodActive(after as Pod)) return undefined;
    const index = storeIndex(world);
    const rs = controllerIn<ReplicaSet>(index, after, 'ReplicaSet');
    if (rs === undefined) return undefined;
    const [pods, allowed] = [activePodsOf(index, rs).length, note(rs)];
    return pods <= allowed ? 'pass' : violation('overshoot', `ReplicaSet ${nameOf(rs)} has ${pods} pods; it has never asked for more than ${allowed}.`);
  });
  return {
    ...judged,
    interest: { resources: ['replicasets.apps', 'pods'], faults: true },
    step: (world, record) => {
      assumption.note(record);
      return judged.step?.(world, record);
    },
    broken: assumption.broken,
  };
});
