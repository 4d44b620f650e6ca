/**
 * Which old ReplicaSets are beyond the revision history limit.
 * Models: pkg/controller/deployment/sync.go cleanupDeployment; util/deployment_util.go ReplicaSetsByRevision
 */
import { compareNumbers } from '../../../../base/order.ts';
import type { Deployment, ReplicaSet } from '../../../../api/types.ts';
import { revisionOf } from './annotations.ts';
import { hasRevisionHistoryLimit } from './conditions.ts';
import { compareOlder, sizeOf } from './replica-sets.ts';

const compareRevisions = (a: ReplicaSet, b: ReplicaSet): number => {
  const left = revisionOf(a);
  const right = revisionOf(b);
  return left === undefined || right === undefined || left === right ? compareOlder(a, b) : compareNumbers(left, right);
};

const isEmpty = (rs: ReplicaSet): boolean =>
  (rs.status?.replicas ?? 0) === 0 && sizeOf(rs) === 0 && (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0);

/** The lowest revisions first; one that still has pods, or is not observed yet, is passed over and counts all the same. */
export const replicaSetsToDelete = (d: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] => {
  if (!hasRevisionHistoryLimit(d)) return [];
  const alive = old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - (d.spec.revisionHistoryLimit ?? 0);
  return surplus <= 0 ? [] : [...alive].sort(compareRevisions).slice(0, surplus).filter(isEmpty);
};
