/** Variants that are wrong on purpose: each breaks a property that nothing real is known to break, so that the property is known to notice. */
import type { KubeObject } from '../../api/object.ts';
import { notFound } from '../../api/status.ts';
import type { CronJob, Job, Node, Pod, ReplicaSet } from '../../api/types.ts';
import { defaultProfile } from '../../components/kube-scheduler/default-profile.ts';
import { sizeOf, specReplicas } from '../../components/kube-controller-manager/deployment/policy/replica-sets.ts';
import { podsShouldBeOnNode } from '../../components/kube-controller-manager/daemonset/pods-on-node.ts';
import type { ApiRequest, FromApiServer, WatchEvent } from '../../protocol/api.ts';
import type { RevisionRecord } from '../../protocol/etcd.ts';
import { dryRun, rewritingAnswers, rewritingEffects, rewritingInput, rewritingPuts, rewritingRequests, rewritingRequestsReceived, rewritingWatchEvents, rewritingWrites } from './rewrite.ts';
import type { Mutation, Policies, Variant } from './variant.ts';

const canary = (id: string, component: Variant['component'], statement: string, policies: Policies): Variant =>
  ({ id, component, kind: 'buggy', statement, source: 'none: a canary', policies });

const mutant = (id: string, component: Variant['component'], statement: string, mutation: Mutation): Variant => canary(id, component, statement, { mutations: [mutation] });

/** A seventh of all revisions: often enough to be met soon, seldom enough to get there. */
const isSeventh = (revision: number): boolean => revision % 7 === 0;

const revisionOf = (event: WatchEvent): number => (event.type === 'ERROR' ? 0 : Number(event.object.metadata.resourceVersion ?? 0));

/** Rewrites the events of pods, a seventh of them. */
const rewritingPodEvents = (rewrite: (body: FromApiServer, event: Exclude<WatchEvent, { type: 'ERROR' }>) => readonly FromApiServer[]): Mutation => rewritingAnswers((body) => {
  if (body.kind !== 'api-watch-event' || body.event.type === 'ERROR' || body.event.type === 'BOOKMARK') return [body];
  return body.event.object.kind === 'Pod' && isSeventh(revisionOf(body.event)) ? rewrite(body, body.event) : [body];
});

const withRevision = (object: KubeObject, revision: number): KubeObject => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });

const withoutVersion = (request: ApiRequest): ApiRequest => {
  const body = request.body as KubeObject | undefined;
  if (request.verb !== 'update' || body?.metadata.resourceVersion === undefined || request.resource === 'leases.coordination.k8s.io') return request;
  const { resourceVersion: _dropped, ...metadata } = body.metadata;
  return { ...request, body: { ...body, metadata } };
};

const withoutOwners = (request: ApiRequest): ApiRequest => {
  if (request.verb !== 'create' || request.resource !== 'pods') return request;
  const body = request.body as KubeObject;
  const { ownerReferences: _dropped, ...metadata } = body.metadata;
  return { ...request, body: { ...body, metadata } };
};

/** The answer to a list of pods of a process that starts again. */
const hidingPods = rewritingInput('kube-controller-manager', (input, { incarnation }) => {
  if (input.kind !== 'message' || incarnation === 0) return input;
  const body = input.body as FromApiServer;
  if (body.kind !== 'api-answer' || body.answer.kind !== 'list' || input.channel !== 'watch/pods') return input;
  return { ...input, body: { ...body, answer: { ...body.answer, list: { ...body.answer.list, items: [] } } } };
});

const withOptions = (request: ApiRequest, options: ApiRequest['options']): ApiRequest => ({ ...request, options: { ...request.options, ...options } });

const withoutPreconditions = (request: ApiRequest): ApiRequest => {
  if (request.options?.preconditions === undefined) return request;
  const { preconditions: _dropped, ...options } = request.options;
  return { ...request, options };
};

