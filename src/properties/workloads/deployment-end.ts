/**
 * deployment.one-new-replicaset and deployment.rollout-terminates: in the end one ReplicaSet bears the template, and the rollout is complete or has failed.
 * Models: pkg/controller/deployment/sync.go getNewReplicaSet, progress.go; the race stale-hash-collision, #29735 #44774 #59212
 */
import { findCondition } from '../../api/conditions.ts';
import type { Deployment } from '../../api/types.ts';
import { readStore } from '../../cluster/store-view.ts';
import { equalIgnoringHash } from '../../components/kube-controller-manager/deployment/policy/replica-sets.ts';
import type { World } from '../../kernel/world.ts';
import { keeps, ofKind } from '../applies.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';
import { replicaSetsOf, replicasOf } from './owned.ts';

const isLive = ({ metadata, spec }: Deployment): boolean => metadata.deletionTimestamp === undefined && spec.paused !== true;

const liveDeployments = (world: World): readonly Deployment[] => (readStore(world)('deployments.apps') as readonly Deployment[]).filter(isLive);

export const oneNewReplicaSet = eventually({
  id: 'deployment.one-new-replicaset',
  statement: 'In the end exactly one ReplicaSet of a Deployment bears its template.',
  source: 'https://github.com/kubernetes/kubernetes/issues/29735',
  appliesTo: keeps((object) => ofKind('Deployment')(object) && isLive(object as Deployment)),
}, () => atEnd(liveDeployments, (deployment, world) => {
  const bearing = replicaSetsOf(storeIndex(world), deployment).filter((rs) => equalIgnoringHash(rs.spec.template, deployment.spec.template));
  return bearing.length === 1 ? 'pass' : violation(bearing.length === 0 ? 'none' : 'several', `${bearing.length} ReplicaSets bear the template of Deployment ${nameOf(deployment)}.`);
}));

const isComplete = (deployment: Deployment): boolean => {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = deployment.status ?? {};
  const wanted = replicasOf(deployment);
  return observedGeneration >= (deployment.metadata.generation ?? 0) && [replicas, updatedReplicas, availableReplicas].every((count) => count === wanted);
};

const hasFailed = ({ status }: Deployment): boolean =>
  findCondition(status?.conditions, 'Progressing')?.status === 'False' || findCondition(status?.conditions, 'ReplicaFailure')?.status === 'True';

export const rolloutTerminates = eventually({
  id: 'deployment.rollout-terminates',
  statement: 'In the end every rollout is complete, or its Deployment says that it has failed.',
  source: 'docs: Deployments, "Deployment status"',
  appliesTo: keeps((object) => ofKind('Deployment')(object) && isLive(object as Deployment)),
}, () => atEnd(liveDeployments, (deployment) => (isComplete(deployment) || hasFailed(deployment) ? 'pass'
  : violation('unfinished', `Deployment ${nameOf(deployment)} is neither complete nor failed: ${JSON.stringify(deployment.status ?? {})}.`))));
