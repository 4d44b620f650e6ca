/**
 * replicaset.converges: in the end every ReplicaSet has exactly the pods it asks for, and its status says so.
 * Models: pkg/controller/replicaset/replica_set.go manageReplicas
 */
import type { ReplicaSet } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import { keeps, ofKind } from '../applies.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, replicasOf } from './owned.ts';

export const replicaSetConverges = eventually({
  id: 'replicaset.converges',
  statement: 'In the end every ReplicaSet has exactly the pods it asks for, and its status says so.',
  source: 'pkg/controller/replicaset/replica_set.go',
  appliesTo: keeps(ofKind('Deployment', 'ReplicaSet')),
}, () => atEnd((world) => readStore(world)('replicasets.apps') as readonly ReplicaSet[], (rs, world) => {
  if (rs.metadata.deletionTimestamp !== undefined) return undefined;
  const [wanted, pods] = [replicasOf(rs), activePodsOf(storeIndex(world), rs).length];
  if (pods !== wanted) return violation(pods > wanted ? 'too many' : 'too few', `ReplicaSet ${nameOf(rs)} asks for ${wanted} pods and has ${pods}.`);
  const said = rs.status?.replicas ?? 0;
  return said === wanted ? 'pass' : violation('status', `ReplicaSet ${nameOf(rs)} has ${pods} pods and its status says ${said}.`);
}));
