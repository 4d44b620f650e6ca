/**
 * Where Kubernetes v1.34 differs from v1.20, which recorded the histories. Every entry names upstream's source at v1.34, and is used:
 * one that no history needs any more fails `histories.spec.ts`.
 */
import type { Json, Write } from './history.ts';
import { isJson } from './history.ts';

export type Side = 'recorded' | 'ours';

export type Difference =
  /** A write that only one side makes. */
  | { readonly kind: 'write'; readonly id: string; readonly side: Side; readonly source: string; readonly is: (write: Write, index: number, history: readonly Write[]) => boolean }
  /** A text of one side in the other's words. */
  | { readonly kind: 'wording'; readonly id: string; readonly side: Side; readonly source: string; readonly pattern: RegExp; readonly replacement: string }
  /** A field of the matching streams; `recorded` and `ours` are as shown in a disagreement. */
  | { readonly kind: 'field'; readonly id: string; readonly source: string; readonly stream: RegExp; readonly at: RegExp; readonly recorded: RegExp; readonly ours: RegExp };

const ABSENT = /^(absent|0)$/;
const ANY = /./;

const field = (id: string, source: string, stream: RegExp, at: RegExp, ours: RegExp = ANY, recorded: RegExp = ABSENT): Difference => ({ kind: 'field', id, source, stream, at, recorded, ours });

const noteOf = ({ request }: Write): string => String(request?.['note'] ?? '');
const regardingUid = ({ request }: Write): unknown => (isJson(request?.['regarding']) ? (request['regarding'] as Json)['uid'] : undefined);
const isFailedScheduling = (write: Write): boolean => write.request?.['reason'] === 'FailedScheduling';

const writes: readonly Difference[] = [
  {
    kind: 'write', id: 'token-secrets', side: 'recorded', source: 'pkg/controller/serviceaccount/tokens_controller.go: no Secret is made for a ServiceAccount since v1.24',
    is: ({ user }) => user === 'system:kube-controller-manager',
  },
  {
    kind: 'write', id: 'job-finalizers', side: 'ours', source: 'pkg/controller/job/job_controller.go removeTrackingFinalizersFromPods: a finished pod is counted, then let go',
    is: ({ user, verb, resource }) => user.endsWith(':job-controller') && verb === 'patch' && resource === 'pods',
  },
  {
    kind: 'write', id: 'no-attempt-for-deleting-pod', side: 'recorded',
    source: 'pkg/scheduler/backend/queue/scheduling_queue.go Update: an update moves an unschedulable pod only if a queueing hint says so; a deletion does not',
    is: (write) => noteOf(write).startsWith('skip schedule deleting pod'),
  },
  {
    kind: 'write', id: 'no-attempt-for-own-condition', side: 'recorded',
    source: 'pkg/scheduler/backend/queue/scheduling_queue.go Update: nor does the condition that the scheduler itself has written (v1.20 compared managedFields)',
    is: (write, index, history) => isFailedScheduling(write) && !noteOf(write).startsWith('skip')
      && history.slice(0, index).some((earlier) => isFailedScheduling(earlier) && regardingUid(earlier) === regardingUid(write)),
  },
];

const wordings: readonly Difference[] = [
  {
    kind: 'wording', id: 'scaled-from', side: 'ours', source: 'pkg/controller/deployment/sync.go scaleReplicaSet: "Scaled %s replica set %s from %d to %d"',
    pattern: /^(Scaled (?:up|down) replica set \S+) from \d+ to /, replacement: '$1 to ',
  },
  {
    kind: 'wording', id: 'saw-completed-job', side: 'recorded', source: 'pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob: "Saw completed job: %s, condition: %v"',
    pattern: /^(Saw completed job: .+), status: /, replacement: '$1, condition: ',
  },
  {
    kind: 'wording', id: 'post-filter', side: 'ours',
    source: 'pkg/scheduler/framework/types.go FitError.Error: what the PostFilter plugins (dynamicresources, defaultpreemption) say is appended',
    pattern: / no new claims to deallocate, preemption: 0\/3 nodes are available: 3 Preemption is not helpful for scheduling\.$/, replacement: '',
  },
];

const JOB_STATUS = /^job-controller: batch\/jobs /;
const JOBS = /batch\/jobs|CronJob/;

