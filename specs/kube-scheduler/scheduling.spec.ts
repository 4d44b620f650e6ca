/** The scheduler's decisions and words, by example. */
import { describe, expect, it } from 'vitest';
import { pendingPods, whyPending } from '../../src/components/kube-scheduler/pending.ts';
import { harness, node, pod } from './harness.ts';

const noPreemption = (n: number): string => `no new claims to deallocate, preemption: 0/${n} nodes are available: ${n} Preemption is not helpful for scheduling.`;
const settled = (...args: Parameters<typeof harness>): ReturnType<typeof harness> => {
  const world = harness(...args);
  world.settle();
  return world;
};

describe('kube-scheduler', () => {
  it('binds a pod, then says so', () => {
    const world = settled({ objects: [node('n1', '4'), pod('web', '1')] });
    expect(world.bound()).toEqual({ web: 'n1' });
    const [binding, event] = world.writes();
    expect(binding).toMatchObject({
      verb: 'create', resource: 'pods', subresource: 'binding', namespace: 'default', name: 'web',
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web', namespace: 'default', uid: 'uid-web' }, target: { kind: 'Node', name: 'n1' } },
    });
    expect(event).toMatchObject({
      verb: 'create', resource: 'events.events.k8s.io',
      body: {
        apiVersion: 'events.k8s.io/v1', reportingController: 'default-scheduler', action: 'Binding', reason: 'Scheduled', type: 'Normal',
        note: 'Successfully assigned default/web to n1', regarding: { kind: 'Pod', name: 'web', uid: 'uid-web' },
      },
    });
    expect(world.state().queue.pods.size).toBe(0);
    expect(world.state().cache.pods.get('uid-web')?.assumed).toBe(false);
  });

  it('leaves pods of other schedulers alone', () => {
    expect(settled({ objects: [node('n1', '4'), pod('web', '1', { spec: { schedulerName: 'mine' } })] }).bound()).toEqual({});
  });

  it('says why a pod does not fit, in an Event and in its condition', () => {
    const world = settled({ objects: [node('n1', '1'), node('n2', '1'), node('n3', '1'), pod('big', '64')] });
    const message = `0/3 nodes are available: 3 Insufficient cpu. ${noPreemption(3)}`;
    expect(world.notes('FailedScheduling')).toEqual([message]);
    expect(world.get('big')?.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]);
    expect(whyPending(world.state(), 'default', 'big')).toBe(message);
    expect(pendingPods(world.state())).toMatchObject([{ name: 'big', phase: 'unschedulable', attempts: 1 }]);
  });

  it('counts every reason over the nodes', () => {
    const tainted = node('n2', '4', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } });
    const cordoned = node('n3', '4', { spec: { unschedulable: true } });
    const small = node('n1', '2');
    const running = pod('running', '2', { spec: { nodeName: 'n1' } });
    const world = settled({ objects: [small, tainted, cordoned, running, pod('web', '1')] });
    expect(world.notes('FailedScheduling')).toEqual([
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: v}, 1 node(s) were unschedulable. '
      + 'no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
    ]);
  });

  it('says so when there are no nodes, and tries again when one comes', () => {
    const world = settled({ objects: [pod('web', '1')] });
    expect(world.notes('FailedScheduling')).toEqual(['no nodes available to schedule pods']);
    world.put(node('n1', '4'));
    world.settle();
    world.advance(2000);
    expect(world.bound()).toEqual({ web: 'n1' });
  });

  it('prefers the emptier node', () => {
    const world = settled({ objects: [node('n1', '8'), node('n2', '8'), pod('a', '4', { spec: { nodeName: 'n1' } }), pod('web', '1')] });
    expect(world.bound()['web']).toBe('n2');
  });

  it('never gives the same room away twice, however many bindings are under way', () => {
    const objects = [node('n1', '2'), node('n2', '2'), ...['a', 'b', 'c', 'd', 'e'].map((name) => pod(name, '1'))];
    const world = settled({ objects, answer: (request) => (request.subresource === 'binding' ? 'lost' : undefined) });
    expect(world.writes().filter(({ subresource }) => subresource === 'binding')).toHaveLength(4);
    expect(world.state().bindings.size).toBe(4);
    expect(world.notes('FailedScheduling')[0]).toContain('0/2 nodes are available: 2 Insufficient cpu.');
  });

  it('takes higher priorities first, then the older', () => {
    const low = pod('low', '1', { spec: { priority: 1 } });
    const high = pod('high', '1', { spec: { priority: 10 } });
    const world = settled({ objects: [node('n1', '8'), low, high, pod('none', '1')] });
    expect(world.writes().filter(({ subresource }) => subresource === 'binding').map(({ name }) => name)).toEqual(['high', 'low', 'none']);
  });

  it('honours node selectors, affinity by name, host ports and anti-affinity', () => {
    const anti = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } }] } };
    const byName = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }] } } };
    const ported = { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] };
    const world = settled({
      objects: [
        node('n1', '8', { labels: { disk: 'ssd' } }), node('n2', '8'),
        pod('selects', '1', { spec: { nodeSelector: { disk: 'ssd' } } }), pod('named', '1', { spec: { affinity: byName } }),
        pod('port-1', '0', { spec: ported }), pod('port-2', '0', { spec: ported }), pod('port-3', '0', { spec: ported }),
        pod('x-1', '1', { labels: { app: 'x' }, spec: { affinity: anti } }), pod('x-2', '1', { labels: { app: 'x' }, spec: { affinity: anti } }), pod('x-3', '1', { labels: { app: 'x' } }),
      ],
    });
    const bound = world.bound();
    expect(bound).toMatchObject({ selects: 'n1', named: 'n2' });
    expect(new Set([bound['port-1'], bound['port-2']])).toEqual(new Set(['n1', 'n2']));
    expect(new Set([bound['x-1'], bound['x-2']])).toEqual(new Set(['n1', 'n2']));
    expect(world.notes('FailedScheduling')).toEqual([
      expect.stringContaining("0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports. "),
      expect.stringContaining("0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules. "),
    ]);
  });

  it('spreads by topology', () => {
    const spread = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 's' } } }] };
    const objects = [node('a', '8', { labels: { zone: 'a' } }), node('b', '8', { labels: { zone: 'b' } }), node('c', '8')];
    const pods = ['1', '2', '3', '4'].map((name) => pod(`s-${name}`, '1', { labels: { app: 's' }, spec: spread }));
    expect(Object.values(settled({ objects: [...objects, ...pods] }).bound()).sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('names a claim that is missing or unbound', () => {
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
    const world = settled({ objects: [node('n1', '8'), pod('db', '1', { spec: { volumes } })] });
    expect(world.notes('FailedScheduling')[0]).toBe(`0/1 nodes are available: persistentvolumeclaim "data" not found. ${noPreemption(1)}`);
    world.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default', uid: 'c' }, spec: {} } as never);
    world.settle();
    expect(world.notes('FailedScheduling')[1]).toBe(`0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. ${noPreemption(1)}`);
  });

  it('reports a refused binding, gives the room back and tries again after a while', () => {
    let refusals = 1;
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no way', reason: 'Conflict', code: 409 } as const;
    const world = settled({
      objects: [node('n1', '4'), pod('web', '4')],
      answer: ({ subresource }) => (subresource === 'binding' && refusals-- > 0 ? { kind: 'refused', code: 409, status: status as never } : undefined),
    });
    expect(world.notes('FailedScheduling')).toEqual(['running Bind plugin "DefaultBinder": no way']);
    expect(world.get('web')?.status?.conditions).toMatchObject([{ reason: 'SchedulerError' }]);
    expect(world.bound()).toEqual({});
    world.advance(2000);
    expect(world.bound()).toEqual({ web: 'n1' });
  });

  it('campaigns for its Lease before it schedules', () => {
    const world = settled({ objects: [node('n1', '4'), pod('web', '1')], leaderElection: {} });
    expect(world.state().election.phase.startsWith('leading')).toBe(true);
    expect(world.bound()).toEqual({ web: 'n1' });
  });
});
