/** Who waits, where, and what wakes them. */
import { describe, expect, it } from 'vitest';
import { harness, node, pod } from './harness.ts';

const settled = (...args: Parameters<typeof harness>): ReturnType<typeof harness> => {
  const world = harness(...args);
  world.settle();
  return world;
};
const phaseOf = (world: ReturnType<typeof harness>, name: string): string | undefined => world.state().queue.pods.get(`uid-${name}`)?.phase;

describe('the scheduling queue', () => {
  it('gates a pod until its gates are gone, without an Event', () => {
    const gated = pod('web', '1', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
    const world = settled({ objects: [node('n1', '4'), gated] });
    expect(phaseOf(world, 'web')).toBe('gated');
    expect(world.writes()).toEqual([]);
    const { schedulingGates: _, ...spec } = gated.spec;
    world.put({ ...gated, spec });
    world.settle();
    expect(world.bound()).toEqual({ web: 'n1' });
  });

  it('wakes a pod by an event that its refusing plugin hopes for, and only by such', () => {
    const small = node('n1', '1');
    const world = settled({ objects: [small, pod('big', '4')] });
    expect(phaseOf(world, 'big')).toBe('unschedulable');
    world.put({ ...small, metadata: { ...small.metadata, labels: { ...small.metadata.labels, other: 'label' } } });
    world.put({ ...small, status: { ...small.status, allocatable: { cpu: '2', memory: '1Gi', pods: '10' } } });
    world.settle();
    expect(world.notes('FailedScheduling')).toHaveLength(1);
    world.put({ ...small, status: { ...small.status, allocatable: { cpu: '8', memory: '1Gi', pods: '10' } } });
    world.settle();
    expect(world.bound()).toEqual({ big: 'n1' });
  });

  it('wakes a pod when a bound one goes', () => {
    const old = pod('old', '4', { spec: { nodeName: 'n1' } });
    const world = settled({ objects: [node('n1', '4'), old, pod('web', '4')] });
    expect(world.bound()).toEqual({ old: 'n1' });
    world.remove(old);
    world.settle();
    expect(world.bound()).toEqual({ web: 'n1' });
  });

  it('tries an unschedulable pod again after five minutes, at a half minute', () => {
    const world = settled({ objects: [node('n1', '1'), pod('big', '4')] });
    world.advance(299_000);
    expect(world.state().queue.pods.get('uid-big')?.attempts).toBe(1);
    world.advance(61_000);
    expect(world.state().queue.pods.get('uid-big')?.attempts).toBe(2);
  });

  it('keeps an event that arrives between pop and decision for the pod in flight; a variant loses it', () => {
    const run = (inFlightEvents: 'kept' | 'lost'): string | undefined => {
      const old = pod('old', '4', { spec: { nodeName: 'n1' } });
      const world = settled({ objects: [node('n1', '4'), old], policy: { inFlightEvents } });
      world.hold();
      world.put(pod('web', '4'));
      world.settle();
      expect(phaseOf(world, 'web')).toBe('inFlight.scheduling');
      world.remove(old);
      world.settle();
      world.release();
      world.settle();
      return world.bound()['web'] ?? phaseOf(world, 'web');
    };
    expect(run('kept')).toBe('n1');
    expect(run('lost')).toBe('unschedulable');
  });

  it('drops a pod that is deleted while it waits', () => {
    const big = pod('big', '4');
    const world = settled({ objects: [node('n1', '1'), big] });
    world.remove(big);
    world.settle();
    expect(world.state().queue.pods.size).toBe(0);
    expect(world.state().queue.parked.size).toBe(0);
  });

  it('says nothing new about a pod that fails again for the same reason', () => {
    const world = settled({ objects: [node('n1', '1'), pod('big', '4')] });
    const patches = (): number => world.writes().filter(({ subresource }) => subresource === 'status').length;
    expect(patches()).toBe(1);
    world.advance(400_000);
    expect(world.state().queue.pods.get('uid-big')?.attempts).toBe(2);
    expect(patches()).toBe(1);
  });
});

describe('events and nodes', () => {
  it('makes a series of the same Event about the same version of a pod', () => {
    const world = settled({ objects: [node('n1', '1'), pod('big', '4')] });
    world.advance(1_200_000);
    const events = world.writes().filter(({ resource }) => resource === 'events.events.k8s.io');
    expect(events.map(({ verb }) => verb)).toEqual(['create', 'create', 'patch']);
    expect(events[2]).toMatchObject({ patchType: 'strategic', body: { series: { count: 2 } } });
  });

  it('never chooses a node that is gone', () => {
    const gone = node('n1', '64');
    const world = settled({ objects: [gone, node('n2', '2')] });
    world.remove(gone);
    world.put(pod('web', '1'));
    world.settle();
    expect(world.bound()).toEqual({ web: 'n2' });
  });
});

describe('preemption', () => {
  const low = (name: string, cpu: string, nodeName: string) => pod(name, cpu, { spec: { nodeName, priority: 0 }, status: { phase: 'Running', startTime: '2024-01-01T00:00:00Z' } });
  const high = pod('high', '3', { spec: { priority: 1000 } });

  it('evicts as few and as unimportant pods as it can, then binds', () => {
    const world = settled({ objects: [node('n1', '4'), node('n2', '4'), low('a', '2', 'n1'), low('b', '2', 'n1'), low('c', '3', 'n2'), high] });
    expect(world.bound()).toMatchObject({ a: 'n1', b: 'n1', high: 'n2' });
    expect(world.get('c')).toBeUndefined();
    const about = world.writes().filter(({ resource }) => resource === 'pods').map(({ verb, subresource, name }) => `${verb} ${name}${subresource === undefined ? '' : `/${subresource}`}`);
    expect(about).toContain('patch c/status');
    expect(about.indexOf('patch c/status')).toBeLessThan(about.indexOf('delete c'));
    expect(about.at(-1)).toBe('create high/binding');
    expect(world.notes('Preempted')).toEqual(['Preempted by pod uid-high on node n2']);
    const condition = world.writes().find(({ name, subresource }) => name === 'c' && subresource === 'status')?.body;
    expect(condition).toMatchObject({ status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'default-scheduler: preempting to accommodate a higher priority pod' }] } });
  });

  it('nominates the node in the meantime, and keeps lesser pods off it', () => {
    const world = settled({
      objects: [node('n1', '4'), low('a', '3', 'n1'), high],
      answer: ({ verb }) => (verb === 'delete' ? 'lost' : undefined),
    });
    expect(world.get('high')?.status?.nominatedNodeName).toBe('n1');
    world.put(pod('small', '2'));
    world.settle();
    expect(world.bound()['small']).toBeUndefined();
    expect(world.notes('FailedScheduling')[0]).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  it('spares pods under a disruption budget where it can', () => {
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'kept' } } }, status: { disruptionsAllowed: 0 } };
    const kept = { ...low('kept', '4', 'n1'), metadata: { ...low('kept', '4', 'n1').metadata, labels: { app: 'kept' } } };
    const world = settled({ objects: [node('n1', '4'), node('n2', '4'), kept, low('free', '4', 'n2'), budget as never, high] });
    expect(world.bound()).toEqual({ kept: 'n1', high: 'n2' });
  });

  it('leaves others alone when the pod may not preempt', () => {
    const meek = pod('meek', '3', { spec: { priority: 1000, preemptionPolicy: 'Never' } });
    const world = settled({ objects: [node('n1', '4'), low('a', '3', 'n1'), meek] });
    expect(world.notes('FailedScheduling')).toEqual(['0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.']);
  });
});