const fields: readonly Difference[] = [
  field('namespace-label', 'pkg/apis/core/v1/defaults.go SetDefaults_Namespace', /^admin: namespaces/, / metadata\.labels\.kubernetes\.io\/metadata\.name$/),
  field('root-ca-description', 'pkg/controller/certificates/rootcacertpublisher/publisher.go', /^root-ca-cert-publisher/, / metadata\.annotations\.kubernetes\.io\/description$/),
  field('pod-generation', 'pkg/registry/core/pod/strategy.go PrepareForCreate', ANY, /^create pods metadata\.generation$/, /^1$/),
  field('projected-token-volume', 'plugin/pkg/admission/serviceaccount/admission.go TokenVolumeSource', ANY, /^create pods spec\.(volumes\[0\]|containers\[0\]\.volumeMounts\[0\]\.name)/, ANY, ANY),
  field('daemonset-max-surge', 'pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet', /^admin: apps\/daemonsets/, / spec\.updateStrategy\.rollingUpdate\.maxSurge$/, /^0$/),
  field('job-generation', 'pkg/registry/batch/{job,cronjob}/strategy.go PrepareForCreate', /batch|CronJob/, /^create batch\/(jobs|cronjobs) metadata\.generation$/, /^1$/),
  field('job-defaults', 'pkg/apis/batch/v1/defaults.go SetDefaults_Job', JOBS, /^create batch\/jobs spec\.(completionMode|manualSelector|podReplacementPolicy|suspend)$/),
  field('job-name-label', 'pkg/registry/batch/job/strategy.go generateSelector', /[jJ]ob/, /^create (batch\/jobs|pods) (spec\.template\.)?metadata\.labels\.batch\.kubernetes\.io\/job-name$/),
  field('job-tracking', 'pkg/controller/job/job_controller.go newPodTemplate', /^job-controller: Job /, /^create pods metadata\.finalizers\[0\]$/, /^"batch\.kubernetes\.io\/job-tracking"$/),
  field('job-uncounted', 'pkg/controller/job/job_controller.go trackJobStatusAndRemoveFinalizers', JOB_STATUS, /^uncountedTerminatedPods\./),
  field('job-ready-terminating', 'pkg/controller/job/job_controller.go syncJob (JobReadyPods, JobPodReplacementPolicy)', JOB_STATUS, /(^| )(ready|terminating)$/, /^0$/),
  field('job-success-criteria', 'pkg/controller/job/job_controller.go delayTerminalCondition, newSuccessCondition', JOB_STATUS, /conditions\[SuccessCriteriaMet\]\./),
  field(
    'job-complete-reason', 'pkg/controller/job/job_controller.go: batch.JobReasonCompletionsReached', JOB_STATUS, /conditions\[Complete\]\.(reason|message)$/,
    /CompletionsReached|Reached expected number of succeeded pods/,
  ),
  field('cronjob-scheduled-time', 'pkg/controller/cronjob/utils.go getJobFromTemplate2', /CronJob/, / metadata\.annotations\.batch\.kubernetes\.io\/cronjob-scheduled-timestamp$/),
  field('cronjob-version', 'pkg/controller/cronjob/utils.go controllerKind', /CronJob/, / metadata\.ownerReferences\[0\]\.apiVersion$/, /^"batch\/v1"$/, /^"batch\/v1beta1"$/),
  field('cronjob-last-success', 'pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob', /batch\/cronjobs/, /(^| )lastSuccessfulTime$/),
  field('service-families', 'pkg/registry/core/service/storage/alloc.go initIPFamilyFields', /^admin: services/, / spec\.(ipFamilies\[0\]|ipFamilyPolicy)$/),
  field('service-traffic-policy', 'pkg/apis/core/v1/defaults.go SetDefaults_Service', /^admin: services/, / spec\.internalTrafficPolicy$/, /^"Cluster"$/),
  field('endpoints-managed-by', 'pkg/controller/endpoint/endpoints_controller.go syncService', /^endpoint-controller/, /metadata\.labels\.endpoints\.kubernetes\.io\/managed-by$/),
  field('gc-precondition', 'pkg/controller/garbagecollector/operations.go deleteObject', /^generic-garbage-collector/, / preconditions$/, /^"resourceVersion uid"$/, /^"uid"$/),
  field('pod-observed-generation', 'pkg/scheduler/schedule_one.go handleSchedulingFailure', /^kube-scheduler: pods/, /conditions\[PodScheduled\]\.observedGeneration$/, /^(1|0 > 1)$/),
];

export const differences: readonly Difference[] = [...writes, ...wordings, ...fields];
