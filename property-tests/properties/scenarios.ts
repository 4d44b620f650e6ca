/** Small scenarios in which the canaries are at home. No latencies: the chooser alone decides what comes first. */
import type { KubeObject } from '../../src/api/object.ts';
import { defaultTopology, nodesNamed, nodeTopology } from '../../src/cluster/topology.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import type { Scenario, TimelineEntry } from '../../src/scenario/scenario.ts';

type Spec = Readonly<Record<string, unknown>>;

const topology = (change: Partial<ClusterTopology> = {}): ClusterTopology =>
  ({ ...defaultTopology, nodes: nodesNamed(2), latency: 'none', kubeProxy: false, leaderElection: false, ...change });

const object = (apiVersion: string, kind: string, name: string, spec: Spec, annotations: Readonly<Record<string, string>> = {}): KubeObject =>
  ({ apiVersion, kind, metadata: { name, namespace: 'default', labels: { app: name }, annotations }, spec } as KubeObject);

const container = (cpu: string): Spec => ({ name: 'c', image: 'example/server:1', resources: { requests: { cpu, memory: '16Mi' } } });
const podSpec = (cpu = '50m', more: Spec = {}): Spec => ({ containers: [container(cpu)], ...more });
const template = (name: string, spec: Spec, annotations: Readonly<Record<string, string>> = {}): Spec => ({ metadata: { labels: { app: name }, annotations }, spec });
const selector = (name: string): Spec => ({ matchLabels: { app: name } });

/** When the kubelet, whose word about pods is slow to arrive, has said that the pod has ended and has not yet deleted it. */
const DELETED_MS = 25_000;
const STOP_IN_5S = { 'kubeloom.dev/behavior': '{"stopDelayMs": 5000}' };
const SLOW_STOP = { 'kubeloom.dev/behavior': '{"stopDelayMs": 20000}' };

export const pod = (name: string, spec: Spec = podSpec(), annotations: Readonly<Record<string, string>> = {}): KubeObject => object('v1', 'Pod', name, spec, annotations);
const deployment = (replicas: number, more: Spec = {}, spec: Spec = podSpec(), annotations: Readonly<Record<string, string>> = {}): KubeObject =>
  object('apps/v1', 'Deployment', 'web', { replicas, selector: selector('web'), template: template('web', spec, annotations), ...more });
const replicaSet = (replicas: number): KubeObject => object('apps/v1', 'ReplicaSet', 'rs', { replicas, selector: selector('rs'), template: template('rs', podSpec()) });
const job = (completions: number, parallelism: number): KubeObject =>
  object('batch/v1', 'Job', 'job', { completions, parallelism, template: template('job', podSpec('50m', { restartPolicy: 'Never' })) });
const cronJob = (change: Spec, runForMs = 1000): KubeObject => object('batch/v1', 'CronJob', 'cron', {
  schedule: '* * * * *', ...change,
  jobTemplate: { spec: { template: template('cron', podSpec('50m', { restartPolicy: 'Never' }), { 'kubeloom.dev/behavior': `{"runForMs": ${runForMs}}` }) } },
});
const service: KubeObject = object('v1', 'Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] });

const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] } } as KubeObject;
const heldName = { resource: 'configmaps', namespace: 'default', name: 'held' };

const at = (afterMs: number, command: UserCommand): TimelineEntry => ({ afterMs, command });
const apply = (one: KubeObject, afterMs = 0): TimelineEntry => at(afterMs, { kind: 'apply', object: one });
const web = { resource: 'deployments.apps', namespace: 'default', name: 'web' };
const newImage = (afterMs: number, version = 2): TimelineEntry => at(afterMs, { kind: 'set-image', target: web, container: 'c', image: `example/server:${version}` });
const podTarget = (name: string) => ({ resource: 'pods', namespace: 'default', name });

const scenario = (name: string, timeline: readonly TimelineEntry[], change: Partial<ClusterTopology> = {}): Scenario => ({ name, topology: topology(change), timeline });

const SMALL = nodesNamed(2, { capacity: { cpu: '1', memory: '4Gi', pods: '110', 'ephemeral-storage': '100Gi' } });
const ONE_SMALL = SMALL.slice(0, 1);
const ROLLING = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };

