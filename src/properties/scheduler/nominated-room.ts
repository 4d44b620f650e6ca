/**
 * scheduler.nominated-room: when a pod is bound, the room of the pods that were nominated to its node, and come before it, is left to them.
 * Models: pkg/scheduler/backend/queue/nominator.go, pkg/scheduler/framework/runtime RunFilterPluginsWithNominatedPods; the race nominated-unobserved,
 * #72124 #93505 #106780
 * Pods that are being deleted are not counted: whoever is nominated waits for them to go.
 */
import { isPodTerminal } from '../../api/pod-helpers.ts';
import type { Pod } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import type { World } from '../../kernel/world.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { bindingIn, readNode } from './bindings.ts';
import { exceeded, offeredBy, takenBy } from './room.ts';

const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;

/** Those of the node that have no node yet and come before the pod. */
const nominatedBefore = (world: World, node: string, pod: Pod): readonly Pod[] => (readStore(world)('pods') as readonly Pod[]).filter((other) =>
  other.status?.nominatedNodeName === node && (other.spec.nodeName ?? '') === '' && !isPodTerminal(other) && other.metadata.deletionTimestamp === undefined
  && priorityOf(other) >= priorityOf(pod) && other.metadata.uid !== pod.metadata.uid);

export const nominatedRoom = always({
  id: 'scheduler.nominated-room',
  statement: 'When a pod is bound, the room of pods that were nominated to its node and come before it is left to them.',
  source: 'https://github.com/kubernetes/kubernetes/issues/72124',
  assumes: ['pods are bound by one kube-scheduler alone'],
  // Whether anything is preempted is not to be told from what is asked.
  appliesTo: () => false,
}, () => overChanges(['pods'], (change, world): Verdict => {
  const binding = bindingIn(change);
  const node = binding === undefined ? undefined : readNode(world, binding.node);
  if (binding === undefined || node === undefined) return undefined;
  const nominated = nominatedBefore(world, binding.node, binding.pod);
  if (nominated.length === 0) return undefined;
  const bound = [...storeIndex(world).podsOn(binding.node).values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const what = exceeded(takenBy([...bound, ...nominated]), offeredBy(node));
  return what === undefined ? 'pass'
    : violation(what, `Pod ${nameOf(binding.pod)} was bound to ${binding.node}, and takes the ${what} that ${nominated.map(nameOf).join(', ')} was nominated to.`);
}));
