/** The variants of upstream's real races: a buggy one where v1.34 is cured, a fixed one where it is not. */
import { controllerOf } from '../../api/pod-helpers.ts';
import { judgeExisting } from '../../components/kube-controller-manager/deployment/policy/revision.ts';
import { maxUnavailable } from '../../components/kube-controller-manager/deployment/policy/fenceposts.ts';
import { actualReplicas, availableOf, sizeOf } from '../../components/kube-controller-manager/deployment/policy/replica-sets.ts';
import { upstreamPolicy as upstreamCronPolicy } from '../../components/kube-controller-manager/cronjob/state.ts';
import type { Job } from '../../api/types.ts';
import { uidSatisfied } from '../../client/expectations.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { losingWatchEvents, rewritingRequests, rewritingRequestsAfterBreaks } from './rewrite.ts';
import type { Variant } from './variant.ts';

const buggy = (id: string, component: Variant['component'], source: string, statement: string, policies: Variant['policies']): Variant =>
  ({ id, component, race: id, kind: 'buggy', statement, source, policies });
const fixed = (id: string, component: Variant['component'], source: string, statement: string, policies: Variant['policies']): Variant =>
  ({ id, component, race: id, kind: 'fixed', statement, source, policies });

const ISSUES = 'https://github.com/kubernetes/kubernetes/issues';

const from = (request: ApiRequest, resourceVersion: string): ApiRequest => ({ ...request, options: { ...request.options, resourceVersion } });

const isUnfinished = (job: Job): boolean => !(job.status?.conditions ?? []).some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');

const schedulerRaces: readonly Variant[] = [
  buggy('lost-wake-up', 'kube-scheduler', `${ISSUES}/72122`, 'Events that arrive while a pod is being scheduled are not kept for it.', { scheduler: { inFlightEvents: 'lost' } }),
  buggy('assumed-pod-expiry', 'kube-scheduler', `${ISSUES}/106361`, 'An assumed pod is forgotten 50 ms after its binding, observed or not (upstream: 30 s).', { scheduler: { assumedPodTtlMs: 50 } }),
  buggy('coalesced-recreate', 'kube-scheduler', `${ISSUES}/106545`, 'A delete and a create that arrive as one update take two steps.', { scheduler: { recreate: 'split' } }),
  buggy('nominated-unobserved', 'kube-scheduler', `${ISSUES}/72124`, 'A nomination counts only once it has come back by the watch.', { scheduler: { nomination: 'observed-only' } }),
  buggy('lost-node-delete', 'kube-scheduler', `${ISSUES}/56261`, 'The scheduler does not learn that a node was deleted.', {
    mutations: [losingWatchEvents('kube-scheduler', (type, object) => type === 'DELETED' && object.kind === 'Node')],
  }),
  fixed('ambiguous-bind', 'kube-scheduler', `${ISSUES}/37232`, 'A pod whose bind has an unknown outcome stays assumed until its fate is observed.', { scheduler: { unknownBind: 'keep' } }),
];

const kubeletRaces: readonly Variant[] = [
  fixed('time-travel', 'kubelet', `${ISSUES}/59848`, 'The first list of pods asks for the most recent, not for any version.', { kubelet: { firstPodList: 'most-recent' } }),
  buggy('early-terminal-phase', 'kubelet', `${ISSUES}/104560`, 'A doomed pod is reported Failed before its containers have stopped.', { kubelet: { terminalPhase: 'as-soon-as-known' } }),
  buggy('recreated-victim', 'kubelet', `${ISSUES}/25169`, 'The last delete names the pod, not its uid.', { kubelet: { finalDelete: 'by-name' } }),
];

const controllerRaces: readonly Variant[] = [
  buggy('stale-hash-collision', 'kube-controller-manager', `${ISSUES}/29735`, 'AlreadyExists is a hash collision unless the cache shows the ReplicaSet to be our own.', {
    deployment: { judgeExisting: (d, existing) => (existing === undefined ? 'collision' : judgeExisting(d, existing)) },
  }),
  buggy('rolling-status-lag', 'kube-controller-manager', `${ISSUES}/22719`, 'How many old pods may go is reckoned from the ReplicaSets\' statuses, not from their specs.', {
    deployment: {
      maxScaledDown: (d, all, newSet) => actualReplicas(all) - (sizeOf(d) - maxUnavailable(d)) - ((newSet.status?.replicas ?? 0) - availableOf(newSet)),
      trimUnhealthy: () => [],
    },
  }),
  fixed('expired-expectations', 'kube-controller-manager', `${ISSUES}/129795`, 'Expectations never expire.', {
    replicaSet: { mayManage: (expectations, key) => uidSatisfied(expectations, key, Number.NEGATIVE_INFINITY) },
  }),
  fixed('daemon-failover', 'kube-controller-manager', `${ISSUES}/54096`, 'A daemon pod\'s name is a function of its node, so that a second create fails.', {
    daemonSet: { podName: (ds, nodeName, hash) => `${ds.metadata.name}-${hash}-${nodeName}` },
  }),
  buggy('job-double-count', 'kube-controller-manager', `${ISSUES}/105200`, 'A pod that still bears the finalizer is counted, whether its removal is under way or not.', { job: { isProcessed: () => false } }),
  fixed('job-extra-pod', 'kube-controller-manager', `${ISSUES}/130103`, 'No pods are created or deleted until the cache shows our own last status write.', { job: { mayManage: (_job, isStale) => !isStale } }),
  buggy('cron-hundred-missed', 'kube-controller-manager', `${ISSUES}/42649`, 'With more than a hundred missed start times, none is honoured.', {
    cronJob: {
      dueTime: (cronJob, nowMs, schedule) => {
        const recent = upstreamCronPolicy.dueTime(cronJob, nowMs, schedule);
        return recent.kind === 'recent' && recent.missed === 'many' ? { kind: 'error', error: 'too many missed start times' } : recent;
      },
    },
  }),
  fixed('cron-forbid-overlap', 'kube-controller-manager', 'pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob', 'Forbid looks at the Jobs in the cache, not at status.active alone.', {
    cronJob: { isRunning: (cronJob, jobs) => upstreamCronPolicy.isRunning(cronJob, jobs) || jobs.some((job) => controllerOf(job)?.uid === cronJob.metadata.uid && isUnfinished(job)) },
  }),
  buggy('flipping-endpoint', 'kube-controller-manager', `${ISSUES}/125638`, 'EndpointSlices are compared with what the cache shows, whether it has seen our own last write or not.', {
    endpointSlice: { isStale: () => false },
  }),
  buggy('relist-back-in-time', 'kube-controller-manager', `${ISSUES}/83520`, 'A watch that breaks is not resumed: a list asks for any version, whatever was seen before.', {
    mutations: [
      rewritingRequests('kube-controller-manager', undefined, (request) => (request.verb === 'list' ? from(request, '0') : request)),
      // Why so: a version that is too old is answered with 410, on which the reflector lists again.
      rewritingRequestsAfterBreaks('kube-controller-manager', (request) => (request.verb === 'watch' ? from(request, '1') : request)),
    ],
  }),
];

export const raceVariants: readonly Variant[] = [...schedulerRaces, ...kubeletRaces, ...controllerRaces];
