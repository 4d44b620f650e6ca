/**
 * Empties a namespace that is being deleted, then lets it go.
 * Models: pkg/controller/namespace/namespace_controller.go, pkg/controller/namespace/deletion/namespaced_resources_deleter.go (with OrderedNamespaceDeletion)
 * Not modelled: discovery; the resources are those that the cluster serves.
 */
import type { KubeObject } from '../../../api/object.ts';
import { isPodTerminal } from '../../../api/pod-helpers.ts';
import type { ResourceId } from '../../../api/resources.ts';
import { allResources, resourceById } from '../../../api/resources.ts';
import { parseTime, SECOND_MS } from '../../../api/time.ts';
import type { Namespace, Pod } from '../../../api/types.ts';
import type { Answer, Controller, ControllerContext, ControllerOf, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf, failed, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { aggregate, isNotFound, isRefusedAs } from '../pod-control/errors.ts';
import type { Remains } from './conditions.ts';
import { noRemains, withConditions } from './conditions.ts';

interface Pass {
  readonly namespace: Namespace;
  /** Index into `CONTENTS`. */
  readonly at: number;
  readonly remains: Remains;
  /** How long the pods may still take, by their grace periods. */
  readonly podSeconds: number;
  /** The longest that anything is expected to take. */
  readonly estimateSeconds: number;
}

type Stage =
  | { readonly kind: 'read' }
  | { readonly kind: 'terminating' }
  | { readonly kind: 'estimating'; readonly pass: Pass }
  | { readonly kind: 'emptying'; readonly pass: Pass }
  | { readonly kind: 'reported'; readonly pass: Pass }
  | { readonly kind: 'finalized'; readonly uid: string | undefined }
  | { readonly kind: 'rereading'; readonly uid: string | undefined };

type NamespacePlan = Plan<undefined, Stage>;

/** namespaceDeletionGracePeriod, and the seconds that a finalizer is given. */
const GRACE_MS = 5 * SECOND_MS;
const FINALIZER_SECONDS = 15;
const FINALIZER = 'kubernetes';

/** Pods first: what they use must not go before them. Each stored kind once. */
const CONTENTS: readonly ResourceId[] = ['pods', ...allResources
  .filter((info) => info.namespaced && info.storagePrefix !== '' && info.id !== 'pods' && info.id !== 'events.events.k8s.io').map((info) => info.id)];

const ask = (requests: readonly ApiRequest[], stage: Stage): NamespacePlan => ({ kind: 'ask', memory: undefined, ops: [], requests, mode: 'in-order', stage });
const nameOf = (namespace: Namespace): string => namespace.metadata.name;
const getNamespace = (name: string): ApiRequest => ({ verb: 'get', resource: 'namespaces', name });
const updateStatus = (namespace: Namespace): ApiRequest => ({ verb: 'update', resource: 'namespaces', subresource: 'status', name: nameOf(namespace), body: namespace });

const begin = (namespace: Namespace): NamespacePlan => {
  if (namespace.metadata.deletionTimestamp === undefined) return done(undefined);
  if (namespace.status?.phase !== 'Terminating') return ask([updateStatus({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } })], { kind: 'terminating' });
  if ((namespace.spec?.finalizers ?? []).length === 0) return done(undefined);
  return empty({ namespace, at: 0, remains: noRemains, podSeconds: 0, estimateSeconds: 0 });
};

const empty = (pass: Pass): NamespacePlan => {
  const namespace = nameOf(pass.namespace);
  if (CONTENTS[pass.at] === 'pods') return ask([{ verb: 'list', resource: 'pods', namespace }], { kind: 'estimating', pass });
  return emptyOne(pass);
};

const emptyOne = (pass: Pass): NamespacePlan => {
  const resource = CONTENTS[pass.at] as ResourceId;
  const namespace = nameOf(pass.namespace);
  return ask([
    { verb: 'deletecollection', resource, namespace, options: { propagationPolicy: 'Background' } },
    { verb: 'list', resource, namespace },
  ], { kind: 'emptying', pass });
};

const itemsOf = (answer: Answer | undefined): readonly KubeObject[] => (answer?.kind === 'list' ? answer.list.items : []);

/** The longest grace of a pod that still runs; 0 once the namespace has been going away for longer than that. */
const estimate = (pods: readonly Pod[], { metadata: { deletionTimestamp = '' } }: Namespace, nowMs: number): number => {
  const longest = pods.filter((pod) => !isPodTerminal(pod)).reduce((seconds, pod) => Math.max(seconds, pod.spec.terminationGracePeriodSeconds ?? 0), 0);
  return nowMs - (parseTime(deletionTimestamp) ?? nowMs) >= longest * SECOND_MS ? 0 : longest;
};

