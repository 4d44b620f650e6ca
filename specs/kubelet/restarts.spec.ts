import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/types.ts';
import { apiOf, eventsOf, isReady, KUBELET, makePod, nodeWorld, podOf, putPod, runFor, RUNTIME, runtimeOf, runUntil, tell, writesOf } from './one-node.ts';

describe('crashes', () => {
  it('of the kubelet: its pods run on, and it carries on with them', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    const before = runtimeOf(world).containers.keys();
    world.take({ kind: 'crash', actor: KUBELET });
    runFor(world, 5000);
    world.take({ kind: 'restart', actor: KUBELET });
    runFor(world, 20_000);
    expect(runtimeOf(world).containers.keys()).toEqual(before);
    expect(podOf(world, 'web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0 }] });
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runUntil(world, () => podOf(world, 'web') === undefined);
  });

  it('of the kubelet, in the middle of a start: the pod runs once in the end', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 500);
    world.take({ kind: 'crash', actor: KUBELET });
    runFor(world, 3000);
    world.take({ kind: 'restart', actor: KUBELET });
    runUntil(world, () => isReady(podOf(world, 'web')));
    expect(runtimeOf(world).containers.values().filter(({ phase }) => phase === 'running')).toHaveLength(1);
  });

  it('a container that exited meanwhile is restarted', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { 'kubeloom.dev/behavior': '{"runForMs": 8000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    world.take({ kind: 'crash', actor: KUBELET });
    runFor(world, 20_000);
    world.take({ kind: 'restart', actor: KUBELET });
    runUntil(world, () => podOf(world, 'web')?.status?.containerStatuses?.[0]?.restartCount === 1);
  });

  it('a pod that was deleted meanwhile is stopped as an orphan', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    world.take({ kind: 'crash', actor: KUBELET });
    tell(world, { kind: 'forget', resource: 'pods', namespace: 'default', name: 'web' });
    world.take({ kind: 'restart', actor: KUBELET });
    runFor(world, 10_000);
    expect([runtimeOf(world).containers.size, runtimeOf(world).sandboxes.size]).toEqual([0, 0]);
  });

  it('a node that exists already is taken over, and its lease renewed', () => {
    const world = nodeWorld();
    runFor(world, 1000);
    world.take({ kind: 'crash', actor: KUBELET });
    world.take({ kind: 'restart', actor: KUBELET });
    runFor(world, 25_000);
    expect(writesOf(world).filter((write) => write === 'create nodes' || write.includes('leases'))).toEqual([
      'create nodes', 'create leases.coordination.k8s.io', 'create nodes', ...Array.from({ length: 3 }, () => 'update leases.coordination.k8s.io n1')]);
  });

  it('of the runtime: what ran still runs, and pods go on', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { 'kubeloom.dev/behavior': '{"runForMs": 30000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    world.take({ kind: 'crash', actor: RUNTIME });
    runFor(world, 5000);
    world.take({ kind: 'restart', actor: RUNTIME });
    runFor(world, 5000);
    expect(runtimeOf(world).containers.values().map(({ phase }) => phase)).toEqual(['running']);
    runUntil(world, () => podOf(world, 'web')?.status?.containerStatuses?.[0]?.restartCount === 1);
  });

  it('of the runtime, during a pull: the pull is made again', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 500);
    world.take({ kind: 'crash', actor: RUNTIME });
    runFor(world, 2000);
    world.take({ kind: 'restart', actor: RUNTIME });
    runUntil(world, () => isReady(podOf(world, 'web')));
  });

  it('of the API server: statuses are sent when it is back', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 500);
    world.take({ kind: 'crash', actor: 'kube-apiserver' });
    runFor(world, 5000);
    world.take({ kind: 'restart', actor: 'kube-apiserver' });
    runUntil(world, () => isReady(podOf(world, 'web')));
  });
});

describe('the node', () => {
  it('registers, becomes ready, and says so', () => {
    const world = nodeWorld({ kubelet: { labels: { disk: 'ssd' }, zone: 'z1', taints: [{ key: 'k', effect: 'NoSchedule' }] } });
    runFor(world, 1000);
    const node = apiOf(world).objects.get('nodes//n1') as Node;
    expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'n1', 'kubernetes.io/os': 'linux', disk: 'ssd', 'topology.kubernetes.io/zone': 'z1' });
    expect(node.spec.taints).toEqual([{ key: 'k', effect: 'NoSchedule' }]);
    expect(node.status?.conditions?.at(-1)).toMatchObject({ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' });
    expect(eventsOf(world, 'n1')).toContain('Normal NodeReady: Node n1 status is now: NodeReady');
  });

  it('corrects what another wrote about it within ten seconds, and reports every five minutes', () => {
    const world = nodeWorld();
    runFor(world, 1000);
    const node = apiOf(world).objects.get('nodes//n1') as Node;
    const conditions = (node.status?.conditions ?? []).map((condition) => ({ ...condition, status: 'Unknown', reason: 'NodeStatusUnknown' }));
    tell(world, { kind: 'put', resource: 'nodes', object: { ...node, status: { ...node.status, conditions } } as Node });
    runFor(world, 10_000);
    expect((apiOf(world).objects.get('nodes//n1') as Node).status?.conditions?.at(-1)?.status).toBe('True');
    const before = writesOf(world).filter((write) => write === 'patch nodes/status n1').length;
    runFor(world, 600_000);
    expect(writesOf(world).filter((write) => write === 'patch nodes/status n1').length - before).toBe(2);
  });

  it('owns its lease', () => {
    const world = nodeWorld();
    runFor(world, 15_000);
    expect(apiOf(world).objects.get('leases.coordination.k8s.io/kube-node-lease/n1')).toMatchObject({
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1' }] }, spec: { holderIdentity: 'n1', leaseDurationSeconds: 40 } });
  });
});

describe('a status that somebody else overwrites', () => {
  it('is reported again in the next round, as syncBatch does', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    runFor(world, 1000);
    const pod = podOf(world, 'web') as Pod;
    const conditions = (pod.status?.conditions ?? []).map((condition) => (condition.type === 'Ready' ? { ...condition, status: 'False' } : condition));
    putPod(world, { ...pod, status: { ...pod.status, conditions } });
    expect(isReady(podOf(world, 'web'))).toBe(false);
    runFor(world, 5000);
    expect(isReady(podOf(world, 'web'))).toBe(false);
    runFor(world, 6000);
    expect(isReady(podOf(world, 'web'))).toBe(true);
  });
});
