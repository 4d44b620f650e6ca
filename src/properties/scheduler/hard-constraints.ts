/**
 * scheduler.hard-constraints: a pod is bound only to a node that its node selector, its required node affinity and its tolerations allow.
 * Models: pkg/scheduler/framework/plugins/{nodeaffinity,tainttoleration,nodeunschedulable}
 * Not modelled: required affinity among pods, topology spread, host ports.
 */
import { matchesNodeAffinity } from '../../api/node-affinity.ts';
import { untoleratedTaint } from '../../api/tolerations.ts';
import type { Node } from '../../api/types.ts';
import { makes, ownsPods } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { bindingIn, readNode } from './bindings.ts';

/** A change of a node has by then reached everybody: five links, each of them no more than this behind. */
const LINKS = 5;

const sameRules = (a: Node, b: Node): boolean => JSON.stringify([a.metadata.labels, a.spec]) === JSON.stringify([b.metadata.labels, b.spec]);

export const hardConstraints = always({
  id: 'scheduler.hard-constraints',
  statement: 'A pod is bound only to a node that its node selector, its required node affinity and its tolerations allow.',
  source: 'pkg/scheduler/framework/plugins',
  assumes: ['the node has been as it is for five times the lag of a message, or since before the run was watched'],
  appliesTo: makes(ownsPods),
}, () => {
  const changedMs = new Map<string, number>();
  return overChanges(['pods', 'nodes'], (change, world): Verdict => {
    if (change.resource === 'nodes') {
      const { before, after } = change;
      if (after !== undefined && (before === undefined || !sameRules(before as Node, after as Node))) changedMs.set(after.metadata.name, world.nowMs);
      return undefined;
    }
    const binding = bindingIn(change);
    const node = binding === undefined ? undefined : readNode(world, binding.node);
    if (binding === undefined || node === undefined) return undefined;
    if (world.nowMs - (changedMs.get(binding.node) ?? Number.NEGATIVE_INFINITY) <= LINKS * world.config.lagMs) return undefined;
    const name = `Pod ${nameOf(binding.pod)} was bound to ${binding.node}`;
    if (!matchesNodeAffinity(binding.pod.spec, node)) return violation('node affinity', `${name}, which its node selector or affinity does not allow.`);
    const taint = untoleratedTaint(node.spec.taints ?? [], binding.pod.spec.tolerations);
    return taint === undefined ? 'pass' : violation('taint', `${name}, whose taint ${taint.key}:${taint.effect} it does not tolerate.`);
  });
});
