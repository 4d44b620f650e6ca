/** The properties that are shipped, and what is needed to judge a run by them or to write more. */
import { endpointsConverge } from './cluster/endpoints-converge.ts';
import { finalizerBlocks } from './cluster/finalizer-blocks.ts';
import { gcComplete } from './cluster/gc-complete.ts';
import { gcSafe } from './cluster/gc-safe.ts';
import { noEmptyWrite } from './cluster/no-empty-write.ts';
import { nodeRecovery, noEvictWithoutTaint, podOfDeletedNodeGone } from './cluster/nodes.ts';
import { bindOnce } from './pods/bind-once.ts';
import { kubeletDeletesLast } from './pods/kubelet-deletes-last.ts';
import { phaseMonotonic } from './pods/phase-monotonic.ts';
import { runningWithinRoom } from './pods/running-within-room.ts';
import { runsOnOneNode } from './pods/runs-on-one-node.ts';
import { terminalMeansStopped } from './pods/terminal-means-stopped.ts';
import type { Property } from './property.ts';
import { hardConstraints } from './scheduler/hard-constraints.ts';
import { nodeIsThere } from './scheduler/node-is-there.ts';
import { nominatedRoom } from './scheduler/nominated-room.ts';
import { noOvercommit } from './scheduler/no-overcommit.ts';
import { pendingProgress } from './scheduler/pending-progress.ts';
import { conflictRetried, podRescheduled, reconcilesOverlap, watchResumed } from './seen/seen.ts';
import { cacheFresh } from './store/cache-fresh.ts';
import { listConsistent } from './store/list-consistent.ts';
import { noLostUpdate } from './store/no-lost-update.ts';
import { observerMonotonic } from './store/observer-monotonic.ts';
import { revisionMonotonic } from './store/revision-monotonic.ts';
import { uidPrecondition } from './store/uid-precondition.ts';
import { watchOrdered } from './store/watch-ordered.ts';
import { watchReliable } from './store/watch-reliable.ts';
import { watchUnique } from './store/watch-unique.ts';
import { noStealing, oneOwner } from './workloads/controller-ref.ts';
import { cronAboutOnce, cronAtMostOncePerTick, cronForbid } from './workloads/cronjob.ts';
import { daemonOnePerNode } from './workloads/daemonset-one-per-node.ts';
import { oneNewReplicaSet, rolloutTerminates } from './workloads/deployment-end.ts';
import { jobCompletes, jobCountExact, jobNoCreateAfterFinish } from './workloads/job.ts';
import { recreateNoOverlap } from './workloads/recreate-no-overlap.ts';
import { boundedOvershoot } from './workloads/replicaset-bounded-overshoot.ts';
import { replicaSetConverges } from './workloads/replicaset-converges.ts';
import { rolloutAvailability } from './workloads/rollout-availability.ts';
import { rolloutSurge } from './workloads/rollout-surge.ts';
import { takesOwnership } from './workloads/takes-ownership.ts';

export { changesAt, changesOf } from './changes.ts';
export type { StoreChange } from './changes.ts';
export { checkProperties } from './check-properties.ts';
export type { Finding, PropertyChecker } from './check-properties.ts';
export { always, atEnd, eventually, firstViolation, monitorOf, overChanges, sometimes, violation } from './monitors.ts';
export type { Judge, Verdict } from './monitors.ts';
export type { Interest, Monitor, Property, Violation } from './property.ts';
export { storeIndex } from './store-index.ts';
export type { StoreIndex } from './store-index.ts';

/** By area. Ids are unique. */
export const shippedProperties: readonly Property[] = [
  revisionMonotonic, noLostUpdate, watchOrdered, watchUnique, watchReliable, observerMonotonic, uidPrecondition, listConsistent, cacheFresh,
  bindOnce, phaseMonotonic, runsOnOneNode, terminalMeansStopped, kubeletDeletesLast, runningWithinRoom,
  noOvercommit, hardConstraints, nodeIsThere, nominatedRoom, pendingProgress,
  oneOwner, noStealing, takesOwnership, replicaSetConverges, boundedOvershoot,
  rolloutAvailability, rolloutSurge, recreateNoOverlap, oneNewReplicaSet, rolloutTerminates,
  daemonOnePerNode, jobCountExact, jobNoCreateAfterFinish, jobCompletes, cronAtMostOncePerTick, cronForbid, cronAboutOnce,
  gcSafe, gcComplete, finalizerBlocks, endpointsConverge, noEmptyWrite, nodeRecovery, noEvictWithoutTaint, podOfDeletedNodeGone,
  podRescheduled, conflictRetried, watchResumed, reconcilesOverlap,
];

/** Those that a single run can break; `sometimes` is judged over a campaign. */
export const judgedProperties: readonly Property[] = shippedProperties.filter(({ kind }) => kind !== 'sometimes');

export const propertyNamed = (id: string): Property | undefined => shippedProperties.find((property) => property.id === id);
