/** Which shipped variant each property has to catch, and where. */
import type { ToApiServer } from '../../src/protocol/api.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { JudgeOptions } from './judge.ts';
import { scenarios } from './scenarios.ts';

export interface Canary {
  readonly property: string;
  readonly variant: string;
  readonly scenario: Scenario;
  /** Variants that are part of the surroundings, in the default run too. */
  readonly given?: readonly string[];
  readonly options?: JudgeOptions;
}

const isDelete = (body: unknown): boolean => (body as ToApiServer).kind === 'api-request' && (body as Extract<ToApiServer, { kind: 'api-request' }>).request.verb === 'delete';

const minutes = (count: number): JudgeOptions => ({ until: { kind: 'duration', ms: count * 60_000 } });

const canary = (property: string, variant: string, scenario: Scenario, options?: JudgeOptions): Canary =>
  ({ property, variant, scenario, ...(options === undefined ? {} : { options }) });

export const canaries: readonly Canary[] = [
  canary('store.revision-monotonic', 'etcd-repeats-revisions', scenarios.deployment),
  canary('store.no-lost-update', 'apiserver-overwrites', scenarios.rollout),
  canary('watch.ordered', 'apiserver-reorders-events', scenarios.deployment),
  canary('watch.unique', 'apiserver-repeats-events', scenarios.deployment),
  canary('watch.reliable', 'apiserver-drops-events', scenarios.deployment),
  canary('client.observer-monotonic', 'reflectors-resume-early', scenarios.deployment),
  canary('api.uid-precondition', 'apiserver-ignores-preconditions', scenarios.wrongUid),
  canary('pods.bind-once', 'apiserver-moves-pods', scenarios.deployment),
  canary('pods.phase-monotonic', 'apiserver-revives-pods', scenarios.job),
  canary('pods.runs-on-one-node', 'apiserver-deletes-at-once', scenarios.replacedPod),
  canary('pods.terminal-means-stopped', 'early-terminal-phase', scenarios.slowStop),
  canary('pods.kubelet-deletes-last', 'recreated-victim', scenarios.recreatedPod, { slow: { channel: 'status', isSlow: isDelete } }),
  canary('scheduler.no-overcommit', 'assumed-pod-expiry', scenarios.fullNodes),
  canary('scheduler.hard-constraints', 'scheduler-without-node-affinity', scenarios.selective),
  canary('scheduler.pending-progress', 'lost-wake-up', scenarios.makingWay),
  canary('controller-ref.one-owner', 'apiserver-doubles-owners', scenarios.replicaSet),
  canary('controller-ref.no-stealing', 'apiserver-steals-pods', scenarios.replicaSet),
  canary('replicaset.converges', 'replicaset-one-batch', scenarios.replicaSet),
  canary('replicaset.bounded-overshoot', 'replicaset-without-expectations', scenarios.replicaSet),
  canary('deployment.rollout-availability', 'deployment-shrinks-at-once', scenarios.rollout),
  canary('deployment.rollout-surge', 'deployment-grows-at-once', scenarios.rollout),
  canary('deployment.recreate-no-overlap', 'deployment-recreates-without-waiting', scenarios.recreate),
  canary('deployment.one-new-replicaset', 'stale-hash-collision', scenarios.hastyUser, { slow: { channel: 'watch/replicasets.apps' } }),
  canary('deployment.rollout-terminates', 'deployment-never-grows', scenarios.rollout),
  canary('daemonset.one-per-node', 'daemonset-skips-a-node', scenarios.daemonSet),
  canary('job.count-exact', 'job-double-count', scenarios.job, { slow: { channel: 'watch/pods' } }),
  canary('job.no-create-after-finish', 'job-end-unseen', scenarios.job),
  canary('job.completes', 'job-never-starts', scenarios.job),
  canary('cronjob.at-most-once-per-tick', 'cronjob-forgets-ticks', scenarios.cronJob, minutes(3)),
  canary('cronjob.forbid', 'cronjob-ignores-forbid', scenarios.slowCronJob, minutes(4)),
  canary('cronjob.about-once', 'cron-hundred-missed', scenarios.suspendedCronJob, minutes(125)),
  canary('gc.safe', 'gc-sees-no-owners', scenarios.deletion),
  canary('gc.complete', 'gc-deletes-nothing', scenarios.deletion, minutes(3)),
  canary('gc.finalizer-blocks', 'apiserver-ignores-finalizers', scenarios.finalizer),
  canary('endpoints.converge', 'endpointslices-never-updated', scenarios.service),
  canary('nodes.recovery', 'kubelet-never-ready', scenarios.deployment),
  canary('nodes.no-evict-without-taint', 'nodes-look-tainted', scenarios.deployment, minutes(2)),
  canary('nodes.pod-of-deleted-node-gone', 'podgc-deletes-nothing', scenarios.deletedNode, minutes(5)),
];
