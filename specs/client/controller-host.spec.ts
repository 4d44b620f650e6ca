import { describe, expect, it } from 'vitest';
import type { KubeObject, UnknownObject } from '../../src/api/object.ts';
import { controllerHostActor } from '../../src/client/controller-host.ts';
import type { Controller, ControllerOf } from '../../src/client/controller.ts';
import { done, erase, errorOf, failed } from '../../src/client/controller.ts';
import { hashOf } from '../../src/base/hash.ts';
import { keyOf } from '../../src/client/caches.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';
import { SERVER, World } from './harness.ts';

const configMap = (name: string, data: string): UnknownObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { data } });
const copyRequest = (object: KubeObject): ApiRequest =>
  ({ verb: 'create', resource: 'secrets', namespace: 'default', body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: object.metadata.name, namespace: 'default' } } });

/** Creates a Secret for each ConfigMap. */
const copier: ControllerOf<number, 'created'> = {
  name: 'copier-controller',
  queues: [{ name: 'configmaps', workers: 2 }],
  informers: [{ resource: 'configmaps', handles: true }, { resource: 'secrets', handles: false }],
  initial: 0,
  handle: (memory, notification) => ({ memory: memory + 1, ops: [{ op: 'add', key: keyOf(notification.object) }] }),
  reconcile: (memory, _queue, key, { caches }) => {
    const [namespace, name] = key.split('/') as [string, string];
    const object = caches.lister('configmaps').get(namespace, name);
    if (object === undefined || caches.lister('secrets').get(namespace, name) !== undefined) return done(memory);
    return { kind: 'ask', memory, ops: [], requests: [copyRequest(object)], mode: 'parallel', stage: 'created' };
  },
  resume: (memory, _queue, key, _stage, [answer], { caches }) => {
    const [namespace, name] = key.split('/') as [string, string];
    const regarding = caches.lister('configmaps').get(namespace, name);
    const error = answer === undefined ? undefined : errorOf(answer);
    if (error !== undefined) return failed(memory, error);
    return done(memory, regarding === undefined ? [] : [{ op: 'event', regarding, type: 'Normal', reason: 'Copied', message: `Copied ${name}` }]);
  },
};

const hosting = (controllers: readonly Controller[], leaderElection?: false): World<ReturnType<typeof controllerHostActor>['initial']> =>
  new World(controllerHostActor({ id: 'kube-controller-manager', apiservers: [SERVER], controllers, ...(leaderElection === undefined ? {} : { leaderElection }) }));

