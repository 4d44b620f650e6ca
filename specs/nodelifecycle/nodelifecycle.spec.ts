/** The node lifecycle controller: silent nodes, their pods, and the taints that follow. */
import { describe, expect, it } from 'vitest';
import { formatTime } from '../../src/api/time.ts';
import type { Lease, Node, NodeCondition, Pod, Taint } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedNodeLifecycleController as controller } from '../../src/components/kube-controller-manager/nodelifecycle/node-lifecycle-controller.ts';
import type { Zone, Zones } from '../../src/components/kube-controller-manager/nodelifecycle/zones.ts';
import { judgeZones, newZone, takeToken } from '../../src/components/kube-controller-manager/nodelifecycle/zones.ts';
import { added, added1, bodyOf, drive, events, NOW, NOW_MS, ok, pod, refusedConflict, requestOf, requests, updated1 } from '../kube-controller-manager/drive.ts';
import type { Objects } from '../kube-controller-manager/drive.ts';

const driver = drive(controller);
type NodePlan = ReturnType<typeof driver.sync>;
const GRACE_MS = 50_000;

const condition = (type: string, status: string, at = NOW): NodeCondition => ({ type, status, reason: 'KubeletReady', message: '', lastHeartbeatTime: at, lastTransitionTime: at });
const ready = (status = 'True', at = NOW): readonly NodeCondition[] =>
  [condition('MemoryPressure', 'False', at), condition('DiskPressure', 'False', at), condition('PIDPressure', 'False', at), condition('Ready', status, at)];
const node = (name: string, conditions: readonly NodeCondition[], more: { taints?: readonly Taint[]; unschedulable?: boolean; zone?: string } = {}): Node => ({
  apiVersion: 'v1', kind: 'Node',
  metadata: { name, uid: `uid-${name}`, resourceVersion: '3', creationTimestamp: NOW, labels: more.zone === undefined ? {} : { 'topology.kubernetes.io/zone': more.zone } },
  spec: { ...(more.taints === undefined ? {} : { taints: more.taints }), ...(more.unschedulable === undefined ? {} : { unschedulable: more.unschedulable }) },
  status: { conditions },
});
const lease = (name: string, renewMs: number): Lease =>
  ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime: `${formatTime(renewMs).slice(0, -1)}.000000Z` } });

const monitor = (objects: Objects, memory = controller.initial, nowMs = NOW_MS): NodePlan => driver.sync('monitor', 'monitor', objects, memory, nowMs);
const answer = (plan: NodePlan, queue: string, answers: readonly Answer[], objects: Objects = {}, nowMs = NOW_MS): NodePlan => driver.answer(plan, queue, 'n1', answers, objects, nowMs);
const onNode = (name: string, status = 'True'): Pod => pod(name, { spec: { nodeName: 'n1' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: NOW }] } });

describe('nodelifecycle.register', () => {
  it('says that a node has come, and that it has gone', () => {
    const first = monitor({ nodes: [node('n1', ready())] });
    expect(events(first.ops)).toEqual(['Normal RegisteredNode: Node n1 event: Registered Node n1 in Controller']);
    const second = monitor({ nodes: [] }, first.memory);
    expect(events(second.ops)).toEqual(['Normal RemovingNode: Node n1 event: Removing Node n1 from Controller']);
    expect(events(monitor({ nodes: [node('n1', ready())] }, first.memory).ops)).toEqual([]);
  });

  it('a tainted node that is new to it loses the taint until it is found down again', () => {
    const down = node('n1', ready('Unknown'), { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] });
    expect(added(monitor({ nodes: [down] }).ops)).toContain('reachable n1');
    const read = driver.sync('reachable', 'n1', { nodes: [down] });
    expect(requests(read)).toEqual(['get nodes n1']);
    expect(bodyOf(answer(read, 'reachable', [ok(down)]))).toEqual({ metadata: { resourceVersion: '3' }, spec: { taints: null } });
  });
});