export const scenarios = {
  deployment: scenario('a Deployment of 2', [apply(deployment(2))]),
  replicaSet: scenario('a ReplicaSet of 3', [apply(replicaSet(3))]),
  rollout: scenario('a rolling update', [apply(deployment(3, ROLLING)), newImage(30_000)]),
  recreate: scenario('an update under Recreate', [apply(deployment(2, { strategy: { type: 'Recreate' } }, podSpec(), SLOW_STOP)), newImage(60_000)]),
  twoServers: scenario('a Deployment, scaled up and down, on two API servers', [
    apply(deployment(2)), at(5000, { kind: 'scale', target: web, replicas: 4 }), at(10_000, { kind: 'scale', target: web, replicas: 1 }),
  ], { apiservers: 2 }),
  recreatedPod: scenario('a pod that is deleted, deleted again without grace as its kubelet is about to, and created anew', [
    apply(pod('a', podSpec(), STOP_IN_5S)), at(20_000, { kind: 'delete', target: podTarget('a') }),
    at(DELETED_MS, { kind: 'delete', target: podTarget('a'), gracePeriodSeconds: 0 }), at(DELETED_MS, { kind: 'create', object: pod('a', podSpec(), STOP_IN_5S) }),
  ], { nodes: nodesNamed(1) }),
  wrongUid: scenario('a pod deleted by a uid that it has not', [
    apply(pod('a')), at(10_000, { kind: 'request', request: { verb: 'delete', resource: 'pods', namespace: 'default', name: 'a', options: { preconditions: { uid: 'another' } } } }),
  ]),
  hastyUser: scenario('a Deployment that is scaled again and again at once', [
    apply(deployment(1)), ...[2, 1, 2, 1, 2].map((replicas) => at(0, { kind: 'scale', target: web, replicas })),
  ]),
  replacedPod: scenario('a pod that is slow to stop, deleted, and created anew on another node', [
    apply(pod('a', podSpec('50m', { nodeName: 'node-1' }), SLOW_STOP)), at(20_000, { kind: 'delete', target: podTarget('a') }),
    at(20_001, { kind: 'create', object: pod('a', podSpec('50m', { nodeName: 'node-2' }), SLOW_STOP) }),
  ]),
  slowStop: scenario('a pod that is slow to stop, deleted', [apply(pod('a', podSpec(), SLOW_STOP)), at(20_000, { kind: 'delete', target: podTarget('a') })]),
  fullNodes: scenario('pods of which each node takes one', [apply(deployment(2, {}, podSpec('600m'))), apply(pod('a', podSpec('600m')), 0)], { nodes: SMALL }),
  makingWay: scenario('a pod that comes as another goes', [
    apply(pod('a', podSpec('800m'))), apply(pod('b', podSpec('800m')), 15_000), at(15_000, { kind: 'delete', target: podTarget('a'), gracePeriodSeconds: 0 }),
  ], { nodes: ONE_SMALL }),
  selective: scenario('pods for one of two nodes', [apply(deployment(2, {}, podSpec('50m', { nodeSelector: { disk: 'ssd' } })), 30_000)],
    { nodes: [nodeTopology('node-1', { labels: { disk: 'ssd' } }), nodeTopology('node-2')] }),
  daemonSet: scenario('a DaemonSet', [apply(object('apps/v1', 'DaemonSet', 'ds', { selector: selector('ds'), template: template('ds', podSpec()) }))]),
  job: scenario('a Job of 3', [apply(job(3, 2))]),
  cronJob: scenario('a CronJob each minute', [apply(cronJob({}))]),
  slowCronJob: scenario('a CronJob each minute that forbids overlaps and takes longer', [apply(cronJob({ concurrencyPolicy: 'Forbid' }, 150_000))]),
  suspendedCronJob: scenario('a CronJob that is suspended for two hours', [
    apply(cronJob({ suspend: true })),
    at(7_200_000, { kind: 'patch', target: { resource: 'cronjobs.batch', namespace: 'default', name: 'cron' }, patchType: 'merge', patch: { spec: { suspend: false } } }),
  ], { nodes: nodesNamed(1) }),
  deletion: scenario('a Deployment, deleted', [apply(deployment(2)), at(30_000, { kind: 'delete', target: web })]),
  finalizer: scenario('an object that waits for a finalizer', [
    at(0, { kind: 'create', object: held }), at(5000, { kind: 'delete', target: heldName }),
    at(20_000, { kind: 'patch', target: heldName, patchType: 'merge', patch: { metadata: { finalizers: null } } }),
  ]),
  service: scenario('a Service of a Deployment', [apply(service), apply(deployment(2)), at(30_000, { kind: 'scale', target: web, replicas: 3 })]),
  deletedNodeAndGrowth: scenario('a node that is deleted before more pods are asked for', [
    apply(deployment(3)), at(30_000, { kind: 'delete', target: { resource: 'nodes', name: 'node-2' } }), at(60_000, { kind: 'scale', target: web, replicas: 6 }),
  ]),
  boundBeyondRoom: scenario('pods bound by hand to a node that has room for one', ['a', 'b'].map((name) => apply(pod(name, podSpec('600m', { nodeName: 'node-1' })))), { nodes: ONE_SMALL }),
  preempted: scenario('a pod of high priority that comes as others wait, and as the one that is in its way is deleted', [
    apply(pod('a', podSpec('800m'))), ...['b', 'c', 'd'].map((name) => apply(pod(name, podSpec('400m')), 15_000)),
    at(15_000, { kind: 'create', object: pod('urgent', podSpec('800m', { priorityClassName: 'system-cluster-critical' })) }),
    at(15_000, { kind: 'delete', target: podTarget('a'), gracePeriodSeconds: 0 }),
  ], { nodes: ONE_SMALL }),
  busyServers: scenario('a Deployment, scaled up and down again and again, on two API servers', [
    apply(deployment(2)), ...[4, 2, 4, 2, 4, 2, 4, 2].map((replicas, i) => at(300 * (i + 1), { kind: 'scale', target: web, replicas })),
  ], { apiservers: 2 }),
  deletedNode: scenario('a node that is deleted', [apply(deployment(3)), at(30_000, { kind: 'delete', target: { resource: 'nodes', name: 'node-2' } })]),
} as const;
