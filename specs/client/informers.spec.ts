import { describe, expect, it } from 'vitest';
import { parseSelector } from '../../src/api/label-selector.ts';
import { isRight } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../src/api/object.ts';
import { buildIndexer, emptyIndexer, indexSchema, listerOf, remove, upsert } from '../../src/client/indexer.ts';
import type { NotifyBody } from '../../src/client/informers.ts';
import { cachesOf, hasSynced, informerSet, informersInput, listenerHandled, mergeInformerSpecs, newInformers, startInformers } from '../../src/client/informers.ts';
import type { Effect } from '../../src/kernel/transition.ts';
import { testEnv } from './harness.ts';

const pod = (name: string, node: string, resourceVersion: string): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', resourceVersion, labels: { app: name } }, spec: { nodeName: node } } as KubeObject);
const byNode = (object: KubeObject): readonly string[] => [(object as KubeObject & { spec: { nodeName: string } }).spec.nodeName];
const schema = indexSchema({ node: byNode });
const names = (objects: readonly KubeObject[]): readonly string[] => objects.map((object) => object.metadata.name);

describe('indexer', () => {
  it('finds by key, namespace, selector and index, sorted', () => {
    const lister = listerOf(buildIndexer(schema, [pod('b', 'x', '1'), pod('a', 'y', '2'), pod('c', 'x', '3')], '9'), schema);
    expect(lister.get('n', 'a')?.metadata.resourceVersion).toBe('2');
    expect(names(lister.list())).toEqual(['a', 'b', 'c']);
    expect(names(lister.list('n'))).toEqual(['a', 'b', 'c']);
    expect(lister.list('other')).toEqual([]);
    const selector = parseSelector('app in (a,c)');
    expect(isRight(selector) && names(lister.list('n', selector.right))).toEqual(['a', 'c']);
    expect(names(lister.byIndex('node', 'x'))).toEqual(['b', 'c']);
    expect([lister.size, lister.resourceVersion]).toEqual([3, '9']);
  });
  it('moves an object whose index value changes', () => {
    let indexer = upsert(emptyIndexer(schema), schema, 'n/a', pod('a', 'x', '1'), '1');
    indexer = upsert(indexer, schema, 'n/a', pod('a', 'y', '2'), '2');
    expect(names(listerOf(indexer, schema).byIndex('node', 'x'))).toEqual([]);
    expect(names(listerOf(indexer, schema).byIndex('node', 'y'))).toEqual(['a']);
    expect(listerOf(remove(indexer, schema, 'n/a', '3'), schema).byIndex('node', 'y')).toEqual([]);
  });
  it('keeps large groups as well as small ones', () => {
    let indexer = emptyIndexer(schema);
    for (let i = 0; i < 200; i += 1) indexer = upsert(indexer, schema, `n/p${i}`, pod(`p${i}`, 'x', '1'), '1');
    expect(listerOf(indexer, schema).byIndex('node', 'x')).toHaveLength(200);
    for (let i = 0; i < 190; i += 1) indexer = remove(indexer, schema, `n/p${i}`, '2');
    expect(names(listerOf(indexer, schema).byIndex('node', 'x'))).toEqual(['p190', 'p191', 'p192', 'p193', 'p194', 'p195', 'p196', 'p197', 'p198', 'p199']);
  });
  it('gives the same lister and lists for the same state', () => {
    const indexer = buildIndexer(schema, [pod('a', 'x', '1')], '1');
    expect(listerOf(indexer, schema)).toBe(listerOf(indexer, schema));
    expect(listerOf(indexer, schema).list()).toBe(listerOf(indexer, schema).list());
  });
  it('refuses an index that nobody declared', () => {
    expect(() => listerOf(emptyIndexer(schema), schema).byIndex('uid', '')).toThrow('Expected one of the indexes namespace, node. Instead, received uid.');
  });
});

const set = informerSet([{ resource: 'pods', listeners: ['one', 'two'], resyncMs: 1000 }], { servers: ['a'], credential: { kind: 'anonymous' } });
const ID = 1_000_000_000;
const told = (effects: readonly Effect[]): readonly unknown[] => effects.flatMap((effect) =>
  (effect.kind === 'send' && effect.to === 'client' ? [[effect.channel, ...(effect.body as NotifyBody).notifications.map((n) => `${n.kind} ${n.object.metadata.name}`)]] : []));

