/**
 * The status of a PodDisruptionBudget: how many of its pods are healthy, and how many may be disrupted now.
 * Models: pkg/controller/disruption/disruption.go buildDisruptedPodMap, countHealthyPods, updatePdbStatus, failSafe;
 *   staging/src/k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go; apimachinery/pkg/api/meta/conditions.go
 */
import { findCondition, transitionTime, withCondition } from '../../../api/conditions.ts';
import { isPodReady } from '../../../api/pod-helpers.ts';
import { formatTime, MINUTE_MS, parseTime } from '../../../api/time.ts';
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../api/types.ts';
import { hashOf } from '../../../base/hash.ts';
import type { Op } from '../../../client/controller.ts';
import type { ExpectedPods } from './expected-pods.ts';

/** DeletionTimeout: how long an evicted pod is expected to be deleted. */
const DELETION_TIMEOUT_MS = 2 * MINUTE_MS;

const ALLOWED = 'DisruptionAllowed';

type Disrupted = Readonly<Record<string, string>>;

export interface DisruptedPods {
  readonly pods: Disrupted;
  /** When to look again; undefined: no need. */
  readonly recheckAtMs: number | undefined;
  readonly ops: readonly Op[];
}

const expectedDeletionMs = (time: string): number => (parseTime(time) ?? 0) + DELETION_TIMEOUT_MS;

/** The evicted pods whose deletion is still awaited. */
export const disruptedPods = (pdb: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): DisruptedPods => {
  const standing = pdb.status?.disruptedPods ?? {};
  const { namespace } = pdb.metadata;
  const awaited = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && standing[pod.metadata.name] !== undefined)
    .map((pod) => ({ pod, time: standing[pod.metadata.name] as string, untilMs: expectedDeletionMs(standing[pod.metadata.name] as string) }));
  const kept = awaited.filter(({ untilMs }) => untilMs >= nowMs);
  return {
    pods: Object.fromEntries(kept.map(({ pod, time }) => [pod.metadata.name, time])),
    recheckAtMs: kept.length === 0 ? undefined : Math.min(...kept.map(({ untilMs }) => untilMs)),
    // Twice the namespace: so upstream says it.
    ops: awaited.filter(({ untilMs }) => untilMs < nowMs).map(({ pod }): Op => ({
      op: 'event', regarding: pod, type: 'Warning', reason: 'NotDeleted', message: `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`,
    })),
  };
};

export const countHealthy = (pods: readonly Pod[], disrupted: Disrupted, nowMs: number): number => pods.filter((pod) => {
  const time = disrupted[pod.metadata.name];
  return pod.metadata.deletionTimestamp === undefined && (time === undefined || expectedDeletionMs(time) <= nowMs) && isPodReady(pod);
}).length;

type Said = Pick<Condition, 'status' | 'reason' | 'message'> & { readonly observedGeneration: number };

const withAllowed = (conditions: readonly Condition[] | undefined, said: Said, nowMs: number): readonly Condition[] =>
  withCondition(conditions, { type: ALLOWED, ...said, lastTransitionTime: transitionTime(findCondition(conditions, ALLOWED), said.status, formatTime(nowMs)) });

const allowedCondition = (allowed: number, observedGeneration: number): Said => ({
  status: allowed > 0 ? 'True' : 'False', reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods', message: '', observedGeneration,
});

const isUpToDate = (pdb: PodDisruptionBudget, wanted: Omit<PodDisruptionBudgetStatus, 'conditions'>): boolean => {
  const { conditions = [], disruptedPods: disrupted = {}, ...standing }: Partial<PodDisruptionBudgetStatus> = pdb.status ?? {};
  const condition = findCondition(conditions, ALLOWED);
  const isTrue = (wanted.disruptionsAllowed ?? 0) > 0;
  return hashOf({ ...standing, disruptedPods: disrupted }) === hashOf({ ...wanted, disruptedPods: wanted.disruptedPods ?? {} })
    && condition !== undefined && condition.observedGeneration === wanted.observedGeneration && condition.status === (isTrue ? 'True' : 'False');
};

/** The budget with its status brought up to date; undefined when it is. */
export const withStatus = (
  pdb: PodDisruptionBudget, healthy: number, { expected, desiredHealthy }: ExpectedPods, disrupted: Disrupted, nowMs: number,
): PodDisruptionBudget | undefined => {
  // Why expected > 0: a budget without pods is not to let its first ones go before they have been counted.
  const disruptionsAllowed = expected <= 0 ? 0 : Math.max(0, healthy - desiredHealthy);
  const observedGeneration = pdb.metadata.generation ?? 0;
  const wanted = {
    currentHealthy: healthy, desiredHealthy, expectedPods: expected, disruptionsAllowed, observedGeneration, ...(hashOf(disrupted) === hashOf({}) ? {} : { disruptedPods: disrupted }),
  };
  if (isUpToDate(pdb, wanted)) return undefined;
  return { ...pdb, status: { ...wanted, conditions: withAllowed(pdb.status?.conditions, allowedCondition(disruptionsAllowed, observedGeneration), nowMs) } };
};

const unknownStatus = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

/** The budget after a failed look: nothing may be disrupted. */
export const failSafe = (pdb: PodDisruptionBudget, error: string, nowMs: number): PodDisruptionBudget => {
  const said: Said = { status: 'False', reason: 'SyncFailed', message: error, observedGeneration: pdb.status?.observedGeneration ?? 0 };
  return { ...pdb, status: { ...unknownStatus, ...pdb.status, disruptionsAllowed: 0, conditions: withAllowed(pdb.status?.conditions, said, nowMs) } };
};