const storeCanaries: readonly Variant[] = [
  mutant('etcd-repeats-revisions', 'etcd', 'A seventh of all revisions bear the number of the one before.', rewritingEffects('etcd', (effect) => {
    if (effect.kind !== 'append') return [effect];
    const record = effect.record as RevisionRecord;
    return [record.kind === 'revision' && isSeventh(record.revision) ? { ...effect, record: { ...record, revision: record.revision - 1 } } : effect];
  })),
  mutant('apiserver-overwrites', 'kube-apiserver', 'The resourceVersion of an update is not looked at.', rewritingRequestsReceived(withoutVersion)),
  mutant('apiserver-drops-events', 'kube-apiserver', 'Some watch events of pods are not sent.', rewritingPodEvents(() => [])),
  mutant('apiserver-lists-short', 'kube-apiserver', 'The last object of a list is left out.', rewritingAnswers((body) => (body.kind === 'api-answer' && body.answer.kind === 'list'
    ? [{ ...body, answer: { ...body.answer, list: { ...body.answer.list, items: body.answer.list.items.slice(0, -1) } } }] : [body]))),
  mutant('apiserver-repeats-events', 'kube-apiserver', 'Some watch events of pods are sent twice.', rewritingPodEvents((body) => [body, body])),
  mutant('apiserver-reorders-events', 'kube-apiserver', 'Some watch events of pods are followed by an older state of the pod.', rewritingPodEvents((body, event) => [
    body, { ...body, event: { ...event, object: withRevision(event.object, revisionOf(event) - 5) } } as FromApiServer,
  ])),
  mutant('reflectors-resume-early', 'kube-controller-manager', 'A watch begins five revisions before the one that was seen last.', rewritingRequests('kube-controller-manager', undefined, (request) => {
    const from = Number(request.options?.resourceVersion ?? 0);
    return request.verb === 'watch' && from > 6 ? withOptions(request, { resourceVersion: String(from - 5) }) : request;
  })),
  mutant('apiserver-ignores-preconditions', 'kube-apiserver', 'The preconditions of a delete are not looked at.', rewritingRequestsReceived(withoutPreconditions)),
  mutant('apiserver-ignores-finalizers', 'kube-apiserver', 'An object that has to wait for its finalizers is removed at once.', rewritingWrites((op) => {
    if (op.kind !== 'put') return op;
    const { metadata } = op.value as KubeObject;
    return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length > 0 ? { kind: 'delete', key: op.key } : op;
  })),
];

const podCanaries: readonly Variant[] = [
  mutant('kubelet-admits-all', 'kubelet', 'Pods look as if they asked for nothing, so that all are admitted.', rewritingWatchEvents('kubelet', (object) => {
    if (object.kind !== 'Pod') return object;
    const pod = object as Pod;
    return { ...pod, spec: { ...pod.spec, containers: pod.spec.containers.map(({ resources: _dropped, ...container }) => container) } } as Pod;
  })),
  mutant('apiserver-moves-pods', 'kube-apiserver', 'A pod that runs is written as bound to another node.', rewritingPuts<Pod>('Pod', (pod) =>
    (pod.status?.phase === 'Running' ? { ...pod, spec: { ...pod.spec, nodeName: 'node-elsewhere' } } : pod))),
  mutant('apiserver-revives-pods', 'kube-apiserver', 'A pod that has ended is written as running once its finalizers are gone.', rewritingPuts<Pod>('Pod', (pod) =>
    (pod.status?.phase === 'Succeeded' && (pod.metadata.finalizers ?? []).length === 0 ? { ...pod, status: { ...pod.status, phase: 'Running' } } : pod))),
  mutant('apiserver-deletes-at-once', 'kube-apiserver', 'Every delete of a pod is one without grace.', rewritingRequestsReceived((request) =>
    (request.verb === 'delete' && request.resource === 'pods' ? withOptions(request, { gracePeriodSeconds: 0 }) : request))),
  mutant('apiserver-steals-pods', 'kube-apiserver', 'A running pod is written as controlled by somebody else.', rewritingPuts<Pod>('Pod', (pod) => (pod.status?.phase === 'Running'
    ? { ...pod, metadata: { ...pod.metadata, ownerReferences: (pod.metadata.ownerReferences ?? []).map((owner) => ({ ...owner, uid: `not-${owner.uid}` })) } }
    : pod))),
  mutant('apiserver-doubles-owners', 'kube-apiserver', 'A running pod is written with a second controller.', rewritingPuts<Pod>('Pod', (pod) => (pod.status?.phase === 'Running'
    ? { ...pod, metadata: { ...pod.metadata, ownerReferences: (pod.metadata.ownerReferences ?? []).flatMap((owner) => [owner, { ...owner, uid: `also-${owner.uid}` }]) } }
    : pod))),
  mutant('kubelet-never-ready', 'kubelet', 'The status of a pod never says that the pod is ready.', rewritingRequests('kubelet', undefined, (request) => {
    const { status } = (request.body ?? {}) as Partial<Pod>;
    if (request.resource !== 'pods' || request.verb !== 'patch' || status?.conditions === undefined) return request;
    return { ...request, body: { ...request.body as object, status: { ...status, conditions: status.conditions.map((one) => (one.type === 'Ready' ? { ...one, status: 'False' } : one)) } } };
  })),
  canary('scheduler-without-node-affinity', 'kube-scheduler', 'Node selectors and node affinity are not looked at.', {
    schedulerProfile: { ...defaultProfile, plugins: defaultProfile.plugins.filter(({ plugin }) => plugin.name !== 'NodeAffinity') },
  }),
];