describe('informers', () => {
  const env = testEnv();
  const list = (id: number, resourceVersion: string, ...items: readonly KubeObject[]): unknown =>
    ({ kind: 'api-answer', id: ID + id, answer: { kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion }, items } } });
  const take = (state: ReturnType<typeof newInformers>, body: unknown) => informersInput(set, state, { kind: 'message', from: 'a', channel: 'watch/pods', body }, env);
  const started = startInformers(set, newInformers(set), env).informers;
  const listed = take(started, list(1, '5', pod('a', 'x', '1'), pod('b', 'x', '2')));

  it('tell each listener on its own channel, the first list as one message', () => {
    expect(told(listed.effects)).toEqual([['listener/pods/one', 'add a', 'add b'], ['listener/pods/two', 'add a', 'add b']]);
  });
  it('have synced when the list is in the store, and a listener when it has handled it', () => {
    expect(hasSynced(set, started, 'pods')).toBe(false);
    expect(hasSynced(set, listed.informers, 'pods')).toBe(true);
    expect(hasSynced(set, listed.informers, 'pods', 'one')).toBe(false);
    const handled = listenerHandled(set, listed.informers, 'pods', 'one');
    expect([hasSynced(set, handled, 'pods', 'one'), hasSynced(set, handled, 'pods', 'two')]).toEqual([true, false]);
  });
  it('have synced at once when there is nothing', () => {
    expect(hasSynced(set, take(started, list(1, '5')).informers, 'pods', 'one')).toBe(true);
  });
  it('a list that comes again tells updates, additions, and a tombstone for what vanished unseen', () => {
    const ended = take(listed.informers, { kind: 'api-watch-event', id: ID + 2, event: { type: 'ERROR', status: { code: 410 } } }).informers;
    const relisting = informersInput(set, ended, { kind: 'timer', key: 'informer/pods' }, env).informers;
    const { effects, informers } = take(relisting, list(3, '9', pod('b', 'x', '2'), pod('c', 'x', '8')));
    expect(told(effects)[0]).toEqual(['listener/pods/one', 'update b', 'add c', 'delete a']);
    const body = effects.find((effect) => effect.kind === 'send' && effect.channel === 'listener/pods/one');
    expect(body?.kind === 'send' && (body.body as NotifyBody).notifications[2]).toMatchObject({ kind: 'delete', tombstone: true, object: { metadata: { name: 'a', resourceVersion: '1' } } });
    expect(cachesOf(set, informers).lister('pods').resourceVersion).toBe('9');
  });
  it('an added object that is known is an update, and a deleted one that is not is nothing', () => {
    const event = (type: string, object: KubeObject): unknown => ({ kind: 'api-watch-event', id: ID + 2, event: { type, object } });
    expect(told(take(listed.informers, event('ADDED', pod('a', 'x', '6'))).effects)[0]).toEqual(['listener/pods/one', 'update a']);
    const gone = take(listed.informers, event('DELETED', pod('z', 'x', '6')));
    expect(told(gone.effects)).toEqual([]);
    expect(cachesOf(set, gone.informers).lister('pods').resourceVersion).toBe('6');
  });
  it('resync tells every object once more, and goes on doing so', () => {
    expect(listed.effects).toContainEqual({ kind: 'arm', key: 'resync/pods', afterMs: 1000 });
    const { effects } = informersInput(set, listed.informers, { kind: 'timer', key: 'resync/pods' }, env);
    expect(told(effects)[0]).toEqual(['listener/pods/one', 'update a', 'update b']);
    expect(effects.at(-1)).toEqual({ kind: 'arm', key: 'resync/pods', afterMs: 1000 });
  });
  it('take no notice of what does not concern them', () => {
    expect(informersInput(set, started, { kind: 'timer', key: 'other' }, env).informers).toBe(started);
    expect(informersInput(set, started, { kind: 'message', from: 'a', channel: 'events', body: {} }, env).informers).toBe(started);
  });
  it('are one a resource, with everyone\'s indexes and listeners', () => {
    expect(mergeInformerSpecs([
      { listener: 'x', resource: 'pods', handles: true, indexes: { node: byNode } },
      { listener: 'y', resource: 'pods', handles: false },
      { listener: 'y', resource: 'nodes', handles: true },
    ])).toEqual([{ resource: 'pods', listeners: ['x'], indexes: { node: byNode } }, { resource: 'nodes', listeners: ['y'], indexes: {} }]);
    expect(() => informerSet([{ resource: 'pods', listeners: [] }, { resource: 'pods', listeners: [] }], set.client)).toThrow('one informer a resource');
  });
});
