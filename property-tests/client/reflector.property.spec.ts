/** Whatever happens on the way, a reflector's store ends equal to the server's, and its listeners can tell. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Notification } from '../../src/client/caches.ts';
import { keyOf } from '../../src/client/caches.ts';
import type { Informers, NotifyBody } from '../../src/client/informers.ts';
import { cachesOf, hasSynced, informerSet, informersInput, listenerHandled, newInformers, startInformers } from '../../src/client/informers.ts';
import type { Actor } from '../../src/kernel/transition.ts';
import { SERVER, World } from '../../specs/client/harness.ts';

const set = informerSet(
  [{ resource: 'pods', listeners: ['mirror'], indexes: { node: (object) => [String((object as unknown as { node: number }).node)] } }],
  { servers: [SERVER], credential: { kind: 'anonymous' } },
);

interface State { readonly informers: Informers; readonly mirror: ReadonlyMap<string, KubeObject>; readonly wrong: readonly string[] }

/** A listener that keeps its own copy, and notices what an add, update or delete must not be. */
const mirrored = (state: State, notifications: readonly Notification[]): State => {
  const mirror = new Map(state.mirror);
  const wrong = [...state.wrong];
  for (const notification of notifications) {
    const key = keyOf(notification.object);
    if (mirror.has(key) === (notification.kind === 'add')) wrong.push(`${notification.kind} ${key}`);
    if (notification.kind === 'update' && mirror.get(key) !== notification.before) wrong.push(`update of another ${key}`);
    if (notification.kind === 'delete') mirror.delete(key);
    else mirror.set(key, notification.object);
  }
  return { ...state, mirror, wrong };
};

const actor: Actor<State> = {
  id: 'client',
  initial: { informers: newInformers(set), mirror: new Map(), wrong: [] },
  transition: (state, input, env) => {
    if (input.kind === 'start') {
      const { informers, effects } = startInformers(set, state.informers, env);
      return [{ ...state, informers }, effects];
    }
    if (input.kind === 'message' && input.channel === 'listener/pods/mirror') {
      const next = mirrored(state, (input.body as NotifyBody).notifications);
      return [{ ...next, informers: listenerHandled(set, next.informers, 'pods', 'mirror') }, []];
    }
    const { informers, effects } = informersInput(set, state.informers, input, env);
    return [informers === state.informers ? state : { ...state, informers }, effects];
  },
};

const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), name: fc.nat(5), node: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), name: fc.nat(5) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), pick: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('bookmark' as const, 'break' as const, 'end' as const, 'compact' as const, 'timer' as const, 'down' as const, 'up' as const) }) },
);

type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

const happen = (world: World<State>, event: Happening): void => {
  const { server } = world;
  switch (event.kind) {
    case 'put': return world.replies(server.put('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${event.name}`, namespace: 'n' }, node: event.node } as KubeObject));
    case 'remove': return world.replies(server.remove('pods', `n/p${event.name}`));
    case 'deliver': {
      const ready = world.ready();
      return ready.length === 0 ? undefined : world.deliver(ready[event.pick % ready.length] as string);
    }
    case 'bookmark': return world.replies(server.bookmarks());
    case 'break': return world.breakChannel('watch/pods');
    case 'end': return world.replies(server.endWatches());
    case 'compact': return server.compact();
    case 'timer': return world.fire('informer/pods');
    case 'down': world.down = true; return undefined;
    case 'up': world.down = false; return undefined;
    default: return event satisfies never;
  }
};

it('a store and its listeners end with what the server has', () => {
  fc.assert(fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
    const world = new World(actor);
    world.start();
    for (const event of happenings) happen(world, event);
    world.down = false;
    world.settle(world.nowMs + 120_000);
    const lister = cachesOf(set, world.state.informers).lister('pods');
    const expected = world.server.list('pods');
    expect(lister.list()).toEqual(expected);
    expect(hasSynced(set, world.state.informers, 'pods', 'mirror')).toBe(true);
    expect([...world.state.mirror.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))).toEqual(expected);
    expect(world.state.wrong).toEqual([]);
    for (const node of ['0', '1', '2']) expect(lister.byIndex('node', node)).toEqual(expected.filter((object) => String((object as unknown as { node: number }).node) === node));
  }), { numRuns: 300, seed: 1 });
});