describe('nodelifecycle.silence', () => {
  const nodes = [node('n1', ready()), node('n2', ready())];
  const seen = monitor({ nodes });
  const silentMs = NOW_MS + GRACE_MS + 1;
  const fresh = { nodes: [nodes[0] as Node, node('n2', ready('True', formatTime(silentMs)))], pods: [onNode('p')] };

  it('fifty seconds of silence are allowed, not more', () => {
    expect(monitor({ nodes }, seen.memory, NOW_MS + GRACE_MS).kind).toBe('done');
    expect(requests(monitor(fresh, seen.memory, silentMs))).toEqual(['update nodes/status n1']);
  });

  it('a Lease that is renewed is a sign of life', () => {
    const first = monitor({ ...fresh, 'leases.coordination.k8s.io': [lease('n1', NOW_MS)] }, seen.memory, NOW_MS + 40_000);
    expect(monitor({ nodes, 'leases.coordination.k8s.io': [lease('n1', NOW_MS)] }, first.memory, NOW_MS + 90_000).kind).toBe('done');
    const later = { nodes: [fresh.nodes[0] as Node, node('n2', ready('True', formatTime(NOW_MS + 90_000)))], 'leases.coordination.k8s.io': [lease('n1', NOW_MS)] };
    expect(requests(monitor(later, first.memory, NOW_MS + 90_001))).toEqual(['update nodes/status n1']);
  });

  it('every condition that the kubelet keeps goes Unknown', () => {
    const written = bodyOf<Node>(monitor(fresh, seen.memory, silentMs)).status?.conditions ?? [];
    expect(written.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      'MemoryPressure Unknown NodeStatusUnknown', 'DiskPressure Unknown NodeStatusUnknown', 'PIDPressure Unknown NodeStatusUnknown', 'Ready Unknown NodeStatusUnknown',
    ]);
    expect(written[3]).toMatchObject({ message: 'Kubelet stopped posting node status.', lastHeartbeatTime: NOW, lastTransitionTime: formatTime(silentMs) });
  });

  it('a node whose kubelet never said anything has sixty seconds', () => {
    const mute = node('n1', []);
    expect(monitor({ nodes: [mute] }, controller.initial, NOW_MS + 60_000).kind).toBe('done');
    const plan = monitor({ nodes: [mute] }, controller.initial, NOW_MS + 60_001);
    expect(bodyOf<Node>(plan).status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' });
  });

  it('then marks the pods of the node, and says so of each', () => {
    const write = monitor(fresh, seen.memory, silentMs);
    const mark = answer(write, 'monitor', [ok(bodyOf<Node>(write))], fresh, silentMs);
    expect(events(mark.ops)).toEqual(['Normal NodeNotReady: Node n1 status is now: NodeNotReady']);
    expect(requests(mark)).toEqual(['update pods/status p']);
    expect(bodyOf<Pod>(mark).status?.conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: formatTime(silentMs) }]);
    const end = answer(mark, 'monitor', [ok(onNode('p', 'False'))], fresh, silentMs);
    expect([end.kind, events(end.ops)]).toEqual(['done', ['Warning NodeNotReady: Node is not ready']]);
  });

  it('a pod that could not be marked is tried again with the next look', () => {
    const write = monitor(fresh, seen.memory, silentMs);
    const mark = answer(write, 'monitor', [ok(bodyOf<Node>(write))], fresh, silentMs);
    const end = answer(mark, 'monitor', [refusedConflict('pods', 'p')], fresh, silentMs);
    const after = { ...fresh, nodes: [bodyOf<Node>(write), fresh.nodes[1] as Node] };
    expect(requests(monitor(after, end.memory, silentMs + 5000))).toEqual(['update pods/status p']);
  });

  it('after a refused write it reads the node and looks at it again', () => {
    const reread = answer(monitor(fresh, seen.memory, silentMs), 'monitor', [refusedConflict('nodes', 'n1')], fresh, silentMs);
    expect(requests(reread)).toEqual(['get nodes n1']);
    const alive = node('n1', ready('True', formatTime(silentMs)));
    expect(answer(reread, 'monitor', [ok(alive)], fresh, silentMs).kind).toBe('done');
  });

  it('a pod bound to a node that is down is marked when it appears', () => {
    const write = monitor(fresh, seen.memory, silentMs);
    const { memory } = answer(answer(write, 'monitor', [ok(bodyOf<Node>(write))], fresh, silentMs), 'monitor', [ok(onNode('p', 'False'))], fresh, silentMs);
    expect(added(driver.handle(memory, updated1('pods', pod('late'), onNode('late')), {}).ops)).toEqual(['pod-update default/late']);
    expect(requests(driver.sync('pod-update', 'default/late', { pods: [onNode('late')] }, memory))).toEqual(['update pods/status late']);
    expect(driver.sync('pod-update', 'default/late', { pods: [onNode('late')] }, seen.memory).kind).toBe('done');
  });
});

