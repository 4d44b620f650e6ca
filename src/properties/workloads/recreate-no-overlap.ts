/**
 * deployment.recreate-no-overlap: under Recreate, a pod of the new template is created only when no pod of an older one is left. Upgrades only.
 * Models: pkg/controller/deployment/recreate.go oldPodsRunning
 */
import { isPodTerminal } from '../../api/pod-helpers.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { equalIgnoringHash } from '../../components/kube-controller-manager/deployment/policy/replica-sets.ts';
import { deploysBy, makes } from '../applies.ts';
import { undisturbed } from '../faults.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { controllerIn, podsOf, replicaSetsOf } from './owned.ts';

export const recreateNoOverlap = always({
  id: 'deployment.recreate-no-overlap',
  statement: 'Under Recreate, a pod of the new template is created only when no pod of an older one is left.',
  source: 'pkg/controller/deployment/recreate.go',
  assumes: ['the Deployment controller has seen its old pods', 'kube-controller-manager is neither restarted nor cut off'],
  appliesTo: makes(deploysBy('Recreate')),
}, () => {
  const assumption = undisturbed('kube-controller-manager');
  const judged = overChanges(['pods'], ({ before, after }, world): Verdict => {
    if (before !== undefined || after === undefined) return undefined;
    const index = storeIndex(world);
    const rs = controllerIn<ReplicaSet>(index, after, 'ReplicaSet');
    const deployment = rs === undefined ? undefined : controllerIn<Deployment>(index, rs, 'Deployment');
    if (rs === undefined || deployment?.spec.strategy?.type !== 'Recreate' || !equalIgnoringHash(rs.spec.template, deployment.spec.template)) return undefined;
    const old = replicaSetsOf(index, deployment).filter((one) => one.metadata.uid !== rs.metadata.uid).flatMap((one) => podsOf(index, one));
    const left = old.find((pod) => !isPodTerminal(pod));
    return left === undefined ? 'pass' : violation('overlap', `Pod ${nameOf(after)} of Deployment ${nameOf(deployment)} was created while the old pod ${nameOf(left)} was left.`);
  });
  return {
    interest: { resources: ['pods'], faults: true },
    step: (world, record) => {
      assumption.note(record);
      return judged.step?.(world, record);
    },
    broken: assumption.broken,
  };
});