const withoutTick = (request: ApiRequest): ApiRequest => {
  if (request.verb === 'create' && request.resource === 'jobs.batch') {
    const { metadata: { name, ...metadata }, ...body } = request.body as KubeObject;
    return { ...request, body: { ...body, metadata: { ...metadata, generateName: `${name}-` } } };
  }
  if (request.verb !== 'update' || request.subresource !== 'status') return request;
  const cronJob = request.body as CronJob;
  const { lastScheduleTime: _dropped, ...status } = cronJob.status ?? {};
  return { ...request, body: { ...cronJob, status } };
};

/** Where the status would say that pods are available, the spec is written anew instead, in a way that the Deployment controller takes back. */
const unavailableAgain = (request: ApiRequest): ApiRequest => {
  if (request.verb !== 'update' || request.resource !== 'replicasets.apps' || request.subresource !== 'status') return request;
  const rs = request.body as ReplicaSet;
  if ((rs.status?.availableReplicas ?? 0) === 0) return request;
  const { subresource: _dropped, ...whole } = request;
  return { ...whole, body: { ...rs, spec: { ...rs.spec, minReadySeconds: 1 } } as ReplicaSet };
};

const workloadCanaries: readonly Variant[] = [
  mutant('replicaset-fights-deployment', 'kube-controller-manager', 'The ReplicaSet controller wants pods to be ready for a second, where the Deployment controller does not.',
    rewritingRequests('kube-controller-manager', 'replicaset-controller', unavailableAgain)),
  canary('replicaset-one-batch', 'kube-controller-manager', 'No batch of new pods follows the first, which is of one, and expectations are not waited for but once.', {
    replicaSet: { burstReplicas: 1, mayManage: (expectations) => expectations.counts.size === 0 },
  }),
  mutant('replicaset-disowns', 'kube-controller-manager', 'The ReplicaSet controller creates pods without an owner, and adopts them later.',
    rewritingRequests('kube-controller-manager', 'replicaset-controller', withoutOwners)),
  canary('replicaset-without-expectations', 'kube-controller-manager', 'Pods are created and deleted by what the cache shows, whatever was done before.', { replicaSet: { mayManage: () => true } }),
  canary('deployment-grows-at-once', 'kube-controller-manager', 'The new ReplicaSet has its full size at once, whatever the old ones have.', { deployment: { growNew: (d) => sizeOf(d) } }),
  canary('deployment-shrinks-at-once', 'kube-controller-manager', 'All old ReplicaSets are emptied at once.', {
    deployment: { maxScaledDown: (_d, all) => specReplicas(all), trimUnhealthy: () => [], shrinkOld: (_d, old) => old.filter((rs) => sizeOf(rs) > 0).map((rs) => ({ rs, to: 0 })) },
  }),
  canary('deployment-recreates-without-waiting', 'kube-controller-manager', 'Recreate does not wait for the old pods to be gone.', { deployment: { oldPodsRunning: () => false } }),
  canary('deployment-never-grows', 'kube-controller-manager', 'The new ReplicaSet never grows beyond its first pod, and no deadline is looked at.', {
    deployment: { growNew: (_d, _all, newSet) => sizeOf(newSet), maxScaledDown: () => 0, rolloutStatus: (_d, status) => status, scale: () => [] },
  }),
  canary('daemonset-skips-a-node', 'kube-controller-manager', 'No daemon pod is created on node-2.', {
    daemonSet: { onNode: (question) => (question.node.metadata.name === 'node-2' ? { ...podsShouldBeOnNode(question), create: false } : podsShouldBeOnNode(question)) },
  }),
  canary('job-never-starts', 'kube-controller-manager', 'No Job creates pods.', { job: { mayManage: () => false } }),
  mutant('job-end-unseen', 'kube-controller-manager', 'A Job that has ended looks as if it had never begun.', rewritingWatchEvents('kube-controller-manager', (object) => {
    const job = object as Job;
    return job.kind === 'Job' && job.status?.conditions?.some(({ type }) => type === 'Complete') === true ? { ...job, status: {} } as Job : object;
  })),
  canary('cronjob-ignores-forbid', 'kube-controller-manager', 'A Job that still runs does not keep the next from starting.', { cronJob: { isRunning: () => false } }),
  mutant('cronjob-forgets-ticks', 'kube-controller-manager', 'The name of a CronJob\'s Job is not a function of the tick, and the tick is not written down.',
    rewritingRequests('kube-controller-manager', 'cronjob-controller', withoutTick)),
];

