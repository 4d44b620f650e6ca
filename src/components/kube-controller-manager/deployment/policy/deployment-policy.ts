/**
 * The decisions of the Deployment controller, gathered so that a variant can replace one of them.
 * Models: the functions of pkg/controller/deployment named in each member's file
 */
import type { Deployment, DeploymentStatus, Pod, ReplicaSet } from '../../../../api/types.ts';
import { replicaSetsToDelete } from './cleanup.ts';
import { nextProgressCheck, rolloutStatus } from './progress.ts';
import type { ProgressCheck } from './progress.ts';
import { emptyOld, oldPodsRunning } from './recreate.ts';
import type { Split } from './replica-sets.ts';
import { splitReplicaSets } from './replica-sets.ts';
import type { Existing, Revision } from './revision.ts';
import { decideRevision, judgeExisting, makeReplicaSet } from './revision.ts';
import type { Resize } from './rolling.ts';
import { growNew, maxScaledDown, shrinkOld, trimUnhealthy } from './rolling.ts';
import { isScalingEvent, scale } from './scaling.ts';
import { calculateStatus } from './status.ts';

type ReplicaSets = readonly ReplicaSet[];

export interface DeploymentPolicy {
  readonly name: string;
  readonly splitReplicaSets: (d: Deployment, sets: ReplicaSets) => Split;
  readonly decideRevision: (d: Deployment, split: Split, nowMs: number) => Revision;
  readonly makeReplicaSet: (d: Deployment, old: ReplicaSets) => ReplicaSet;
  /** What an AlreadyExists means, given what the cache shows by that name. */
  readonly judgeExisting: (d: Deployment, existing: ReplicaSet | undefined) => Existing;
  readonly isScalingEvent: (d: Deployment, all: ReplicaSets) => boolean;
  readonly scale: (d: Deployment, newSet: ReplicaSet | undefined, old: ReplicaSets) => readonly Resize[];
  readonly growNew: (d: Deployment, all: ReplicaSets, newSet: ReplicaSet) => number;
  readonly maxScaledDown: (d: Deployment, all: ReplicaSets, newSet: ReplicaSet) => number;
  readonly trimUnhealthy: (old: ReplicaSets, maxCleanup: number) => readonly (Resize | undefined)[];
  readonly shrinkOld: (d: Deployment, old: ReplicaSets, newSet: ReplicaSet) => readonly Resize[];
  readonly emptyOld: (old: ReplicaSets) => readonly Resize[];
  readonly oldPodsRunning: (old: ReplicaSets, podsOf: (rs: ReplicaSet) => readonly Pod[]) => boolean;
  readonly replicaSetsToDelete: (d: Deployment, old: ReplicaSets) => ReplicaSets;
  readonly calculateStatus: (d: Deployment, all: ReplicaSets, newSet: ReplicaSet | undefined, nowMs: number) => DeploymentStatus;
  readonly rolloutStatus: (d: Deployment, status: DeploymentStatus, all: ReplicaSets, newSet: ReplicaSet | undefined, nowMs: number) => DeploymentStatus;
  readonly nextProgressCheck: (d: Deployment, status: DeploymentStatus, nowMs: number) => ProgressCheck;
}

export const upstreamDeploymentPolicy: DeploymentPolicy = {
  name: 'upstream',
  splitReplicaSets, decideRevision, makeReplicaSet, judgeExisting, isScalingEvent, scale, growNew, maxScaledDown, trimUnhealthy, shrinkOld,
  emptyOld, oldPodsRunning, replicaSetsToDelete, calculateStatus, rolloutStatus, nextProgressCheck,
};
