/** Which shipped variant each property has to catch, and where. Some take more than a random order: then a campaign's strategy and faults. */
import type { FaultKind, FaultPlan, FaultRule, FaultTargets } from '../../src/explore/faults/fault-plan.ts';
import type { SearchStrategy } from '../../src/explore/strategies.ts';
import type { ToApiServer } from '../../src/protocol/api.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { JudgeOptions } from './judge.ts';
import { scenarios } from './scenarios.ts';

export interface Canary {
  readonly property: string;
  readonly variant: string;
  readonly scenario: Scenario;
  readonly options?: JudgeOptions;
  /** Sought as a campaign does, from when the cluster has come up; `options` are then of no account. */
  readonly search?: CanarySearch;
}

export interface CanarySearch {
  readonly strategy: SearchStrategy;
  readonly faults: FaultPlan;
  /** What may break, where not everything may. */
  readonly targets?: Partial<FaultTargets>;
}

const isDelete = (body: unknown): boolean => (body as ToApiServer).kind === 'api-request' && (body as Extract<ToApiServer, { kind: 'api-request' }>).request.verb === 'delete';

const minutes = (count: number): JudgeOptions => ({ until: { kind: 'duration', ms: count * 60_000 } });

const canary = (property: string, variant: string, scenario: Scenario, options?: JudgeOptions): Canary =>
  ({ property, variant, scenario, ...(options === undefined ? {} : { options }) });

const sought = (property: string, variant: string, scenario: Scenario, search: CanarySearch): Canary => ({ property, variant, scenario, search });
const rule = (kind: FaultKind, perThousand: number, limit: number): FaultRule => ({ kind, perThousand, limit });

/** One for each property that a single run can break. */
export const canaries: readonly Canary[] = [
  canary('store.list-consistent', 'apiserver-lists-short', scenarios.deployment),
  canary('client.cache-fresh', 'apiserver-drops-events', scenarios.deployment),
  canary('pods.running-within-room', 'kubelet-admits-all', scenarios.boundBeyondRoom),
  canary('scheduler.node-is-there', 'lost-node-delete', scenarios.deletedNodeAndGrowth),
  sought('scheduler.nominated-room', 'nominated-unobserved', scenarios.preempted, { strategy: 'pos', faults: [] }),
  canary('controller-ref.takes-ownership', 'replicaset-disowns', scenarios.replicaSet),
  sought('endpoints.no-empty-write', 'controllers-start-blind', scenarios.service, { strategy: 'random', faults: [rule('crash', 3, 1)], targets: { crash: ['kube-controller-manager'] } }),
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

/** Variants of upstream's races beyond these, and two controllers that fight. */
export const moreCanaries: readonly Canary[] = [
  canary('deployment.rollout-availability', 'rolling-status-lag', scenarios.rollout),
  sought('client.observer-monotonic', 'relist-back-in-time', scenarios.busyServers, {
    strategy: 'random', faults: [rule('cut', 10, 4), rule('reset', 60, 30)], targets: { cut: [['kube-apiserver/1', 'etcd']], reset: ['kube-apiserver/0'] },
  }),
  sought('converges', 'replicaset-fights-deployment', scenarios.deployment, { strategy: 'random', faults: [] }),
];