const isSlice = ({ resource }: ApiRequest): boolean => resource === 'endpointslices.discovery.k8s.io';

const MUTANT_TAINT = { key: 'kubeloom.dev/mutant', effect: 'NoExecute' } as const;

const looksTainted = (object: KubeObject): KubeObject => {
  const node = object as Node;
  // A bookmark has no spec.
  if (object.kind !== 'Node' || (node as Partial<Node>).spec === undefined) return object;
  return { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), MUTANT_TAINT] } } as Node;
};

/** The garbage collector's own look-ups of ReplicaSets, who own pods. */
const hideReplicaSets = rewritingInput('kube-controller-manager', (input) => {
  if (input.kind !== 'message' || input.channel !== 'requests/generic-garbage-collector') return input;
  const body = input.body as FromApiServer;
  if (body.kind !== 'api-answer' || body.answer.kind !== 'object' || !body.answer.object.kind.endsWith('ReplicaSet')) return input;
  return { ...input, body: { ...body, answer: { kind: 'refused', code: 404, status: notFound('apps', 'replicasets', body.answer.object.metadata.name) } } };
});

const clusterCanaries: readonly Variant[] = [
  mutant('gc-sees-no-owners', 'kube-controller-manager', 'The garbage collector\'s look-ups of ReplicaSets are answered NotFound.', hideReplicaSets),
  mutant('gc-deletes-nothing', 'kube-controller-manager', 'The garbage collector\'s deletes are dry runs.', rewritingRequests('kube-controller-manager', 'generic-garbage-collector', (request) =>
    (request.verb === 'delete' ? dryRun(request) : request))),
  mutant('controllers-start-blind', 'kube-controller-manager', 'A process that starts again takes it that there are no pods, and works.', hidingPods),
  mutant('endpointslices-never-updated', 'kube-controller-manager', 'Updates of EndpointSlices are dry runs.', rewritingRequests('kube-controller-manager', 'endpointslice-controller', (request) =>
    (request.verb === 'update' && isSlice(request) ? dryRun(request) : request))),
  mutant('nodes-look-tainted', 'kube-controller-manager', 'Nodes that change look as if they had a taint that evicts.', rewritingWatchEvents('kube-controller-manager', looksTainted)),
  mutant('podgc-deletes-nothing', 'kube-controller-manager', 'The pod garbage collector\'s deletes are dry runs.', rewritingRequests('kube-controller-manager', 'pod-garbage-collector', (request) =>
    (request.verb === 'delete' ? dryRun(request) : request))),
];

export const canaryVariants: readonly Variant[] = [...storeCanaries, ...podCanaries, ...workloadCanaries, ...clusterCanaries];
