/**
 * scheduler.node-is-there: no pod is bound to a node that has long been gone.
 * Models: pkg/scheduler/backend/cache/cache.go RemoveNode; the race lost-node-delete, #56261 #94437
 */
import { makes, ownsPods } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { bindingIn, readNode } from './bindings.ts';

/** The news has by then reached the scheduler, and its binding the store: each link is no more than the lag behind. */
const LINKS = 5;

export const nodeIsThere = always({
  id: 'scheduler.node-is-there',
  statement: 'No pod is bound to a node that has been gone for more than five times the lag of a message.',
  source: 'https://github.com/kubernetes/kubernetes/issues/56261',
  assumes: ['no message is more than its lag behind'],
  appliesTo: makes(ownsPods),
}, () => {
  const goneMs = new Map<string, number>();
  return overChanges(['pods', 'nodes'], (change, world): Verdict => {
    if (change.resource === 'nodes') {
      if (change.after === undefined) goneMs.set(change.before?.metadata.name ?? '', world.nowMs);
      return undefined;
    }
    const binding = bindingIn(change);
    if (binding === undefined) return undefined;
    if (readNode(world, binding.node) !== undefined) return 'pass';
    const sinceMs = world.nowMs - (goneMs.get(binding.node) ?? Number.NEGATIVE_INFINITY);
    return sinceMs <= LINKS * world.config.lagMs ? undefined : violation('no node', `Pod ${nameOf(binding.pod)} was bound to ${binding.node}, which is not there.`);
  });
});
