/** Whether some node would take a pod, as far as can be told without the scheduler: only pods with simple wishes are judged. */
import { matchesNodeAffinity } from '../../api/node-affinity.ts';
import { isPodTerminal } from '../../api/pod-helpers.ts';
import { untoleratedTaint } from '../../api/tolerations.ts';
import type { Node, Pod } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import type { World } from '../../kernel/world.ts';
import { storeIndex } from '../store-index.ts';
import { exceeded, offeredBy, takenBy } from './room.ts';

const DEFAULT_SCHEDULER = 'default-scheduler';

const hasHostPort = ({ spec }: Pod): boolean => spec.containers.some(({ ports }) => (ports ?? []).some(({ hostPort }) => (hostPort ?? 0) > 0));

/** Undecided pods of the default scheduler whose wishes are their requests, node affinity and tolerations. */
export const isSimplePending = (pod: Pod): boolean => {
  const { spec } = pod;
  if ((spec.nodeName ?? '') !== '' || isPodTerminal(pod) || pod.metadata.deletionTimestamp !== undefined) return false;
  if ((spec.schedulerName ?? DEFAULT_SCHEDULER) !== DEFAULT_SCHEDULER || (spec.schedulingGates ?? []).length > 0) return false;
  if (spec.affinity?.podAffinity !== undefined || spec.affinity?.podAntiAffinity !== undefined || (spec.topologySpreadConstraints ?? []).length > 0) return false;
  return !hasHostPort(pod) && !(spec.volumes ?? []).some((volume) => 'persistentVolumeClaim' in volume);
};

const takes = (world: World, node: Node, pod: Pod): boolean => {
  if (node.spec.unschedulable === true || untoleratedTaint(node.spec.taints ?? [], pod.spec.tolerations) !== undefined) return false;
  if (!matchesNodeAffinity(pod.spec, node)) return false;
  return exceeded(takenBy([...storeIndex(world).podsOn(node.metadata.name).values(), pod]), offeredBy(node)) === undefined;
};

/** The first node that would take it. */
export const feasibleNode = (world: World, pod: Pod): Node | undefined => (readStore(world)('nodes') as readonly Node[]).find((node) => takes(world, node, pod));