describe('a hosted controller', () => {
  it('syncs what was there before it started and what comes later', () => {
    const world = hosting([erase(copier)], false);
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    world.settle();
    expect(world.server.list('secrets').map(keyOf)).toEqual(['default/a']);
    world.replies(world.server.put('configmaps', configMap('b', '1')));
    world.settle();
    expect(world.server.list('secrets').map(keyOf)).toEqual(['default/a', 'default/b']);
  });
  it('acts and writes Events as its service account', () => {
    const world = hosting([erase(copier)], false);
    const asked: unknown[] = [];
    const receive = world.server.receive.bind(world.server);
    world.server.receive = (client, channel, message) => {
      if (message.kind === 'api-request' && message.request.verb === 'create') asked.push([channel, message.credential, message.userAgent, message.request.resource]);
      return receive(client, channel, message);
    };
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    world.settle();
    const credential = { kind: 'token', token: 'sa:kube-system:copier-controller' };
    expect(asked).toEqual([
      ['requests/copier-controller', credential, 'copier-controller', 'secrets'],
      ['events', credential, 'copier-controller', 'events'],
    ]);
    expect(world.server.list('events')[0]).toMatchObject({ reason: 'Copied', message: 'Copied a', source: { component: 'copier-controller' }, count: 1, involvedObject: { kind: 'ConfigMap', name: 'a' } });
  });
  it('tells which revisions its caches stood at', () => {
    const world = hosting([erase(copier)], false);
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    world.settle();
    expect(world.facts[0]).toEqual({ fact: 'reconcile', data: { controller: 'copier-controller', queue: 'configmaps', key: 'default/a', cacheRevisions: { configmaps: '2', secrets: '2' } } });
  });
  it('backs off after an error and tells it', () => {
    const world = hosting([erase(copier)], false);
    let refusals = 2;
    world.server.intercept = (request) => {
      if (request.verb !== 'create' || request.resource !== 'secrets' || refusals === 0) return undefined;
      refusals -= 1;
      return { kind: 'refused', code: 500, status: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, reason: 'InternalError', message: 'no' } };
    };
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    const from = world.nowMs;
    world.settle();
    expect(world.timers.get('workqueue/copier-controller/configmaps')).toBe(from + 5);
    world.settle(from + 1000);
    expect(world.server.list('secrets')).toHaveLength(1);
    expect(world.facts.filter(({ fact }) => fact === 'sync-error')).toEqual([1, 2].map(() =>
      ({ fact: 'sync-error', data: { controller: 'copier-controller', queue: 'configmaps', key: 'default/a', error: 'no' } })));
  });
  it('never has more workers busy than its queue allows', () => {
    const world = hosting([erase(copier)], false);
    for (let i = 0; i < 10; i += 1) world.server.put('configmaps', configMap(`c${i}`, '1'));
    world.start();
    let most = 0;
    for (let steps = 0; steps < 1000; steps += 1) {
      const link = world.ready().at(-1);
      if (link === undefined) break;
      world.deliver(link);
      most = Math.max(most, world.state.controllers[0]?.queues[0]?.syncs.size ?? 0);
    }
    expect(most).toBe(2);
    expect(world.server.list('secrets')).toHaveLength(10);
  });
  it('learns of a lost answer as an unknown outcome, in Go\'s words', () => {
    const world = hosting([erase(copier)], false);
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    while (!world.ready().includes('kube-apiserver|kube-controller-manager|requests/copier-controller')) world.deliver(world.ready()[0] ?? '');
    world.breakChannel('requests/copier-controller');
    expect(world.facts.at(-1)).toMatchObject({ fact: 'sync-error', data: { error: 'Post "https://kube-apiserver:6443/api/v1/namespaces/default/secrets": http2: client connection lost' } });
  });
  it('does periodic work from its start on', () => {
    const ticker: ControllerOf<number, never> = {
      ...copier, name: 'ticker-controller', periodic: [{ queue: 'configmaps', key: 'tick', everyMs: 5000 }],
      reconcile: (memory) => done(memory + 1), resume: (memory) => done(memory),
    };
    const world = hosting([erase(ticker)], false);
    world.start();
    world.settle(world.nowMs + 12_000);
    expect(world.facts.filter(({ fact }) => fact === 'reconcile')).toHaveLength(3);
  });
});

describe('leader election of a controller host', () => {
  it('asks for the Lease first, then starts, and says so in an Event', () => {
    const world = hosting([erase(copier)]);
    world.server.put('configmaps', configMap('a', '1'));
    world.start();
    world.settle();
    expect(world.server.requests.slice(0, 2).map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['get leases.coordination.k8s.io', 'create leases.coordination.k8s.io']);
    expect(world.server.list('secrets')).toHaveLength(1);
    const event = world.server.list('events').find((object) => (object as UnknownObject)['reason'] === 'LeaderElection') as UnknownObject;
    expect(event['message']).toMatch(/^kube-controller-manager_[0-9a-f-]{36} became leader$/);
  });
  it('exits when it cannot renew in time, and starts anew under another identity', () => {
    const world = hosting([erase(copier)]);
    world.start();
    world.settle();
    world.down = true;
    world.settle(world.nowMs + 15_000);
    expect(world.state.phase).toBe('exited');
    expect(world.state.life).toBe(1);
    world.down = false;
    world.server.put('configmaps', configMap('late', '1'));
    world.settle(world.nowMs + 60_000);
    expect(world.state.phase).toBe('running');
    expect(world.server.list('secrets').map(keyOf)).toEqual(['default/late']);
  });
});

describe('the canonical state of a controller host', () => {
  it('does not depend on how long ago it all happened', () => {
    const settled = (beforeMs: number): unknown => {
      const world = hosting([erase(copier)], false);
      world.nowMs += beforeMs;
      world.server.put('configmaps', configMap('a', '1'));
      world.start();
      world.settle(world.nowMs + 1000);
      const canonical = world.actor.canonical?.(world.state, world.nowMs);
      return hashOf(canonical);
    };
    expect(settled(0)).toBe(settled(5000));
  });
});
