/**
 * The status of a Deployment, from its ReplicaSets' specs and statuses as the cache shows them.
 * Models: pkg/controller/deployment/sync.go calculateStatus; util/deployment_util.go DeploymentComplete
 * Not modelled: status.terminatingReplicas (feature gate DeploymentReplicaSetTerminatingReplicas, alpha and off in v1.34).
 */
import type { Mutable } from '../../../../base/mutable.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../../../api/types.ts';
import { semanticEqual } from '../../../../api/validation/deep-equal.ts';
import { AVAILABLE, REASONS, tellCondition } from './conditions.ts';
import { maxUnavailable } from './fenceposts.ts';
import { actualReplicas, availableReplicas, readyReplicas, sizeOf, specReplicas } from './replica-sets.ts';

const COUNTS = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'] as const;
export type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;

const NO_CONDITIONS: readonly DeploymentCondition[] = [];

const tellAvailability = (d: Deployment, available: number, nowMs: number): readonly DeploymentCondition[] => {
  const conditions = d.status?.conditions ?? NO_CONDITIONS;
  return available >= sizeOf(d) - maxUnavailable(d)
    ? tellCondition(conditions, AVAILABLE, 'True', REASONS.minimumAvailable, 'Deployment has minimum availability.', nowMs)
    : tellCondition(conditions, AVAILABLE, 'False', REASONS.minimumUnavailable, 'Deployment does not have minimum availability.', nowMs);
};

const countsOf = (d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Counts => {
  const available = availableReplicas(all);
  return {
    observedGeneration: d.metadata.generation ?? 0,
    replicas: actualReplicas(all),
    updatedReplicas: newSet === undefined ? 0 : actualReplicas([newSet]),
    readyReplicas: readyReplicas(all),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, specReplicas(all) - available),
  };
};

/** `all` includes the new ReplicaSet. As it goes over the wire: zeros left out. The very status that the Deployment has when nothing changed. */
export const calculateStatus = (d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, nowMs: number): DeploymentStatus => {
  const counts = countsOf(d, all, newSet);
  const conditions = tellAvailability(d, counts.availableReplicas, nowMs);
  const { status } = d;
  if (status !== undefined && conditions === status.conditions && COUNTS.every((name) => count(status, name) === counts[name])) return status;
  const next: Mutable<DeploymentStatus> = {};
  for (const name of COUNTS) if (counts[name] !== 0) next[name] = counts[name];
  next.conditions = conditions;
  if (status?.collisionCount !== undefined) next.collisionCount = status.collisionCount;
  return next;
};

export const count = (status: DeploymentStatus | undefined, name: keyof Counts): number => status?.[name] ?? 0;

export const isSameStatus = (a: DeploymentStatus | undefined, b: DeploymentStatus): boolean => a === b || (
  COUNTS.every((name) => count(a, name) === count(b, name))
  && a?.collisionCount === b.collisionCount
  && semanticEqual(a?.conditions ?? [], b.conditions ?? []));

/** All pods are of the new template, available, and none is left of the old. */
export const isComplete = (d: Deployment, status: DeploymentStatus | undefined): boolean =>
  count(status, 'updatedReplicas') === sizeOf(d)
  && count(status, 'replicas') === sizeOf(d)
  && count(status, 'availableReplicas') === sizeOf(d)
  && count(status, 'observedGeneration') >= (d.metadata.generation ?? 0);
