/**
 * scheduler.no-overcommit: when a pod is bound, the requests of all pods bound to that node are within what the node offers.
 * Models: pkg/scheduler/framework/plugins/noderesources/fit.go; the races assumed-pod-expiry #106361, coalesced-recreate #106545
 */
import type { Pod } from '../../api/types.ts';
import { makes, ownsPods } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { bindingIn, readNode } from './bindings.ts';
import { exceeded, offeredBy, takenBy } from './room.ts';

export const noOvercommit = always({
  id: 'scheduler.no-overcommit',
  statement: 'When a pod is bound, the requests of all pods bound to its node are within what the node offers.',
  source: 'https://github.com/kubernetes/kubernetes/issues/106361',
  assumes: ['pods are bound by one kube-scheduler alone'],
  appliesTo: makes(ownsPods),
}, () => {
  let broken: string | undefined;
  return {
    ...overChanges(['pods'], (change, world): Verdict => {
      if (change.before === undefined && (change.after as Pod).spec.nodeName !== undefined) broken = `pod ${nameOf(change.after as Pod)} was created on a node`;
      const binding = bindingIn(change);
      if (binding === undefined) return undefined;
      const node = readNode(world, binding.node);
      if (node === undefined) return undefined;
      const offered = offeredBy(node);
      const taken = takenBy(storeIndex(world).podsOn(binding.node).values());
      const what = exceeded(taken, offered);
      return what === undefined ? 'pass'
        : violation(what, `Pod ${nameOf(binding.pod)} was bound to ${binding.node}, whose pods now ask for ${taken[what]} of ${what}; it offers ${offered[what]}.`);
    }),
    broken: () => broken,
  };
});
