/** Workloads to draw: Deployments, ReplicaSets, DaemonSets, Jobs and Pods that fit the clusters of `arbitraryTopology`. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { UnknownObject } from '../api/object.ts';
import { arbitraryObject } from './arbitrary-object.ts';
import type { ObjectKind } from './arbitrary-object.ts';

export interface WorkloadConstraints {
  /** Default: 3. */
  readonly maxWorkloads?: number;
  /** Default: 3. */
  readonly maxReplicas?: number;
  /** Default: Deployment, ReplicaSet, DaemonSet, Job and Pod. */
  readonly kinds?: readonly ObjectKind[];
}

const KINDS = ['Deployment', 'ReplicaSet', 'DaemonSet', 'Job', 'Pod'] as const;

/** One to `maxWorkloads` objects with names of their own, without a namespace. Shrinks towards one of the first kind, of no replicas. */
export const arbitraryWorkloads = ({ maxWorkloads = 3, maxReplicas = 3, kinds = KINDS }: WorkloadConstraints = {}): Arbitrary<readonly UnknownObject[]> => {
  const workload = (i: number): Arbitrary<UnknownObject> => fc.oneof({ withCrossShrink: true }, ...kinds.map((kind) => arbitraryObject(kind, { name: `w${i}`, maxReplicas })));
  return fc.integer({ min: 1, max: maxWorkloads }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => workload(i))));
};
