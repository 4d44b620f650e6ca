/** Whatever the order of messages and whichever connections break, a hosted controller ends with what it should have made, and never syncs a key twice at once. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { controllerHostActor } from '../../src/client/controller-host.ts';
import type { ControllerOf } from '../../src/client/controller.ts';
import { done, erase, errorOf, failed } from '../../src/client/controller.ts';
import { keyOf, splitKey } from '../../src/client/caches.ts';
import { SERVER, World } from '../../specs/client/harness.ts';

type Memory = readonly string[];

/** Makes a Secret for each ConfigMap, and takes it away with it. Its memory holds the keys that are being synced. */
const copier: ControllerOf<Memory, 'written'> = {
  name: 'copier-controller',
  queues: [{ name: 'keys', workers: 3 }],
  informers: [{ resource: 'configmaps', handles: true }, { resource: 'secrets', handles: true }],
  initial: [],
  handle: (memory, { object }) => ({ memory, ops: [{ op: 'add', key: keyOf(object) }] }),
  reconcile: (memory, _queue, key, { caches }) => {
    expect(memory).not.toContain(key);
    const { namespace, name } = splitKey(key);
    const wanted = caches.lister('configmaps').get(namespace, name) !== undefined;
    const there = caches.lister('secrets').get(namespace, name) !== undefined;
    if (wanted === there) return done(memory);
    const target = { resource: 'secrets', namespace };
    const body: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } };
    return {
      kind: 'ask', memory: [...memory, key], ops: [], mode: 'in-order', stage: 'written',
      requests: [wanted ? { ...target, verb: 'create', body } : { ...target, verb: 'delete', name }],
    };
  },
  resume: (memory, _queue, key, _stage, [answer]) => {
    const left = memory.filter((busy) => busy !== key);
    const error = answer === undefined ? undefined : errorOf(answer);
    return error === undefined ? done(left) : failed(left, error);
  },
};

const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('put' as const, 'remove' as const), name: fc.nat(3) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('deliver' as const), name: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('break' as const, 'fire' as const, 'compact' as const), name: fc.nat(20) }) },
);

it('copies what there is in the end', () => {
  fc.assert(fc.property(fc.array(happening, { maxLength: 120 }), fc.boolean(), (happenings, elects) => {
    const world = new World(controllerHostActor({ id: 'kube-controller-manager', apiservers: [SERVER], controllers: [erase(copier)], ...(elects ? {} : { leaderElection: false }) }));
    const channels = ['watch/configmaps', 'watch/secrets', 'requests/copier-controller', 'leader-election', 'events'];
    const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(1, items.length)];
    world.start();
    for (const { kind, name } of happenings) {
      if (kind === 'put') world.replies(world.server.put('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${name}`, namespace: 'n' } }));
      if (kind === 'remove') world.replies(world.server.remove('configmaps', `n/c${name}`));
      if (kind === 'deliver') world.deliver(pick(world.ready(), name) ?? '');
      if (kind === 'break') world.breakChannel(pick(channels, name) ?? '');
      if (kind === 'fire') world.fire(pick([...world.timers.keys()], name) ?? '');
      if (kind === 'compact') world.server.compact();
    }
    world.settle(world.nowMs + 240_000);
    expect(world.server.list('secrets').map(keyOf)).toEqual(world.server.list('configmaps').map(keyOf));
    expect(world.state.controllers[0]?.memory).toEqual([]);
    expect(world.state.controllers[0]?.queues[0]).toMatchObject({ called: 0 });
    expect(world.state.controllers[0]?.queues[0]?.queue.status.size).toBe(0);
  }), { numRuns: 200, seed: 1 });
});
