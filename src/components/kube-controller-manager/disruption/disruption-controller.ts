/**
 * Keeps the status of PodDisruptionBudgets: what the eviction API reads to allow or refuse an eviction.
 * Models: pkg/controller/disruption/disruption.go
 * Not modelled: the scale client and discovery, for controllers of custom kinds.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { LabelSelector } from '../../../api/label-selector.ts';
import { matchesSelector } from '../../../api/label-selector.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import { sortedEntries } from '../../../base/order.ts';
import { keyOf, placeOf, splitKey } from '../../../client/caches.ts';
import type { Caches, Notification } from '../../../client/caches.ts';
import type { Answer, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isRefusedAs } from '../pod-control/errors.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import { countHealthy, disruptedPods, failSafe, withStatus } from './budget-status.ts';
import { expectedPods, SCALED_RESOURCES } from './expected-pods.ts';
import { staleAfter, takeBack } from './stale-condition.ts';

type Stage =
  | { readonly kind: 'written'; readonly pdb: PodDisruptionBudget; readonly recheckAtMs: number | undefined }
  | { readonly kind: 'fail-safe' }
  | { readonly kind: 'taken-back' };

type DisruptionPlan = Plan<undefined, Stage>;

const BUDGETS = 'poddisruptionbudgets.policy';
const QUEUE = 'disruption';
const RECHECK = 'disruption_recheck';
const STALE = 'stale_pod_disruption';

const ask = (ops: readonly Op[], request: ApiRequest, stage: Stage): DisruptionPlan => ({ kind: 'ask', memory: undefined, ops, requests: [request], mode: 'parallel', stage });

const updateStatus = (pdb: PodDisruptionBudget): ApiRequest =>
  ({ verb: 'update', resource: BUDGETS, subresource: 'status', ...placeOf(pdb), body: pdb });

/** As Go prints a `*metav1.LabelSelector`. */
const printed = (selector: LabelSelector | undefined): string => {
  if (selector === undefined) return 'nil';
  const labels = sortedEntries(selector.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
};

const budgetEvent = (pdb: PodDisruptionBudget, type: 'Normal' | 'Warning', reason: string, message: string): Op => ({ op: 'event', regarding: pdb, type, reason, message });

const unmanagedMessage = (pdb: PodDisruptionBudget): string => `Pods selected by this PodDisruptionBudget (selector: ${printed(pdb.spec.selector)}) were found to be unmanaged. `
  + 'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. '
  + 'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';

const giveUp = (pdb: PodDisruptionBudget, ops: readonly Op[], error: string, nowMs: number): DisruptionPlan =>
  ask(ops, updateStatus(failSafe(pdb, error, nowMs)), { kind: 'fail-safe' });

const sync = (key: string, { caches, nowMs }: ControllerContext): DisruptionPlan => {
  const { namespace, name } = splitKey(key);
  const pdb = caches.lister<PodDisruptionBudget>(BUDGETS).get(namespace, name);
  if (pdb === undefined) return done(undefined);
  const selector = selectorOf(pdb.spec.selector);
  if (isLeft(selector)) return giveUp(pdb, [budgetEvent(pdb, 'Warning', 'NoPods', `Failed to get pods: ${selector.left}`)], selector.left, nowMs);
  const pods = caches.lister<Pod>('pods').list(namespace, selector.right);
  const ops: Op[] = pods.length === 0 ? [budgetEvent(pdb, 'Normal', 'NoPods', 'No matching pods found')] : [];
  const expected = expectedPods(pdb, pods, caches);
  if (isLeft(expected)) {
    const event = budgetEvent(pdb, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${expected.left}`);
    return giveUp(pdb, [...ops, event], expected.left, nowMs);
  }
  if (expected.right.unmanaged.length > 0) ops.push(budgetEvent(pdb, 'Warning', 'UnmanagedPods', unmanagedMessage(pdb)));
  const disrupted = disruptedPods(pdb, pods, nowMs);
  ops.push(...disrupted.ops);
  const updated = withStatus(pdb, countHealthy(pods, disrupted.pods, nowMs), expected.right, disrupted.pods, nowMs);
  const { recheckAtMs } = disrupted;
  return updated === undefined ? done(undefined, [...ops, ...recheck(key, recheckAtMs, nowMs)]) : ask(ops, updateStatus(updated), { kind: 'written', pdb, recheckAtMs });
};

const recheck = (key: string, atMs: number | undefined, nowMs: number): readonly Op[] =>
  (atMs === undefined ? [] : [{ op: 'add-after', queue: RECHECK, key, afterMs: Math.max(0, atMs - nowMs) }]);

const written = (key: string, { pdb, recheckAtMs }: Stage & { kind: 'written' }, answer: Answer, nowMs: number): DisruptionPlan => {
  const error = errorOf(answer);
  if (error === undefined) return done(undefined, recheck(key, recheckAtMs, nowMs));
  return isRefusedAs(answer, 'Conflict') ? failed(undefined, error) : giveUp(pdb, [], error, nowMs);
};

const cleanUp = (key: string, { caches, nowMs }: ControllerContext): DisruptionPlan => {
  const { namespace, name } = splitKey(key);
  const pod = caches.lister<Pod>('pods').get(namespace, name);
  const afterMs = pod === undefined ? undefined : staleAfter(pod, nowMs);
  if (pod === undefined || afterMs === undefined) return done(undefined);
  if (afterMs > 0) return done(undefined, [{ op: 'add-after', queue: STALE, key, afterMs }]);
  const request = takeBack(pod, nowMs);
  return request === undefined ? done(undefined) : ask([], request, { kind: 'taken-back' });
};

/** The budget that covers a pod; of several the first by name, and the pod is told. */
const budgetOf = (caches: Caches, pod: Pod): readonly Op[] => {
  const budgets = caches.lister<PodDisruptionBudget>(BUDGETS).list(pod.metadata.namespace).filter(({ spec }) => {
    const selector = selectorOf(spec.selector);
    return !isLeft(selector) && matchesSelector(selector.right, pod.metadata.labels);
  });
  const [first] = budgets;
  if (first === undefined) return [];
  const add: Op = { op: 'add', queue: QUEUE, key: keyOf(first) };
  if (budgets.length === 1) return [add];
  const message = `Pod ${JSON.stringify(pod.metadata.namespace)}/${JSON.stringify(pod.metadata.name)} matches multiple PodDisruptionBudgets.  Chose ${JSON.stringify(first.metadata.name)} arbitrarily.`;
  return [{ op: 'event', regarding: pod, type: 'Warning', reason: 'MultiplePodDisruptionBudgets', message }, add];
};

const handlePod = (notification: Notification, { caches, nowMs }: ControllerContext): readonly Op[] => {
  const pod = notification.object as Pod;
  const ops = budgetOf(caches, pod);
  const afterMs = notification.kind === 'delete' ? undefined : staleAfter(pod, nowMs);
  return afterMs === undefined ? ops : [...ops, { op: 'add-after', queue: STALE, key: keyOf(pod), afterMs }];
};

/** The controller with its types, for specs. */
export const typedDisruptionController: ControllerOf<undefined, Stage> = {
  name: 'disruption-controller',
  queues: [{ name: QUEUE, workers: 1 }, { name: RECHECK, workers: 1 }, { name: STALE, workers: 1 }],
  informers: [
    { resource: 'pods', handles: true }, { resource: BUDGETS, handles: true }, ...SCALED_RESOURCES.map((resource) => ({ resource, handles: false })),
  ],
  initial: undefined,
  handle: (memory, notification, context) =>
    ({ memory, ops: notification.resource === 'pods' ? handlePod(notification, context) : [{ op: 'add', queue: QUEUE, key: keyOf(notification.object) }] }),
  reconcile: (memory, queue, key, context) => {
    switch (queue) {
      case RECHECK: return done(memory, [{ op: 'add-rate-limited', queue: QUEUE, key }]);
      case STALE: return cleanUp(key, context);
      default: return sync(key, context);
    }
  },
  resume: (memory, _queue, key, stage, answers, { nowMs }) => {
    const answer = answers[0] as Answer;
    if (stage.kind === 'written') return written(key, stage, answer, nowMs);
    const error = errorOf(answer);
    return error === undefined ? done(memory) : failed(memory, error);
  },
};

export const disruptionController = (): Controller => erase(typedDisruptionController);