describe('nodelifecycle.taints', () => {
  const swap = (queue: string, subject: Node): readonly string[] => {
    const patches: string[] = [];
    let plan = driver.sync(queue, 'n1', { nodes: [subject] });
    while (plan.kind === 'ask') {
      const request = requestOf(plan);
      if (request.verb === 'patch') patches.push(JSON.stringify((request.body as { spec: unknown }).spec));
      plan = answer(plan, queue, [ok(subject)], { nodes: [subject] });
    }
    return patches;
  };

  it('adds a NoSchedule taint for each condition, after those that stand', () => {
    const subject = node('n1', [condition('Ready', 'False'), condition('DiskPressure', 'True')], { unschedulable: true, taints: [{ key: 'mine', effect: 'NoSchedule' }] });
    const at = { effect: 'NoSchedule', timeAdded: NOW };
    expect(swap('node-update', subject)).toEqual([JSON.stringify({ taints: [
      { key: 'mine', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/not-ready', ...at }, { key: 'node.kubernetes.io/disk-pressure', ...at }, { key: 'node.kubernetes.io/unschedulable', ...at },
    ] })]);
    expect(added(driver.handle(controller.initial, added1('nodes', subject), {}).ops)).toEqual(['node-update n1']);
  });

  it('adds first and removes then, from a fresh read after a conflict', () => {
    const subject = node('n1', [condition('Ready', 'Unknown')], { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] });
    expect(swap('noexecute', subject)).toEqual([
      JSON.stringify({ taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }, { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: NOW }] }),
      JSON.stringify({ taints: null }),
    ]);
    const read = driver.sync('noexecute', 'n1', { nodes: [subject] });
    expect(requestOf(read).options).toEqual({ resourceVersion: '0' });
    const reread = answer(answer(read, 'noexecute', [ok(subject)]), 'noexecute', [refusedConflict('nodes', 'n1')]);
    expect(requestOf(reread)).toMatchObject({ verb: 'get', options: {} });
  });

  it('a ready node loses both, a node without a Ready condition keeps what it has', () => {
    const taints: readonly Taint[] = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }];
    expect(swap('noexecute', node('n1', ready(), { taints }))).toEqual([JSON.stringify({ taints: null })]);
    expect(swap('noexecute', node('n1', [], { taints }))).toEqual([]);
  });
});

describe('nodelifecycle.zones', () => {
  const up: NodeCondition = condition('Ready', 'True');
  const down: NodeCondition = condition('Ready', 'Unknown');
  const judge = (zones: Zones, byZone: Readonly<Record<string, readonly NodeCondition[]>>, nowMs = 0) => judgeZones(zones, new Map(Object.entries(byZone)), nowMs);
  const normal = judge({}, { a: [up, up, up] }).zones;

  it('taints one node of a zone every ten seconds', () => {
    const first = takeToken(normal['a'] as Zone, 0);
    expect(first).toHaveProperty('zone');
    expect(takeToken((first as { zone: Zone }).zone, 4000)).toEqual({ waitMs: 6000 });
  });

  it('stops in a small zone of which too much is down, and slows down in a large one', () => {
    const small = judge(normal, { a: [up, down, down, down] }).zones;
    expect(small['a']).toMatchObject({ state: 'PartialDisruption', qps: 0 });
    expect(takeToken(small['a'] as Zone, 1e9)).toEqual({ waitMs: undefined });
    const large = judge(normal, { a: [...Array.from({ length: 20 }, () => up), ...Array.from({ length: 31 }, () => down)] }).zones;
    expect(large['a']).toMatchObject({ state: 'PartialDisruption', qps: 0.01 });
  });

  it('a zone that is wholly down is tainted as usual while another is up', () => {
    expect(judge(judge({}, { a: [up], b: [up] }).zones, { a: [up], b: [down] }).zones['b']).toMatchObject({ state: 'FullDisruption', qps: 0.1 });
  });

  it('when every zone is down nobody is tainted, and it begins anew when one is back', () => {
    const dark = judge(normal, { a: [down, down] });
    expect([dark.turn, dark.zones['a']]).toEqual(['all-down', { state: 'FullDisruption', qps: 0, tokens: 1, atMs: 0 }]);
    expect(judge(dark.zones, { a: [down, down] })).toEqual({ zones: dark.zones, turn: 'none' });
    const back = judge(dark.zones, { a: [up, down] }, 7);
    expect([back.turn, back.zones['a']]).toEqual(['back', { state: 'Normal', qps: 0.1, tokens: 0, atMs: 7 }]);
    expect(newZone(5)).toMatchObject({ state: 'Initial', qps: 0.1, tokens: 1 });
  });

  it('the only node of a cluster goes Unknown and is never tainted NoExecute', () => {
    const alone = [node('n1', ready())];
    const seen = monitor({ nodes: alone });
    const write = monitor({ nodes: alone }, seen.memory, NOW_MS + GRACE_MS + 1);
    const after = [bodyOf<Node>(write)];
    const { memory } = answer(write, 'monitor', [ok(after[0] as Node)], { nodes: after }, NOW_MS + GRACE_MS + 1);
    const next = monitor({ nodes: after }, memory, NOW_MS + GRACE_MS + 5001);
    expect(added(next.ops)).toEqual(['noexecute n1']);
    const tried = driver.sync('noexecute', 'n1', { nodes: after }, next.memory, NOW_MS + 1e9);
    expect([tried.kind, tried.ops]).toEqual(['done', []]);
  });
});
