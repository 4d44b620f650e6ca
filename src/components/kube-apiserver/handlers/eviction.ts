/**
 * pods/eviction: a delete that disruption budgets have a say in.
 * Models: pkg/registry/core/pod/storage/eviction.go
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { isEmptySelector, matchesSelector, selectorFromLabelSelector } from '../../../api/label-selector.ts';
import type { KubeObject } from '../../../api/object.ts';
import { isPodReady } from '../../../api/pod-helpers.ts';
import type { Status } from '../../../api/status.ts';
import { forbidden, tooManyRequests } from '../../../api/status.ts';
import { formatTime } from '../../../api/time.ts';
import type { Eviction, Pod, PodDisruptionBudget } from '../../../api/types.ts';
import type { RequestOptions } from '../../../protocol/api.ts';
import { objectsIn } from '../cacher/store.ts';
import type { Job } from '../state.ts';
import type { Turn } from '../turn.ts';
import { cacherOf } from '../turn.ts';

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";
const MAX_DISRUPTED = 2000;
const BUDGETS = 'poddisruptionbudgets.policy';

/** The delete options that the eviction carries, under those of the request. */
export const evictionOptions = (job: Job): RequestOptions => {
  const given = (job.request.body as Eviction | undefined)?.deleteOptions;
  return { ...(given as RequestOptions | undefined), ...job.request.options };
};

const withCause = (status: Status, message: string): Status =>
  ({ ...status, details: { ...status.details, causes: [{ reason: 'DisruptionBudget', message }] } });

const stillProcessed = (name: string): Status =>
  withCause(tooManyRequests(VIOLATES, 10), `The disruption budget ${name} is still being processed by the server.`);

const tooMany: Status = {
  kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, reason: '',
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
};

const budgetsOf = (turn: Turn, pod: Pod): readonly PodDisruptionBudget[] =>
  (objectsIn(cacherOf(turn, BUDGETS), pod.metadata.namespace ?? '') as readonly PodDisruptionBudget[]).filter((budget) => {
    const selector = selectorFromLabelSelector(budget.spec.selector);
    return !isLeft(selector) && !isEmptySelector(selector.right) && matchesSelector(selector.right, pod.metadata.labels);
  });

const ignoresBudget = (pod: Pod): boolean =>
  ['Succeeded', 'Failed', 'Pending'].includes(pod.status?.phase ?? '') || pod.metadata.deletionTimestamp !== undefined;

/** A pod that is not ready is not what the budget guards, as long as the ready ones suffice. */
const unguarded = (pod: Pod, budget: PodDisruptionBudget): boolean => {
  if (isPodReady(pod)) return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0);
};

export type EvictionVerdict =
  | { readonly kind: 'refused'; readonly status: Status }
  /** Delete the pod; `asSeen`: only as it was when this was decided. */
  | { readonly kind: 'delete'; readonly asSeen: boolean }
  | { readonly kind: 'charge'; readonly before: KubeObject; readonly budget: KubeObject };

const charged = (budget: PodDisruptionBudget, pod: Pod, nowMs: number): PodDisruptionBudget => {
  const allowed = (budget.status?.disruptionsAllowed ?? 0) - 1;
  const at = formatTime(nowMs);
  const conditions = allowed > 0 ? budget.status?.conditions : (budget.status?.conditions ?? []).map((condition) =>
    (condition.type === 'DisruptionAllowed' && condition.status !== 'False'
      ? { ...condition, status: 'False', reason: 'InsufficientPods', lastTransitionTime: at } : condition));
  return { ...budget, status: {
    ...budget.status, disruptionsAllowed: allowed, ...(conditions === undefined ? {} : { conditions }),
    disruptedPods: { ...budget.status?.disruptedPods, [pod.metadata.name]: at },
  } } as PodDisruptionBudget;
};

/** Whether this budget pays for the pod, and what is left of it then. */
export const chargeBudget = (budget: PodDisruptionBudget, pod: Pod, nowMs: number): EvictionVerdict => {
  const { name } = budget.metadata;
  const status = budget.status;
  const allowed = status?.disruptionsAllowed ?? 0;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) return { kind: 'refused', status: stillProcessed(name) };
  if (allowed < 0) return { kind: 'refused', status: forbidden('policy', 'poddisruptionbudget', name, 'pdb disruptions allowed is negative') };
  if (Object.entries(status?.disruptedPods ?? {}).length > MAX_DISRUPTED) {
    return { kind: 'refused', status: forbidden('policy', 'poddisruptionbudget', name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller') };
  }
  if (allowed === 0) {
    return { kind: 'refused', status: withCause(tooManyRequests(VIOLATES, 0),
      `The disruption budget ${name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`) };
  }
  return { kind: 'charge', before: budget, budget: charged(budget, pod, nowMs) };
};

export const evictionVerdict = (turn: Turn, pod: Pod): EvictionVerdict => {
  if (ignoresBudget(pod)) return { kind: 'delete', asSeen: pod.status?.phase === 'Pending' && pod.metadata.deletionTimestamp === undefined };
  const [budget, other] = budgetsOf(turn, pod);
  if (budget === undefined) return { kind: 'delete', asSeen: false };
  if (other !== undefined) return { kind: 'refused', status: tooMany };
  return unguarded(pod, budget) ? { kind: 'delete', asSeen: true } : chargeBudget(budget, pod, turn.env.nowMs);
};
