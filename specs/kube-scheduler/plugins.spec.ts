/** What a plugin author gets: any extension point as a pure function, in a profile. */
import { describe, expect, it } from 'vitest';
import { definePlugin, unschedulable } from '../../src/components/kube-scheduler/plugin-api.ts';
import { defaultProfile } from '../../src/components/kube-scheduler/default-profile.ts';
import { forEachNode } from '../../src/components/kube-scheduler/cache/node-table.ts';
import type { Plugin } from '../../src/components/kube-scheduler/plugin-api.ts';
import { harness, node, pod } from './harness.ts';

const withPlugin = (plugin: Plugin, weight = 1) => ({ ...defaultProfile, plugins: [...defaultProfile.plugins, { plugin, weight }] });
const settled = (...args: Parameters<typeof harness>): ReturnType<typeof harness> => {
  const world = harness(...args);
  world.settle();
  return world;
};

describe('a plugin', () => {
  it('filters in its own words, and is named among those that refused', () => {
    const refused = unschedulable('OnlyEven', 'node(s) had an odd name');
    const onlyEven = definePlugin({ name: 'OnlyEven', filter: (_, __, { name }) => (Number(name.slice(1)) % 2 === 0 ? undefined : refused) });
    const world = settled({ profile: withPlugin(onlyEven), objects: [node('n1', '4'), node('n3', '4'), pod('web', '1')] });
    expect(world.notes('FailedScheduling')[0]).toContain('0/2 nodes are available: 2 node(s) had an odd name. ');
    expect(world.state().queue.pods.get('uid-web')?.unschedulablePlugins).toEqual(['OnlyEven']);
    world.put(node('n2', '4'));
    world.settle();
    expect(world.bound()).toEqual({ web: 'n2' });
  });

  it('scores, weighted beside the others', () => {
    const likes = definePlugin<undefined, string>({ name: 'Likes', preScore: () => ({ kind: 'ready', state: 'n3' }), score: (liked, _, { name }) => (name === liked ? 100 : 0) });
    const objects = [node('n1', '64'), node('n2', '64'), node('n3', '4'), pod('web', '1')];
    expect(settled({ profile: withPlugin(likes, 100), objects }).bound()).toEqual({ web: 'n3' });
  });

  it('holds pods back at Permit until enough of them are there', () => {
    const gang = definePlugin({
      name: 'Gang',
      permit: ({ snapshot }) => {
        let members = 0;
        forEachNode(snapshot.table, ({ pods }) => { members += pods.length; });
        return members >= 3 ? { kind: 'allow' } : { kind: 'wait', timeoutMs: 60_000 };
      },
    });
    const world = settled({ profile: withPlugin(gang), objects: [node('n1', '8'), pod('a', '1'), pod('b', '1')] });
    expect(world.bound()).toEqual({});
    expect(world.state().queue.pods.get('uid-a')?.phase).toBe('inFlight.waiting');
    world.put(pod('c', '1'));
    world.settle();
    expect(Object.keys(world.bound()).sort()).toEqual(['a', 'b', 'c']);
  });

  it('turns a pod away when its wait at Permit times out, and gives the room back', () => {
    const never = definePlugin({ name: 'Never', permit: () => ({ kind: 'wait', timeoutMs: 5000 }) });
    const world = settled({ profile: withPlugin(never), objects: [node('n1', '8'), pod('a', '1')] });
    world.advance(5000);
    expect(world.notes('FailedScheduling')[0]).toBe('0/1 nodes are available: 1 timeout.');
  });

  it('sends its PreBind requests before the binding', () => {
    const claim = definePlugin({ name: 'Claims', preBind: ({ metadata }) => [{ verb: 'create', resource: 'configmaps', namespace: 'default', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: metadata.name } } }] });
    const world = settled({ profile: withPlugin(claim), objects: [node('n1', '8'), pod('a', '1')] });
    expect(world.writes().map(({ resource, subresource }) => subresource ?? resource)).toEqual(['configmaps', 'binding', 'events.events.k8s.io']);
  });
});

describe('variants and faults', () => {
  it('forgets an assumed pod whose time to live runs out before its binding is observed', () => {
    const deaf = (policy: { readonly assumedPodTtlMs: number }): ReturnType<typeof harness> => {
      const done = { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } } as const;
      const world = settled({ policy, objects: [node('n1', '4'), pod('a', '4')], answer: ({ subresource }) => (subresource === 'binding' ? done : undefined) });
      world.advance(60_000);
      return world;
    };
    expect(deaf({ assumedPodTtlMs: 0 }).state().cache.pods.size).toBe(1);
    expect(deaf({ assumedPodTtlMs: 30_000 }).state().cache.pods.size).toBe(0);
  });

  it('stops scheduling when it cannot renew its Lease, and begins anew', () => {
    let isUp = true;
    const world = settled({ leaderElection: {}, objects: [node('n1', '4')], answer: ({ resource }) => (!isUp && resource.startsWith('leases') ? 'lost' : undefined) });
    isUp = false;
    world.advance(20_000);
    expect(world.state().phase).toBe('exited');
    isUp = true;
    world.advance(30_000);
    expect(world.state().phase).toBe('scheduling');
    expect(world.state().life).toBe(1);
    world.put(pod('web', '1'));
    world.settle();
    expect(world.bound()).toEqual({ web: 'n1' });
  });

  it('treats a delete and a create that arrive as one update as two pods', () => {
    const old = pod('a', '3', { spec: { nodeName: 'n1' }, uid: 'old' });
    const world = settled({ objects: [node('n1', '4'), old] });
    world.put(pod('a', '1', { spec: { nodeName: 'n1' }, uid: 'new' }));
    world.settle();
    expect(world.state().cache.pods.keys()).toEqual(['new']);
    expect(world.state().cache.nodes.get('n1')?.requestedCpu).toBe(1000);
  });
});
