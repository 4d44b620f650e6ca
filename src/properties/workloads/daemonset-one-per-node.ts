/**
 * daemonset.one-per-node: in the end a DaemonSet has one pod on each node that it wants one on, and none twice.
 * Models: pkg/controller/daemon/daemon_controller.go manage; the race daemon-failover, #54096
 */
import { isPodActive } from '../../api/pod-helpers.ts';
import type { DaemonSet, Pod } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import { keeps, ofKind } from '../applies.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { podsOf } from './owned.ts';

/** A pod that is not bound yet names its node by affinity. */
const targetOf = ({ spec }: Pod): string => {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName ?? '';
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.[0]?.values?.[0] ?? '';
};

export const daemonOnePerNode = eventually({
  id: 'daemonset.one-per-node',
  statement: 'In the end a DaemonSet has exactly one pod on each node that it wants one on.',
  source: 'https://github.com/kubernetes/kubernetes/issues/54096',
  appliesTo: keeps(ofKind('DaemonSet')),
}, () => atEnd((world) => readStore(world)('daemonsets.apps') as readonly DaemonSet[], (ds, world) => {
  if (ds.metadata.deletionTimestamp !== undefined) return undefined;
  const targets = podsOf(storeIndex(world), ds).filter(isPodActive).map(targetOf);
  const twice = targets.find((node, i) => targets.indexOf(node) !== i);
  if (twice !== undefined) return violation('twice', `DaemonSet ${nameOf(ds)} has several pods on ${twice}.`);
  const wanted = ds.status?.desiredNumberScheduled ?? 0;
  return targets.length === wanted ? 'pass' : violation('number', `DaemonSet ${nameOf(ds)} wants pods on ${wanted} nodes and has them on ${targets.length}.`);
}));