/** As Go prints a GroupVersionResource. */
const printed = (resource: ResourceId): string => {
  const { apiVersion = '', resource: plural = resource } = resourceById(resource) ?? {};
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Resource=${plural}`;
};

const withLeft = (pass: Pass, items: readonly KubeObject[]): Pass => {
  const counts = new Map(pass.remains.finalizers.map(({ name, count }) => [name, count]));
  for (const item of items) for (const name of item.metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const hasFinalizers = items.some((item) => (item.metadata.finalizers ?? []).length > 0);
  const resource = CONTENTS[pass.at] as ResourceId;
  const ownSeconds = resource === 'pods' ? pass.podSeconds : 0;
  const seconds = ownSeconds === 0 && hasFinalizers ? FINALIZER_SECONDS : ownSeconds;
  const unexpected = `unexpected items still remain in namespace: ${nameOf(pass.namespace)} for gvr: ${printed(resource)}`;
  return {
    ...pass,
    estimateSeconds: Math.max(pass.estimateSeconds, seconds),
    remains: {
      errors: seconds === 0 ? [...pass.remains.errors, unexpected] : pass.remains.errors,
      left: [...pass.remains.left, { resource, count: items.length }],
      finalizers: [...counts].map(([name, count]) => ({ name, count })),
    },
  };
};

const estimated = (pass: Pass, answer: Answer, nowMs: number): NamespacePlan => {
  const error = errorOf(answer);
  if (error !== undefined) return emptied(pass, [answer], nowMs);
  return emptyOne({ ...pass, podSeconds: estimate(itemsOf(answer) as readonly Pod[], pass.namespace, nowMs) });
};

const emptied = (pass: Pass, answers: readonly Answer[], nowMs: number): NamespacePlan => {
  const error = answers.map(errorOf).find((text) => text !== undefined);
  const items = itemsOf(answers[1]);
  const judged = error !== undefined ? { ...pass, remains: { ...pass.remains, errors: [...pass.remains.errors, error] } } : items.length === 0 ? pass : withLeft(pass, items);
  const next = { ...judged, at: pass.at + 1 };
  // Why: nothing else goes before the last pod has gone.
  const isStuckAtPods = pass.at === 0 && (items.length > 0 || error !== undefined);
  return next.at < CONTENTS.length && !isStuckAtPods ? empty(next) : report(next, nowMs);
};

const report = (pass: Pass, nowMs: number): NamespacePlan => {
  const updated = withConditions(pass.namespace, pass.remains, nowMs);
  return updated === undefined ? conclude(pass) : ask([updateStatus(updated)], { kind: 'reported', pass });
};

const conclude = (pass: Pass): NamespacePlan => {
  const { remains, estimateSeconds, namespace } = pass;
  const error = aggregate(remains.errors);
  if (error !== undefined) return failed(undefined, error);
  // Half the estimate and a second more, in Go's integers.
  if (estimateSeconds > 0) return done(undefined, [{ op: 'add-after', key: nameOf(namespace), afterMs: (Math.floor(estimateSeconds / 2) + 1) * SECOND_MS }]);
  return finalize(namespace);
};

const finalize = (namespace: Namespace): NamespacePlan => {
  const body = { ...namespace, spec: { ...namespace.spec, finalizers: (namespace.spec?.finalizers ?? []).filter((name) => name !== FINALIZER) } };
  return ask([{ verb: 'update', resource: 'namespaces', subresource: 'finalize', name: nameOf(namespace), body }], { kind: 'finalized', uid: namespace.metadata.uid });
};

/** A conflict is retried in place with a fresh read; so does a sync that begins again with one. */
const unlessRefused = (key: string, answer: Answer, then: (object: Namespace) => NamespacePlan): NamespacePlan => {
  if (isNotFound(answer)) return done(undefined);
  if (isRefusedAs(answer, 'Conflict')) return ask([getNamespace(key)], { kind: 'read' });
  const error = errorOf(answer);
  return error === undefined ? then(objectOf(answer) as Namespace) : failed(undefined, error);
};

const resume = (key: string, stage: Stage, answers: readonly Answer[], { nowMs }: ControllerContext): NamespacePlan => {
  const first = answers[0] as Answer;
  switch (stage.kind) {
    case 'read':
    case 'terminating': return unlessRefused(key, first, begin);
    case 'estimating': return estimated(stage.pass, first, nowMs);
    case 'emptying': return emptied(stage.pass, answers, nowMs);
    // Upstream goes on with the namespace as it was before, so that the finalize which follows meets a conflict and reads again.
    case 'reported': return conclude(stage.pass);
    case 'finalized': {
      if (isRefusedAs(first, 'Conflict')) return ask([getNamespace(key)], { kind: 'rereading', uid: stage.uid });
      return unlessRefused(key, first, () => done(undefined));
    }
    case 'rereading': return unlessRefused(key, first, (namespace) =>
      (namespace.metadata.uid === stage.uid ? finalize(namespace) : failed(undefined, 'namespace uid has changed across retries')));
    default: return stage satisfies never;
  }
};

/** The controller with its types, for specs. */
export const typedNamespaceController: ControllerOf<undefined, Stage> = {
  name: 'namespace-controller',
  queues: [{ name: 'namespace', workers: 10, baseDelayMs: 5, maxDelayMs: 60 * SECOND_MS }],
  informers: [{ resource: 'namespaces', handles: true }],
  initial: undefined,
  handle: (memory, notification) => {
    const { deletionTimestamp, name } = notification.object.metadata;
    const isOurs = notification.kind !== 'delete' && deletionTimestamp !== undefined;
    return { memory, ops: isOurs ? [{ op: 'add-after', key: name, afterMs: GRACE_MS }] : [] };
  },
  reconcile: (memory, _queue, key, { caches }) =>
    (caches.lister('namespaces').get('', key) === undefined ? done(memory) : ask([getNamespace(key)], { kind: 'read' })),
  resume: (_memory, _queue, key, stage, answers, context) => resume(key, stage, answers, context),
};

export const namespaceController = (): Controller => erase(typedNamespaceController);
